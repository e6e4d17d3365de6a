/** Percentile intervals for the default fit, from blocks of (instrument, e^H, R); a cross-check, not the quoted interval. */
import { makeRng } from "../../base/random.ts";
import type { NeighbourFit } from "./fit-by-neighbours.ts";
import { neighbourMean } from "./instrument.ts";
import { bootstrapRows, percentileInterval95 } from "./moving-block-bootstrap.ts";
import type { Estimate } from "./result.ts";

/**
 * Adds `bootstrap95` to the parameters and the ceiling of a fit.
 *
 * **Gotchas** The trend sits in few blocks, so these intervals cover less than they promise under autocorrelated
 * noise (docs/experiments.md); the sandwich's `ci95` is the one to quote.
 *
 * @param entropy - [n], nats, the series of the fit.
 * @param reward - [n].
 * @param plan - `replicates`, and the `seed` of the stream "bootstrap".
 * @throws ConfigError for a number of replicates that is not whole and positive.
 */
export function bootstrapNeighbours(
  fit: NeighbourFit,
  { entropy, reward }: { readonly entropy: Float64Array; readonly reward: Float64Array },
  plan: { readonly replicates: number; readonly seed: number },
): NeighbourFit {
  const x = entropy.map(Math.exp);
  const z = neighbourMean(x, fit.neighbourhood);
  const rng = makeRng(plan.seed, "bootstrap");
  const [a, b, ceiling] = bootstrapRows(fit.n, { replicates: plan.replicates, rng }, (rows) => {
    const means = { x: 0, z: 0, reward: 0 };
    for (const row of rows) {
      means.x += x[row]! / rows.length;
      means.z += z[row]! / rows.length;
      means.reward += reward[row]! / rows.length;
    }
    let zx = 0;
    let zr = 0;
    for (const row of rows) {
      zx += (z[row]! - means.z) * (x[row]! - means.x);
      zr += (z[row]! - means.z) * (reward[row]! - means.reward);
    }
    if (zx === 0) return undefined;
    const slope = -zr / zx;
    const level = means.reward + slope * means.x;
    return [slope, level, level - slope];
  });
  const widen = (estimate: Estimate, draws: Float64Array = new Float64Array()): Estimate => {
    const bootstrap95 = percentileInterval95(draws);
    return bootstrap95 === undefined ? estimate : { ...estimate, bootstrap95 };
  };
  return {
    ...fit,
    parameters: { a: widen(fit.parameters["a"]!, a), b: widen(fit.parameters["b"]!, b) },
    ceiling: fit.ceiling && widen(fit.ceiling, ceiling),
  };
}
