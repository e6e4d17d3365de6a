/** What the ceiling is when the form of the law is itself in doubt; knows no verdict. */
import { LAW_FORM } from "./entropy-form.ts";
import { aicAbove, blockMisfit, formLines, keptForms } from "./form-lines.ts";
import type { Neighbourhood } from "./instrument.ts";
import { valueAt } from "./instrumental-line.ts";
import { quadraticLine } from "./quadratic-line.ts";
import type { Estimate } from "./result.ts";
import { estimateWith } from "./sandwich.ts";

/** One form and the ceiling it promises. */
interface FormCeiling {
  /** Such as `exp(H)`, `linear in H`, `quadratic in H`. */
  readonly form: string;
  readonly ceiling: Estimate;
  /** AIC minus that of the best one-slope form, on block means. */
  readonly deltaAic: number;
}

/** The ceiling when the form of the law itself is in doubt: the union over all forms the run cannot tell apart. */
export interface CeilingBand {
  readonly low: number;
  readonly high: number;
  /** False when the band is so wide that the run does not bound the ceiling. */
  readonly bounded: boolean;
  /** Forms that were kept; the law is always one of them. */
  readonly forms: readonly FormCeiling[];
}

/** AIC charges 2 for the second slope of the quadratic. */
const EXTRA_SLOPE_PENALTY = 2;
/** The widest range of a reward that is a share of solved prompts. */
const SHARE_RANGE = 1;

/** How wide a band may be before it says nothing: 1 for a reward in [0, 1], else the range that was seen. */
function widestUseful(reward: Float64Array): number {
  const low = reward.reduce((least, value) => Math.min(least, value), Infinity);
  const high = reward.reduce((most, value) => Math.max(most, value), -Infinity);
  return low >= 0 && high <= 1 ? SHARE_RANGE : high - low;
}

/**
 * Union of the 95 % intervals of the ceiling over the forms that the run cannot tell from the law.
 *
 * **Details** The law's own interval is worth little where the true curve is a little different and the run stopped
 * early: docs/experiments.md has the coverage. The band keeps the law, every form of the family that AIC does not
 * rule out, and always the quadratic in H, whose curvature is free.
 *
 * @param entropy - [n], nats, in order of step.
 * @param reward - [n].
 * @returns undefined if the law itself cannot be fitted.
 */
export function ceilingBand(
  entropy: Float64Array,
  reward: Float64Array,
  neighbourhood: Neighbourhood,
): CeilingBand | undefined {
  const family = formLines(entropy, reward, neighbourhood);
  const kept = keptForms(family);
  if (!kept.some(({ form }) => form === LAW_FORM)) return undefined;
  const forms: FormCeiling[] = kept.map(({ form, line, deltaAic }) => {
    const { value, variance } = valueAt(line, 0);
    return { form: form.name, ceiling: estimateWith(value, variance, line.noise.dof), deltaAic };
  });
  const quadratic = quadraticLine(entropy, reward, neighbourhood);
  if (quadratic !== undefined) {
    const { bounds } = quadratic.noise;
    const misfit = blockMisfit(quadratic.residuals, bounds);
    const excess = aicAbove(misfit, family.leastMisfit, bounds.length - 1);
    forms.push({
      form: "quadratic in H",
      ceiling: quadratic.ceiling,
      deltaAic: excess + EXTRA_SLOPE_PENALTY,
    });
  }
  const low = Math.min(...forms.map(({ ceiling }) => ceiling.ci95[0]));
  const high = Math.max(...forms.map(({ ceiling }) => ceiling.ci95[1]));
  return { low, high, bounded: high - low <= widestUseful(reward), forms };
}
