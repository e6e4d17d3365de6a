/** The calls of Ray's Jobs API that a sweep needs; knows no sweep. */
import http from "node:http";
import https from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { RunError } from "../../base/errors.ts";
import type { RayAddress } from "./ray-address.ts";

/** A job to submit. */
export interface RaySubmission {
  readonly submission_id: string;
  /** For a shell. */
  readonly entrypoint: string;
  readonly entrypoint_num_cpus: number;
  readonly runtime_env: {
    /** Absent where nothing is uploaded. */
    readonly working_dir?: string;
    readonly env_vars: Readonly<Record<string, string>>;
  };
  readonly metadata: Readonly<Record<string, string>>;
}

const jobSchema = z.looseObject({
  status: z.enum(["PENDING", "RUNNING", "SUCCEEDED", "FAILED", "STOPPED"]),
  message: z.string().nullish(),
  error_type: z.string().nullish(),
  driver_exit_code: z.int().nullish(),
});

/** What Ray says of a job. */
export type RayJob = z.infer<typeof jobSchema>;

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

interface Question {
  readonly method: string;
  readonly path: string;
  /** Statuses that answer it. */
  readonly taken: readonly number[];
}

/** Code of the error for an answer that is too large. */
export const TOO_LARGE = "ray-too-large";
const MOST_BYTES = 256 * 2 ** 20;
const TIMEOUT_MS = 30_000;
/** Pauses before a question that changes nothing is put again, ms. */
const RETRIES_MS = [500, 2000, 5000] as const;
const SHOWN_CHARACTERS = 300;
const OK = 200;
const NOT_FOUND = 404;
const UNAUTHORIZED = new Set([401, 403]);
const SERVER_ERROR = 500;
/** What a gateway says where nothing answers behind it. */
const NOTHING_BEHIND = new Set([502, 503, 504]);

/**
 * Talks to one cluster.
 *
 * **Details** By `node:http`: Node's `fetch` names itself a browser, whose submissions Ray refuses. Questions that change
 * nothing are put again when the answer does not come; a submission is not, since it may have been taken.
 */
export class RayClient {
  private readonly address: RayAddress;
  private readonly retriesMs: readonly number[];
  private readonly mostBytes: number;

  /**
   * @param retriesMs - pauses before a question that changes nothing is put again.
   * @param mostBytes - of an answer.
   */
  constructor(
    address: RayAddress,
    retriesMs: readonly number[] = RETRIES_MS,
    mostBytes = MOST_BYTES,
  ) {
    this.address = address;
    this.retriesMs = retriesMs;
    this.mostBytes = mostBytes;
  }

  /** The version of Ray, asked once. @throws {@link RunError} if nothing answers there, or something else. */
  async version(): Promise<string> {
    const answer = await this.send("GET", "/api/version");
    return parse(z.looseObject({ ray_version: z.string() }), answer).ray_version;
  }

  /** A job; undefined if the cluster does not know it. */
  async job(id: string): Promise<RayJob | undefined> {
    const answer = await this.ask(`/api/jobs/${encodeURIComponent(id)}`, [OK, NOT_FOUND]);
    return answer.status === NOT_FOUND ? undefined : parse(jobSchema, answer);
  }

  /**
   * Submits a job. Where the answer is lost, or the cluster refuses a second one of the name, the one that it has is the job.
   *
   * @throws {@link RunError} if the cluster refuses it.
   */
  async submit(submission: RaySubmission): Promise<void> {
    const id = submission.submission_id;
    try {
      await this.send("POST", "/api/jobs/", Buffer.from(JSON.stringify(submission)));
    } catch (error) {
      if ((await this.job(id)) === undefined) throw error;
    }
  }

  /** All that a job has printed so far; empty if the cluster does not know it. */
  async logs(id: string): Promise<string> {
    const answer = await this.ask(`/api/jobs/${encodeURIComponent(id)}/logs`, [OK, NOT_FOUND]);
    if (answer.status === NOT_FOUND) return "";
    return parse(z.looseObject({ logs: z.string().nullish() }), answer).logs ?? "";
  }

  /** Asks a job to end. */
  async stop(id: string): Promise<void> {
    await this.send("POST", `/api/jobs/${encodeURIComponent(id)}/stop`);
  }

