/** Lets one run make a warm start while those that start from the same wait for it; knows nothing of how it is made. */
import type { FileSystem } from "../base/file-system.ts";
import { configHash } from "../config/config-hash.ts";
import type { ExperimentConfig } from "../config/experiment-config.ts";
import type { Job } from "./launcher.ts";
import { hasCheckpoint } from "./run-progress.ts";

/**
 * What a run's warm start depends on, hashed; undefined for one that needs none.
 *
 * **Details** Runs of one key share a warm start; that it is stored under another name does not matter here.
 */
function warmStartKey({ task, policy, warmStart }: ExperimentConfig): string | undefined {
  if (warmStart.passRate === 0 || warmStart.from !== null) return undefined;
  return configHash({ task, policy, warmStart });
}

/** The order in which runs may start. */
export class WarmStarts {
  /** Key to the run that makes it now. */
  private readonly makers = new Map<string, Job>();
  private readonly made = new Set<string>();
  private readonly fs: FileSystem;

  constructor(fs: FileSystem) {
    this.fs = fs;
  }

  /** Whether a run may start now: it has its own policy already, needs no warm start, or its warm start is there. */
  mayStart(job: Job): boolean {
    const key = this.keyOf(job);
    if (key === undefined || this.made.has(key)) return true;
    const maker = this.makers.get(key);
    if (maker === undefined) return true;
    if (!hasCheckpoint(this.fs, maker.directory)) return false;
    this.made.add(key);
    return true;
  }

  /** Notes that a run starts: the first that needs a warm start makes it. */
  started(job: Job): void {
    const key = this.keyOf(job);
    if (key !== undefined && !this.made.has(key)) this.makers.set(key, job);
  }

  /** Notes that a run has ended; if it was to make a warm start and did not, the next one is to. */
  ended(job: Job): void {
    const key = warmStartKey(job.run.config);
    if (key === undefined || this.makers.get(key) !== job) return;
    this.makers.delete(key);
    if (hasCheckpoint(this.fs, job.directory)) this.made.add(key);
  }

  private keyOf({ run, directory }: Job): string | undefined {
    return hasCheckpoint(this.fs, directory) ? undefined : warmStartKey(run.config);
  }
}
