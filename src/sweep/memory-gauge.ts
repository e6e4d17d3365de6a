/** Whether one more run fits into memory: by what runs of its size have taken, or take as a rule; starts nothing. */
import type { ExperimentConfig } from "../config/experiment-config.ts";

type PolicySize = ExperimentConfig["policy"]["size"];

const MB = 2 ** 20;

/** Peaks of runs of three steps with the default batch, one thread: 0.38 (xs), 0.59 and 1.57 GB; `l` by the ratio of the last two, `xxs` as `xs`. */
const USUAL: { readonly [K in PolicySize]: number } = {
  xxs: 400 * MB,
  xs: 400 * MB,
  s: 600 * MB,
  m: 1600 * MB,
  l: 4200 * MB,
};

/** Left to everything else. */
const RESERVE = 256 * MB;

/** A run in memory now. */
export interface RunMemory {
  readonly size: PolicySize;
  /** Bytes that it has now. */
  readonly now: number;
}

/** Learns what runs take, and says whether there is room for another. */
export class MemoryGauge {
  private readonly peaks = new Map<PolicySize, number>();

  /** Notes what a run has taken at most so far, bytes. */
  measured(size: PolicySize, peak: number): void {
    this.peaks.set(size, Math.max(this.peaks.get(size) ?? 0, peak));
  }

  /** Bytes that a run of this size is expected to take: its usual number, or more if one took more. */
  expected(size: PolicySize): number {
    return Math.max(USUAL[size], this.peaks.get(size) ?? 0);
  }

  /**
   * Whether a run of this size fits beside those that go on, each of which may still grow to what is expected of it.
   *
   * **Details** There is always room for one alone: refusing it would help nobody.
   *
   * @param available - bytes that could be had now.
   */
  hasRoom(size: PolicySize, active: readonly RunMemory[], available: number): boolean {
    if (active.length === 0) return true;
    const growth = active
      .map((run) => Math.max(0, this.expected(run.size) - run.now))
      .reduce((sum, bytes) => sum + bytes, 0);
    return available - growth - RESERVE >= this.expected(size);
  }
}