  /** Uploads a package that the cluster does not have. @param name - names its content. */
  async upload(name: string, bytes: () => Uint8Array): Promise<void> {
    const path = `/api/packages/gcs/${name}`;
    if ((await this.ask(path, [OK, NOT_FOUND])).status === OK) return;
    await this.send("PUT", path, bytes());
  }

  /** Puts a question until it is answered. */
  private async ask(path: string, taken: readonly number[] = [OK]): Promise<Answer> {
    for (const pause of this.retriesMs) {
      try {
        const answer = await this.request("GET", path);
        const question = { method: "GET", path, taken };
        if (answer.status < SERVER_ERROR) return this.insist(answer, question);
      } catch (error) {
        if (error instanceof RunError) throw error;
      }
      await wait(pause);
    }
    return this.send("GET", path, undefined, taken);
  }

  private async send(
    method: string,
    path: string,
    body?: Uint8Array,
    taken: readonly number[] = [OK],
  ): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await this.request(method, path, body);
    } catch (error) {
      if (error instanceof RunError) throw error;
      const got = error instanceof Error && error.message !== "" ? error.message : String(error);
      throw this.silent(got, error);
    }
    return this.insist(answer, { method, path, taken });
  }

  private silent(got: string, cause?: unknown): RunError {
    return new RunError("ray-silent", `a Ray cluster must answer at ${this.base}, got: ${got}`, {
      fix: "start it (`ray start --head`), or give another --address",
      cause,
    });
  }

  /** Where the cluster answers; behind an ingress it may be below a path. */
  private get base(): string {
    const { protocol, host, pathname } = this.address.url;
    return `${protocol}//${host}${pathname.replace(/\/+$/, "")}`;
  }

  private insist(answer: Answer, { method, path, taken }: Question): Answer {
    if (taken.includes(answer.status)) return answer;
    if (UNAUTHORIZED.has(answer.status)) {
      throw new RunError("ray-token", `${this.base} must accept the token, got ${answer.status}`, {
        fix: "set RAY_AUTH_TOKEN, or RAY_AUTH_TOKEN_PATH to the file that has it",
      });
    }
    const said = answer.body.toString("utf8").trim().slice(-SHOWN_CHARACTERS);
    if (isDown(answer, { method, path })) throw this.silent(`${answer.status}: ${said}`);
    throw new RunError(
      "ray-refused",
      `${this.base}${path} must answer with ${taken.join(" or ")}, got ${answer.status}: ${said}`,
    );
  }

  private request(method: string, path: string, body?: Uint8Array): Promise<Answer> {
    const { url, token } = this.address;
    const { request } = url.protocol === "https:" ? https : http;
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-length": body.length }),
      ...(body === undefined || method === "PUT" ? {} : { "content-type": "application/json" }),
    };
    return new Promise((resolve, reject) => {
      const target = new URL(`${this.base}${path}`);
      const call = request(target, { method, headers, timeout: TIMEOUT_MS }, (response) => {
        collect(response, this.mostBytes).then(
          (bytes) => resolve({ status: response.statusCode ?? 0, body: bytes }),
          reject,
        );
      });
      call.on("timeout", () => call.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
      call.on("error", reject);
      call.end(body);
    });
  }
}

/** Whether the cluster is not well, rather than against what was asked: the output of a machine that is gone is a 500 too. */
function isDown({ status }: Answer, { method, path }: Omit<Question, "taken">): boolean {
  if (NOTHING_BEHIND.has(status)) return true;
  return method === "GET" && status >= SERVER_ERROR && !path.endsWith("/logs");
}

async function collect(response: http.IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) {
      throw new RunError(TOO_LARGE, `the answer must have at most ${mostBytes} bytes, got more`, {
        fix: "if it is what a job has printed, let it print less",
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse<T>(schema: z.ZodType<T>, { body }: Answer): T {
  let data: unknown;
  try {
    data = JSON.parse(body.toString("utf8"));
  } catch {
    data = undefined;
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const got = body.toString("utf8").slice(0, SHOWN_CHARACTERS);
  throw new RunError("ray-answer", `the answer must be one of Ray's Jobs API, got: ${got}`, {
    fix: "check the address: it is that of the dashboard, such as http://127.0.0.1:8265",
  });
}
