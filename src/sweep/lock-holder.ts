/** Which living process of this machine has a folder's lock, and how it is asked to stop. */
import { join } from "node:path";
import type { FileSystem } from "../base/file-system.ts";
import { LOCK } from "../log/run-files.ts";
import { lockLiveness } from "../log/run-lock.ts";

/** The number of the process that holds the lock; undefined if it is dead, or not of this machine. */
export function lockHolder(fs: FileSystem, folder: string): number | undefined {
  if (lockLiveness(fs, folder) !== "alive") return undefined;
  try {
    const data: unknown = JSON.parse(fs.readFile(join(folder, LOCK)).toString());
    const pid = typeof data === "object" && data !== null && "pid" in data ? data.pid : undefined;
    return typeof pid === "number" ? pid : undefined;
  } catch {
    return undefined; // it has just been given up
  }
}

/** Asks a process to stop, as Ctrl-C does. @returns whether it was there. */
export function askToEnd(pid: number): boolean {
  try {
    process.kill(pid, "SIGTERM");
    return true;
  } catch {
    return false; // it has just ended
  }
}
