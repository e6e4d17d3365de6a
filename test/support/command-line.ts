/** Runs the real command line in a process of its own. */
import { spawnSync } from "node:child_process";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const BIN = new URL("../../bin/entlaw.js", import.meta.url).pathname;

/** `entlaw …` with these arguments; `cwd` is the repository unless given. */
export function entlaw(args: readonly string[], cwd = process.cwd()): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { code: status, stdout, stderr };
}

/** The one JSON document that `entlaw … --json` prints. */
export function entlawJson<T>(args: readonly string[]): T {
  const { code, stdout, stderr } = entlaw([...args, "--json"]);
  if (code !== 0)
    throw new Error(`entlaw ${args.join(" ")} ended with ${code}: ${stdout}${stderr}`);
  return JSON.parse(stdout) as T;
}
