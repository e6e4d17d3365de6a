/** What a process takes of memory, where the platform says it. */
import type { FileSystem } from "../base/file-system.ts";

const KB = 1024;

/** Resident memory of a process in bytes: now, and at most so far. */
export interface ProcessMemory {
  readonly now: number;
  readonly peak: number;
}

/** Reads /proc; undefined where there is none, or no such process. */
export function processMemory(fs: FileSystem, pid: number): ProcessMemory | undefined {
  let text: string;
  try {
    text = fs.readFile(`/proc/${pid}/status`).toString();
  } catch {
    return undefined;
  }
  const bytes = (name: string): number | undefined => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text);
    return match?.[1] === undefined ? undefined : Number(match[1]) * KB;
  };
  const [now, peak] = [bytes("VmRSS"), bytes("VmHWM")];
  return now === undefined || peak === undefined ? undefined : { now, peak };
}
