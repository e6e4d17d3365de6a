/** Which settings of a run may change when it is resumed; knows nothing of checkpoints. */
import type { ExperimentConfig } from "./experiment-config.ts";

/** Settings that a resumed run may change: how long it goes on, and what is looked at on the way. */
const RESUMABLE_KEYS = [
  "steps",
  "evaluation",
  "log",
  "checkpoint",
] as const satisfies readonly (keyof ExperimentConfig)[];

/**
 * Which of the settings that may change on resume this run may change.
 *
 * **Gotchas** Under a schedule that is not constant the learning rates depend on `steps`, which then must stay.
 *
 * @param config - what the run was started with.
 */
export function resumableKeys({
  optimizer,
}: Pick<ExperimentConfig, "optimizer">): readonly string[] {
  return RESUMABLE_KEYS.filter((key) => key !== "steps" || optimizer.schedule === "constant");
}
