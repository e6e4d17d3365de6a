/** STEER: tokens whose update would change entropy much count less. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import type { WeighedTokens } from "./intervention.ts";

/** The steepest the exponential map becomes, where no change of entropy is large. */
const SMALLEST_MAXIMUM = 0.02;

/** |A / π_old · π (1 − π)(log π + H)| of each token: how far its update moves entropy, as STEER estimates it. */
function entropyChange({ logProb, oldLogProb, advantage, entropy }: WeighedTokens): Float64Array {
  return advantage.map((value, at) => {
    const p = Math.exp(logProb[at]!);
    const slope = p * (1 - p) * (logProb[at]! + entropy[at]!);
    return Math.abs((value / Math.exp(oldLogProb[at]!)) * slope);
  });
}

function linear(change: Float64Array, lowest: number, highest: number): Float64Array {
  const least = change.reduce((a, b) => Math.min(a, b));
  const most = change.reduce((a, b) => Math.max(a, b));
  if (most === least) return change.map(() => (lowest + highest) / 2);
  return change.map((value) => highest - ((highest - lowest) * (value - least)) / (most - least));
}

/**
 * With m = |A / π_old · π (1 − π)(log π + H)|, the factor e^(−k m), k = −ln(lowest) / max(max m, 0.02); with the map
 * `linear`, from `highest` at the smallest m to `lowest` at the largest, their mean where all are equal.
 *
 * **Details** lowest 0.8, highest 1.2. "-style": 1. maxima are over the configured scope, those of the code over a
 * micro-batch; 2. the exponential map is the default here, the linear one in the code; 3. H is at temperature 1, π at the
 * temperature of the rollout; 4. the code's guards on probabilities near 0 and 1 are left out.
 *
 * @see arXiv:2510.10150; zz-haooo/STEER, `core_algos.py`
 */
export function weighByChange(
  tokens: WeighedTokens,
  { map, lowest, highest }: OptionsOf<"steer">,
): Float64Array {
  const change = entropyChange(tokens);
  if (map === "linear") return linear(change, lowest, highest);
  const most = change.reduce((a, b) => Math.max(a, b), SMALLEST_MAXIMUM);
  return change.map((value) => Math.exp((Math.log(lowest) / most) * value));
}
