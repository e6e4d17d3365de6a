/** The files by which Linux tells its processes apart, for a disk in memory. */
import type { DiskContent } from "./crash-replay.ts";

/** A process that has a number; `state` is R, S or what ps shows. */
export interface MachineProcess {
  readonly pid: number;
  readonly start: number;
  readonly state?: string;
}

/** A machine since a start of it, with process 1, this process and others. */
export function machine(boot: string, others: readonly MachineProcess[] = []): DiskContent {
  const processes = [{ pid: 1, start: 2 }, { pid: process.pid, start: 100 }, ...others];
  return new Map([
    ["/proc/sys/kernel/random/boot_id", Buffer.from(`${boot}\n`)],
    ...processes.map((one) => [`/proc/${one.pid}/stat`, Buffer.from(statLine(one))] as const),
  ]);
}

/** Field 22 is the start; the name in the second may hold anything. */
function statLine({ pid, start, state = "S" }: MachineProcess): string {
  const between = Array.from({ length: 18 }, (_, i) => 1000 + i).join(" ");
  return `${pid} (no) S 1 (de) ${state} ${between} ${start} 4096 512\n`;
}
