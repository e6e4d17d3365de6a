/** GRPO for pass@k: the best response of a group alone is rewarded, by how much it beats the second. */
import { ShapeError } from "../../base/errors.ts";
import type { OptionsOf } from "../../config/advantage-config.ts";
import type { AdvantageInput, Advantages } from "./advantage.ts";
import { deviationOf, groupMembers, rowSums, spreadOverTokens } from "./group-scores.ts";
import { DEVIATION_GUARD } from "./grpo.ts";

/**
 * A = largest r − second largest r for the best response of the group, 0 for the others; with `normalizeByStd` over
 * std r + 10⁻⁶. Two best ones have the advantage 0.
 *
 * @throws {@link ShapeError} for a group of one response.
 * @see arXiv:2503.19595
 */
export function grpoPassK(
  { rewards, mask, group }: AdvantageInput,
  { normalizeByStd }: OptionsOf<"grpo-pass-k">,
): Advantages {
  const scores = rowSums(rewards);
  const scaled = new Float64Array(scores.length);
  for (const rows of groupMembers(group)) {
    const [best, second] = rows.toSorted((one, other) => scores[other]! - scores[one]!);
    if (best === undefined || second === undefined) {
      throw new ShapeError(
        "group-too-small",
        `grpo-pass-k needs at least 2 responses to each prompt, got ${rows.length}`,
        { fix: "Set rollout.samples to 2 or more." },
      );
    }
    const lead = scores[best]! - scores[second]!;
    scaled[best] = normalizeByStd ? lead / (deviationOf(scores, rows) + DEVIATION_GUARD) : lead;
  }
  return spreadOverTokens(scaled, mask);
}
