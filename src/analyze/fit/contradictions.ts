/** Whether a run that does not fit the law speaks against it, or merely says nothing; decides no verdict. */
import type { NeighbourFit } from "./fit-by-neighbours.ts";
import { localMean } from "./local-mean.ts";
import { dot } from "./moments.ts";
import { differenceVariance } from "./noise.ts";
import { blockMeans } from "./sandwich.ts";
import { short } from "./short-number.ts";
import type { Gate } from "./verdict.ts";

/** Standard errors by which the misfit of block means must exceed what batch noise leaves there. */
const MISFIT_Z = 3;
/** A misfit of the trend carries over from block to block at least this much. */
const SLOW_PHI = 0.5;
/** Noise of batches may remember this much from step to step, and may carry over from one short block to the next. */
const NOISE_MEMORY = 0.8;
/**
 * Variance of the second-difference variance of n white steps, times n, over the squared variance: 2 Σ ρ², with the
 * autocorrelations 1, −2/3 and 1/6 of second differences.
 */
const DIFFERENCE_VARIANCE_SPREAD = 2 * (1 + 2 * ((2 / 3) ** 2 + (1 / 6) ** 2));
const SMOOTHING_WINDOW = 11;

/** Correlation of the means of neighbouring blocks of `size` rows, for AR(1) noise of the given memory. */
function blockCorrelation(size: number, memory: number): number {
  const reach = (1 - memory ** size) / (1 - memory); // Σ memory^k over a block
  const within = size + ((2 * memory) / (1 - memory)) * (size - reach);
  return (memory * reach ** 2) / within;
}

/** The reward leaves the curve slowly, by more than noise can. */
function slowMisfit({ line, n }: NeighbourFit): string | undefined {
  const blocks = line.noise.bounds.length - 1;
  const means = blockMeans(line.residuals, line.noise.bounds);
  const white = (differenceVariance(line.residuals) * blocks) / n;
  const misfit = dot(means, means) / (blocks - 2);
  const spread = Math.sqrt(2 / (blocks - 2) + DIFFERENCE_VARIANCE_SPREAD / n);
  const slow = Math.max(SLOW_PHI, blockCorrelation(n / blocks, NOISE_MEMORY));
  if (misfit <= white * (1 + MISFIT_Z * spread) || line.noise.phi < slow) return undefined;
  return `reward leaves b - a e^H slowly and by more than its noise (memory of block means ${short(line.noise.phi)})`;
}

/** Even the largest slope the interval allows would move the reward by less than one batch's noise. */
function flatReward(
  { parameters }: NeighbourFit,
  x: Float64Array,
  reward: Float64Array,
): string | undefined {
  const smooth = localMean(x, SMOOTHING_WINDOW).toSorted();
  const span = (smooth.at(-1) ?? 0) - (smooth.at(0) ?? 0);
  const largestGain = parameters["a"]!.ci95[1] * span;
  const batchNoise = Math.sqrt(differenceVariance(reward));
  if (largestGain >= batchNoise) return undefined;
  return `entropy moves but can have moved reward by ${short(Math.max(largestGain, 0))} at most, less than the noise of one batch (${short(batchNoise)})`;
}

/**
 * What in this run speaks against the law; empty where it merely lacks the information.
 *
 * **Details** A gate that fails is not evidence against the law: on a short or noisy run the trend R² is low though
 * the law holds. It becomes evidence where the run had the power to show the law: the misfit is slow and beyond noise,
 * or the slope is known to be negative or too small to matter.
 *
 * @param gates - those of the run.
 * @param entropy - [n], nats.
 * @param reward - [n].
 */
export function contradictions(
  fit: NeighbourFit,
  gates: readonly Gate[],
  entropy: Float64Array,
  reward: Float64Array,
): string[] {
  const failed = new Set(gates.filter(({ passed }) => !passed).map(({ name }) => name));
  if (failed.has("length") || failed.has("identified")) return [];
  return [
    fit.parameters["a"]!.ci95[1] < 0
      ? "reward falls as entropy falls, against the sign of the law"
      : undefined,
    failed.has("fit") ? slowMisfit(fit) : undefined,
    failed.has("slope") ? flatReward(fit, entropy.map(Math.exp), reward) : undefined,
    failed.has("stable") ? "the slope rests on a few extreme steps" : undefined,
  ].filter((reason) => reason !== undefined);
}
