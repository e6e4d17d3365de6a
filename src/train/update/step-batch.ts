/** What a step's updates work on and with; knows nothing of what they do. */
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import type { LogPartition } from "../intervention/log-partition.ts";
import type { Responses } from "../rollout/roll-out.ts";
import type { ForwardPrograms } from "./forward-programs.ts";
import { cutByLength, type Part } from "./lay-out.ts";
import type { UpdatePrograms } from "./update-programs.ts";

/** What the updates of a step work on; [B, R] row-major, 0 beyond a response. */
export interface StepBatch {
  readonly responses: Responses;
  readonly advantage: Float64Array;
  /** Reward of each response, [B]. */
  readonly rewards: Float64Array;
  /** Strength of an intervention with a controller in this step; 0 for others. */
  readonly coefficient: number;
  /** Returns and values at sampling, with a value head. */
  readonly returns?: Float64Array;
  readonly oldValues?: Float32Array;
  /** Log-probabilities under the reference policy, where the intervention wants them. */
  readonly referenceLogProb?: Float32Array;
  /** log Z of each prompt, [prompts], where it is frozen. */
  readonly partitions?: readonly LogPartition[];
}

/** The programs that updates need. */
export interface UpdateTools {
  readonly programs: UpdatePrograms;
  readonly forward: ForwardPrograms;
  readonly config: ExperimentConfig;
}

/** All sequences of a step as parts, for passes over the whole of it. */
export function partsOfStep(responses: Responses, size: number, longest: number): Part[] {
  const all = Array.from({ length: responses.count }, (_, b) => b);
  return cutByLength(responses, all, { size: Math.min(size, all.length), longest });
}
