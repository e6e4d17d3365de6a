/** A real Ray cluster on this machine: a head that runs nothing, and workers of one core; needs Python with Ray. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const WITHIN_MS = 60_000;
/** A port that was free may be taken when Ray comes to it, and then a node does not start. */
const MOST_TRIES = 3;
const STORE_BYTES = 1e8;

/** A port that nothing uses now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Ray puts sockets into its folder, whose paths must be short. */
const newFolder = (): string => mkdtempSync(join(tmpdir(), "r-"));

/** Starts and stops the parts of a cluster. */
export class RayCluster {
  private readonly ray: string;
  private readonly folders: string[] = [];
  private head: ChildProcess | undefined;
  private workers: ChildProcess[] = [];
  private readonly ownFolders: boolean;
  private readonly token: string | undefined;
  private readonly startSeconds: number | undefined;
  private port = 0;
  private dashboard = 0;

  /**
   * @param python - of an environment that has Ray.
   * @param ownFolders - each worker has a folder of its own, as on a machine of its own: workers that share one unpack
   * packages over each other. Without, there may be one worker; with, Ray 2.60 does not find what jobs print.
   * @param token - that whoever asks must have; none by default.
   * @param startSeconds - time after which a job that does not start has failed; Ray's default is 900.
   */
  constructor(
    python: string,
    {
      ownFolders,
      token,
      startSeconds,
    }: { readonly ownFolders: boolean; readonly token?: string; readonly startSeconds?: number },
  ) {
    this.ray = join(dirname(python), "ray");
    this.ownFolders = ownFolders;
    this.token = token;
    this.startSeconds = startSeconds;
  }

  /** Where its Jobs API answers. */
  get address(): string {
    return `http://127.0.0.1:${this.dashboard}`;
  }

  /** Starts a head, on the ports of the last one if there was one, and as many workers. */
  async start(workers: number): Promise<void> {
    if (this.port === 0) {
      this.port = await freePort();
      this.dashboard = await freePort();
    }
    const settings = [
      "--head",
      `--port=${this.port}`,
      "--dashboard-host=127.0.0.1",
      `--dashboard-port=${this.dashboard}`,
      `--ray-client-server-port=${await freePort()}`,
      "--num-cpus=0",
      `--temp-dir=${this.folder()}`,
    ];
    this.head = await this.node(settings, async () => (await this.get("/api/version")).ok);
    for (let k = 0; k < workers; k += 1) await this.addWorker();
  }

  /** Cores of a worker. */
  private get cores(): number {
    return this.ownFolders ? 1 : 2;
  }

  /** Adds a worker: of one core, or of two where it is the only one. */
  async addWorker(): Promise<void> {
    const before = await this.nodes();
    const own = this.ownFolders ? [`--temp-dir=${this.folder()}`] : [];
    const settings = [`--address=127.0.0.1:${this.port}`, `--num-cpus=${this.cores}`, ...own];
    this.workers.push(await this.node(settings, async () => (await this.nodes()) > before));
  }

  /** Ends the oldest worker and whatever runs on it, without a farewell. */
  async killWorker(): Promise<void> {
    await kill(this.workers.shift());
  }

  /** Ends everything, and forgets every job. */
  async stop(): Promise<void> {
    for (const worker of this.workers) await kill(worker);
    this.workers = [];
    await kill(this.head);
    for (const folder of this.folders)
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private get(path: string): Promise<Response> {
    const headers = this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
    return fetch(`${this.address}${path}`, { headers });
  }

  private folder(): string {
    const folder = newFolder();
    this.folders.push(folder);
    return folder;
  }

  private async nodes(): Promise<number> {
    const answer = await this.get("/nodes?view=summary");
    const { data } = (await answer.json()) as {
      data: { summary: ReadonlyArray<{ raylet: { state?: string } }> };
    };
    return data.summary.filter(({ raylet }) => raylet.state === "ALIVE").length;
  }

  /** Starts a node, again where it does not come up. */
  private async node(
    settings: readonly string[],
    isUp: () => Promise<boolean>,
  ): Promise<ChildProcess> {
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const node = await this.spawn(settings);
      if ((await within(async () => isOver(node) || (await isUp()))) && !isOver(node)) {
        return node;
      }
      await kill(node);
    }
    throw new Error(`did not start in ${MOST_TRIES} tries: ray start ${settings.join(" ")}`);
  }

  private async spawn(settings: readonly string[]): Promise<ChildProcess> {
    const common = [
      `--object-store-memory=${STORE_BYTES}`,
      "--min-worker-port=0",
      "--max-worker-port=0",
      `--dashboard-agent-listen-port=${await freePort()}`,
      `--dashboard-agent-grpc-port=${await freePort()}`,
      "--disable-usage-stats",
      "--block",
    ];
    const token =
      this.token === undefined ? {} : { RAY_AUTH_MODE: "token", RAY_AUTH_TOKEN: this.token };
    const start =
      this.startSeconds === undefined
        ? {}
        : { RAY_JOB_START_TIMEOUT_SECONDS: String(this.startSeconds) };
    const env = { ...process.env, ...token, ...start };
    return spawn(this.ray, ["start", ...settings, ...common], { stdio: "ignore", env });
  }
}

async function within(holds: () => Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + WITHIN_MS; performance.now() < end; await wait(500)) {
    if (await holds().catch(() => false)) return true;
  }
  return false;
}

const isOver = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

/** The process and all below it. */
async function kill(root: ChildProcess | undefined): Promise<void> {
  if (root?.pid === undefined || isOver(root)) return;
  const ended = new Promise((resolve) => root.once("close", resolve));
  for (const pid of descendants(root.pid)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }
  await ended;
}

function descendants(root: number): number[] {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => [Number(pid), parentOf(pid)]),
  );
  const below = (pid: number): number[] => [
    pid,
    ...[...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => below(child)),
  ];
  return below(root);
}

function parentOf(pid: string): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
