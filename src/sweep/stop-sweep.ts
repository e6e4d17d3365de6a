/** Ends a sweep from outside: asks who runs it, or else every run that goes on by itself. */
import type { FileSystem } from "../base/file-system.ts";
import { askToEnd, lockHolder } from "./lock-holder.ts";
import type { Launcher } from "./launcher.ts";
import type { Sweep } from "./plan-sweep.ts";

/** Who was asked to end. */
export interface StopResult {
  /** The process that runs the sweep, if there is one: it passes the request on. */
  readonly driver: number | null;
  /** Runs that were asked because nobody runs the sweep. */
  readonly runs: readonly string[];
}

/**
 * Asks; the runs end after their step in flight, each with a checkpoint.
 *
 * @throws if nobody runs the sweep and its launcher's place does not answer.
 */
export async function stopSweep(
  fs: FileSystem,
  { out, jobs }: Sweep,
  launcher: Launcher,
): Promise<StopResult> {
  const driver = lockHolder(fs, out);
  if (driver !== undefined && askToEnd(driver)) return { driver, runs: [] };
  await launcher.mustAnswer?.();
  const runs: string[] = [];
  for (const job of jobs) {
    const { state } = await launcher.status(job);
    if (state !== "running" && state !== "waiting") continue;
    await launcher.stop(job);
    runs.push(job.run.id);
  }
  return { driver: null, runs };
}
