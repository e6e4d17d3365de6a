/** DMPO: the group's likelihoods are drawn towards a distribution that its rewards set. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import { groupMembers } from "../advantage/group-scores.ts";
import type { ResponseLoss, ScopeResponses } from "./intervention.ts";

/** Softmax of a list, safe for any size of its entries. */
function softmax(values: readonly number[]): number[] {
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/**
 * coefficient · mean over groups of (1/G) Σᵢ (pᵢ − qᵢ)², with p = softmax(r / α) fixed and q = softmax(φ), φᵢ the mean
 * over response i's tokens of log π.
 *
 * **Details** dL/dφᵢ = (2/G) qᵢ [(qᵢ − pᵢ) − Σⱼ qⱼ (qⱼ − pⱼ)]. It is added to the configured loss. Measures:
 * `group_entropy`, the mean entropy of q, and `group_distance`, the loss without its coefficient.
 *
 * **Gotchas** With rewards that are all equal p is uniform: such a group still draws its likelihoods together.
 *
 * @see arXiv:2605.19461
 */
export function dmpoLoss(
  { group, length, reward, logProb }: ScopeResponses,
  { coefficient, alpha }: OptionsOf<"dmpo">,
): ResponseLoss {
  const groups = groupMembers(group);
  const byLogProb = new Float64Array(group.length);
  let [loss, distance, entropy] = [0, 0, 0];
  for (const rows of groups) {
    const p = softmax(rows.map((row) => reward[row]! / alpha));
    const q = softmax(rows.map((row) => logProb[row]! / length[row]!));
    const gaps = rows.map((_, k) => q[k]! - p[k]!);
    const mean = gaps.reduce((sum, gap, k) => sum + q[k]! * gap, 0);
    const scale = coefficient / groups.length / rows.length;
    for (const probability of q)
      if (probability > 0) entropy -= probability * Math.log(probability);
    rows.forEach((row, k) => {
      distance += gaps[k]! ** 2 / rows.length;
      loss += scale * gaps[k]! ** 2;
      byLogProb[row] = (scale * 2 * q[k]! * (gaps[k]! - mean)) / length[row]!;
    });
  }
  const measures = [
    ["group_entropy", entropy / groups.length],
    ["group_distance", distance / groups.length],
  ] as const;
  return { loss, byLogProb, measures };
}
