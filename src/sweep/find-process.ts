/** Finds a process of this machine by its arguments, where the platform lists them; knows nothing of what it does. */
import type { FileSystem } from "../base/file-system.ts";

const PROCESSES = "/proc";
const NUMBER = /^\d+$/;

/**
 * The number of a process, other than this one, that was started with these arguments last; undefined if there is none, or no /proc.
 *
 * **Details** A process that has just been started has its arguments before it has done anything, such as to take a lock.
 */
export function findProcess(fs: FileSystem, args: readonly string[]): number | undefined {
  if (fs.status(PROCESSES)?.kind !== "directory") return undefined;
  const numbers = fs
    .list(PROCESSES)
    .filter((name) => NUMBER.test(name))
    .map(Number);
  return numbers.find((pid) => pid !== process.pid && hasArguments(fs, pid, args));
}

/** Whether a process is there and its last arguments are these. */
export function hasArguments(fs: FileSystem, pid: number, args: readonly string[]): boolean {
  let found: readonly string[];
  try {
    // Each argument ends in a zero; a process that has ended has none.
    found = fs.readFile(`${PROCESSES}/${pid}/cmdline`).toString("utf8").split("\0").slice(0, -1);
  } catch {
    return false;
  }
  return args.length > 0 && found.slice(-args.length).join("\0") === args.join("\0");
}
