/** One side of the comparison: a process that takes steps, and what it has answered. */
import type { LineWorker } from "../engine/line-worker.ts";

/** A step; TRL answers its milliseconds alone. */
export interface StepAnswer {
  readonly ms: number;
  /** Of the processor, all threads together. */
  readonly cpu_ms: number;
  readonly seconds_rollout: number;
  readonly seconds_update: number;
  readonly [column: string]: number;
}

/** One side. */
export interface Side {
  readonly name: string;
  readonly worker: LineWorker;
  /** The timed steps, in order. */
  readonly steps: StepAnswer[];
}
