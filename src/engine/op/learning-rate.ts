/** Learning rates as functions of the step. */
import { ConfigError } from "../../base/errors.ts";

/** How the learning rate moves. */
export interface LearningRateSchedule {
  readonly kind: "constant" | "linear" | "cosine";
  readonly peak: number;
  /** Steps over which it rises from 0 to the peak. */
  readonly warmUp?: number;
  /** Steps after which `linear` and `cosine` have reached the floor. */
  readonly total?: number;
  readonly floor?: number;
}

/**
 * The learning rate of an update.
 *
 * @param step - counted from 1: the first update of a warm-up of w steps has peak / w.
 * @throws {@link ConfigError} if a falling schedule has no end.
 */
export function learningRateAt(step: number, schedule: LearningRateSchedule): number {
  const { kind, peak, warmUp = 0, total, floor = 0 } = schedule;
  if (step <= warmUp) return (peak * step) / warmUp;
  if (kind === "constant") return peak;
  if (total === undefined || total <= warmUp)
    throw new ConfigError(
      "schedule-without-end",
      `a ${kind} schedule must have total above its warm-up of ${warmUp} steps, got ${total}`,
      { fix: "Set total to the number of updates of the run, or take the constant schedule." },
    );
  const share = Math.min(1, (step - warmUp) / (total - warmUp));
  const height = kind === "linear" ? 1 - share : (1 + Math.cos(Math.PI * share)) / 2;
  return floor + (peak - floor) * height;
}
