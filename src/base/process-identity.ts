/** Which process this is, and whether another one still lives; knows nothing of why anybody asks. */
import { hostname } from "node:os";
import type { FileSystem } from "./file-system.ts";

/** What tells a process from all others, as far as the platform says it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Changes with every start of the machine; absent where the platform does not say. */
  readonly boot?: string | undefined;
  /** Ticks after the boot at which the process started: another process with its number has another start. */
  readonly start?: string | undefined;
  /** The same of process 1, which is another one in every container. */
  readonly init?: string | undefined;
}

/** `unknown`: it ran where this process cannot look, on another machine or in another container. */
export type Liveness = "alive" | "dead" | "unknown";

const BOOT_ID = "/proc/sys/kernel/random/boot_id";
/** Fields of /proc/PID/stat after the name in parentheses, which may hold spaces and parentheses itself. */
const STATE_FIELD = 0;
const START_FIELD = 19;
const ENDED = new Set(["Z", "X", "x"]);

/** This process. */
export function thisProcess(fs: FileSystem): ProcessIdentity {
  return {
    pid: process.pid,
    host: hostname(),
    boot: readText(fs, BOOT_ID)?.trim(),
    start: statFields(fs, process.pid)?.[START_FIELD],
    init: statFields(fs, 1)?.[START_FIELD],
  };
}

/**
 * Whether the process with this identity still runs.
 *
 * **Gotchas** Without /proc (macOS, Windows) another process that got the same number counts as the one asked for.
 */
export function livenessOf(fs: FileSystem, asked: ProcessIdentity): Liveness {
  const here = thisProcess(fs);
  if (asked.host !== here.host) return "unknown";
  if (asked.boot !== here.boot) return "dead";
  if (asked.init !== here.init) return "unknown";
  if (!hasNumber(asked.pid)) return "dead";
  const fields = statFields(fs, asked.pid);
  if (fields === undefined || asked.start === undefined) return "alive";
  // A process that ended and whose parent has not asked for it yet still has its number.
  const hasEnded = ENDED.has(fields[STATE_FIELD] ?? "");
  return hasEnded || fields[START_FIELD] !== asked.start ? "dead" : "alive";
}

/** Whether any process has this number now. */
function hasNumber(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process, which we may not signal, is one too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function statFields(fs: FileSystem, pid: number): string[] | undefined {
  const text = readText(fs, `/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

function readText(fs: FileSystem, path: string): string | undefined {
  try {
    return fs.readFile(path).toString();
  } catch {
    return undefined;
  }
}
