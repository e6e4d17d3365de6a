/** A stand-in for Ray's Jobs API on this machine, as strict as the real one (measured on 2.60), with faults on request. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface ServedJob {
  status: string;
  readonly submission: Readonly<Record<string, unknown>>;
  logs: string;
  message: string;
  error_type: string | null;
  driver_exit_code: number | null;
}

/** What the server does wrong with the next requests, one each. */
export type Fault = "take and drop" | "drop" | "500" | "503";

const FIELDS = new Set([
  "submission_id",
  "entrypoint",
  "entrypoint_num_cpus",
  "runtime_env",
  "metadata",
]);

/** Serves jobs that do nothing until the test says what became of them. */
export class JobsServer {
  readonly jobs = new Map<string, ServedJob>();
  readonly packages = new Map<string, Buffer>();
  /** Method and path of every request. */
  readonly seen: string[] = [];
  faults: Fault[] = [];
  token: string | undefined;
  /** False once the machine that had the logs is gone. */
  hasLogs = true;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  async listen(): Promise<URL> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return new URL(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Sets what became of a job. */
  set(id: string, change: Partial<ServedJob>): void {
    const job = this.jobs.get(id);
    if (job === undefined) throw new Error(`no such job: ${id}`);
    Object.assign(job, change);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "", headers } = request;
    this.seen.push(`${method} ${url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status);
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    };
    const fault = this.faults.shift();
    if (fault === "drop") return void request.socket.destroy();
    if (fault === "500") return answer(500, "Traceback");
    if (fault === "503") return answer(503, "upstream connect error");
    if (this.token !== undefined && headers.authorization !== `Bearer ${this.token}`) {
      return answer(401, "Unauthorized");
    }
    const isBrowser = Object.keys(headers).some((name) => /^(sec-fetch|origin|referer)/.test(name));
    if (method !== "GET" && isBrowser) {
      return answer(405, `'${method}' method not allowed for browser traffic.`);
    }
    const [status, body] = this.route(method, url, Buffer.concat(chunks));
    if (fault === "take and drop") return void request.socket.destroy();
    answer(status, body);
  }

  private route(method: string, url: string, body: Buffer): [number, unknown] {
    if (url === "/api/version") return [200, { version: "4", ray_version: "2.60.0" }];
    const package_ = /^\/api\/packages\/gcs\/(.+)$/.exec(url)?.[1];
    if (package_ !== undefined) {
      if (method === "PUT") this.packages.set(package_, body);
      return this.packages.has(package_) ? [200, ""] : [404, "no such package"];
    }
    if (method === "POST" && url === "/api/jobs/") return this.submit(body);
    const match = /^\/api\/jobs\/([^/]+)(\/logs|\/stop)?$/.exec(url);
    const id = decodeURIComponent(match?.[1] ?? "");
    const job = this.jobs.get(id);
    if (match === null || job === undefined) return [404, `Job ${id} does not exist`];
    if (match[2] === "/logs") return this.hasLogs ? [200, { logs: job.logs }] : [500, "Traceback"];
    if (match[2] === "/stop" && method === "POST") {
      job.status = "STOPPED";
      return [200, { stopped: true }];
    }
    return [
      200,
      { type: "SUBMISSION", submission_id: id, ...job, submission: undefined, logs: undefined },
    ];
  }

  private submit(body: Buffer): [number, unknown] {
    const submission = JSON.parse(body.toString()) as Record<string, unknown>;
    const id = String(submission["submission_id"]);
    const strings = Object.values((submission["metadata"] ?? {}) as object);
    if (Object.keys(submission).some((field) => !FIELDS.has(field))) return [400, "TypeError"];
    if (strings.some((value) => typeof value !== "string")) return [400, "metadata"];
    const { working_dir: uri } = submission["runtime_env"] as { working_dir?: string };
    if (uri !== undefined && !this.packages.has(uri.replace("gcs://", ""))) {
      return [400, `no package ${uri}`];
    }
    if (this.jobs.has(id)) return [500, `Job with submission_id ${id} already exists`];
    this.jobs.set(id, {
      status: "RUNNING",
      submission,
      logs: "",
      message: "",
      error_type: null,
      driver_exit_code: null,
    });
    return [200, { job_id: id, submission_id: id }];
  }
}
