/** Finds out whether ONNX Runtime's WebGPU provider works here, in a process of its own: a bad driver may end it. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What trying came to. */
export interface WebgpuTrial {
  /** Whether the Vulkan loader is there; undefined if that is not known or does not matter here. */
  readonly loader: boolean | undefined;
  /** Why WebGPU cannot be used, or undefined. */
  readonly problem: string | undefined;
}

/** Longer than any driver takes to start; a hung one must not hang us. */
const PATIENCE_MS = 30_000;
const MS_IN_SECOND = 1000;

/** What the WebGPU library itself says on stderr, first line by first line. */
function warningsIn(text: string): string {
  const said = [...text.matchAll(/^Warning: (.+)$/gm)].map(([, warning = ""]) => warning.trim());
  return [...new Set(said)].join("; ");
}

/** The trial that a finished child describes. */
function readTrial(stdout: string, stderr: string, ending: string): WebgpuTrial {
  const warnings = warningsIn(stderr);
  const because = warnings === "" ? "" : `: ${warnings}`;
  try {
    const { loader, problem } = JSON.parse(stdout) as WebgpuTrial;
    return { loader, problem: problem === undefined ? undefined : problem + because };
  } catch {
    return { loader: undefined, problem: `a process that tried it ${ending}${because}` };
  }
}

/**
 * Runs a trial of WebGPU in a process of its own.
 *
 * @param script - the program that prints the trial.
 * @param patience - milliseconds after which it is ended.
 */
export function tryWebgpu(script: string, patience = PATIENCE_MS): Promise<WebgpuTrial> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: patience,
      killSignal: "SIGKILL",
      env: { ...process.env, NODE_OPTIONS: "" }, // those of this process may stop it or open an inspector
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", ({ message }) => resolve({ loader: undefined, problem: message }));
    child.on("close", (code, signal) => {
      const ending = child.killed
        ? `did not end within ${patience / MS_IN_SECOND} s`
        : `ended with ${signal ?? `exit code ${code}`}`;
      resolve(readTrial(stdout, stderr, ending));
    });
  });
}

let trial: Promise<WebgpuTrial> | undefined;

/** Whether WebGPU works here. Tried once a process. */
export function webgpuTrial(): Promise<WebgpuTrial> {
  const beside = import.meta.url.endsWith(".ts") ? "./try-webgpu.ts" : "./try-webgpu.js";
  trial ??= tryWebgpu(fileURLToPath(new URL(beside, import.meta.url)));
  return trial;
}
