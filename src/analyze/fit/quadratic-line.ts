/** Reward as a parabola in noisy entropy, by two-stage least squares; knows no family of forms and no band. */
import { neighbourMean, type Neighbourhood } from "./instrument.ts";
import { centred, dot, mean } from "./moments.ts";
import type { Estimate } from "./result.ts";
import { blockNoise, estimateWith, sandwichVariance, type BlockNoise } from "./sandwich.ts";

/** R = ceiling + β H + γ H², as far as the ceiling needs it. */
export interface QuadraticLine {
  /** Value at H = 0. */
  readonly ceiling: Estimate;
  /** [n], reward minus the parabola. */
  readonly residuals: Float64Array;
  readonly noise: BlockNoise;
}

const PARABOLA_PARAMETERS = 3;

/**
 * Fits the parabola with the neighbour mean of H and its square as instruments.
 *
 * @param entropy - [n], nats, in order of step.
 * @param reward - [n].
 * @returns undefined if the two instruments do not tell H and H² apart.
 */
export function quadraticLine(
  entropy: Float64Array,
  reward: Float64Array,
  neighbourhood: Neighbourhood,
): QuadraticLine | undefined {
  const neighbours = neighbourMean(entropy, neighbourhood);
  const z1 = centred(neighbours);
  const z2 = centred(neighbours.map((value) => value * value));
  const square = entropy.map((value) => value * value);
  const meanH = mean(entropy);
  const meanSquare = mean(square);
  const meanR = mean(reward);
  const x1 = entropy.map((value) => value - meanH);
  const x2 = square.map((value) => value - meanSquare);
  const y = reward.map((value) => value - meanR);
  // [β, γ] = (Z'X)⁻¹ Z'y; a row of (Z'X)⁻¹ Z' holds the weights of one slope.
  const m11 = dot(z1, x1);
  const m12 = dot(z1, x2);
  const m21 = dot(z2, x1);
  const m22 = dot(z2, x2);
  const determinant = m11 * m22 - m12 * m21;
  if (determinant === 0 || !Number.isFinite(determinant)) return undefined;
  const weights1 = z1.map((value, i) => (m22 * value - m12 * z2[i]!) / determinant);
  const weights2 = z1.map((value, i) => (m11 * z2[i]! - m21 * value) / determinant);
  const slope1 = dot(weights1, y);
  const slope2 = dot(weights2, y);
  const residuals = y.map((value, i) => value - slope1 * x1[i]! - slope2 * x2[i]!);
  const noise = blockNoise(residuals, PARABOLA_PARAMETERS);
  const share = 1 / reward.length;
  const ceilingWeights = weights1.map(
    (weight, i) => share - meanH * weight - meanSquare * weights2[i]!,
  );
  return {
    ceiling: estimateWith(
      meanR - slope1 * meanH - slope2 * meanSquare,
      sandwichVariance(noise, ceilingWeights),
      noise.dof,
    ),
    residuals,
    noise,
  };
}
