/** Computes one loss case with our losses: loss, gradient and token covariance. */
import type { Matrix } from "../../base/matrix.ts";
import { tf } from "../../engine/tfjs.ts";
import type { AdjustmentTensors } from "../intervention/intervention.ts";
import { selectTokens, surrogateUnder } from "../intervention/interventions.ts";
import { policyLoss, policyWeights } from "../intervention/policy-loss.ts";
import { tokenCovariance } from "../intervention/token-covariance.ts";
import { surrogateLoss } from "../loss/surrogates.ts";
import type { LossCase } from "./case-file.ts";
import type { RunFunction } from "./run-function.ts";
import type { NamedLoss } from "./verl-names.ts";

/** What is compared. */
export interface LossFindings {
  readonly loss: number;
  /** Derivative of the loss with respect to log_prob, [B T]. */
  readonly gradient: ArrayLike<number>;
  /** [B T], 0 outside the mask. */
  readonly covariance: Float64Array;
}

const TOKENS = ["logProb", "oldLogProb", "advantage", "mask"] as const;
const ALL = [...TOKENS, "selected", "weights"] as const;

type Named<N extends readonly string[]> = { readonly [K in N[number]]: Float64Array };
type SpecsOf<N extends readonly string[]> = { readonly [K in N[number]]: { shape: number[] } };

function specsOf<const N extends readonly string[]>(
  names: N,
  { rows, columns }: Matrix,
): SpecsOf<N> {
  const entries = names.map((name) => [name, { shape: [rows, columns] }]);
  return Object.fromEntries(entries) as SpecsOf<N>;
}

type Inputs = { readonly [K in (typeof TOKENS)[number]]: tf.Tensor };

/** The tensors of a program's inputs; the entropy, which no case has, as 0. */
function tensorsOf(inputs: Inputs, selected: tf.Tensor): AdjustmentTensors {
  const tokens = inputs as { readonly [K in keyof Inputs]: tf.Tensor2D };
  return { ...tokens, selected: selected as tf.Tensor2D, entropy: tf.zerosLike(tokens.mask) };
}

/** The entries of a matrix where the mask is 1. */
const validOf = ({ values }: Matrix, places: readonly number[]): Float64Array =>
  Float64Array.from(places, (place) => values[place]!);

/** [length], with the entries of valid tokens back in their places. */
function scattered(
  values: ArrayLike<number>,
  places: readonly number[],
  length: number,
): Float64Array {
  const full = new Float64Array(length);
  places.forEach((place, at) => (full[place] = values[at]!));
  return full;
}

/**
 * Computes a case as a run computes a mini-batch: a first pass says which tokens are clipped, tokens are chosen between
 * the passes, a second one gives loss and gradient.
 */
export async function computeLossCase(
  given: LossCase,
  config: NamedLoss,
  run: RunFunction,
): Promise<LossFindings> {
  const mask = given.response_mask;
  const places = Array.from(mask.values, (_, place) => place).filter(
    (place) => mask.values[place] !== 0,
  );
  const logProb = validOf(given.log_prob, places);
  const advantage = validOf(given.advantages, places);
  const feeds: Named<typeof TOKENS> = {
    logProb: given.log_prob.values,
    oldLogProb: given.old_log_prob.values,
    advantage: given.advantages.values,
    mask: mask.values,
  };
  const surrogate = surrogateUnder(config.intervention, config.loss);

  const { clipped } = await run(
    (inputs) => {
      const tokens = tensorsOf(inputs, tf.zerosLike(inputs.mask));
      return { clipped: surrogateLoss(tokens, surrogate).clipped };
    },
    specsOf(TOKENS, mask),
    feeds,
  );
  const clippedOfValid = places.map((place) => clipped[place]!);
  const chosen = selectTokens(
    { logProb, advantage, clipped: clippedOfValid },
    config.intervention,
    "first",
  );

  const { loss, gradient } = await run(
    ({ weights, selected, ...inputs }) => {
      const lossOf = (logProbs: tf.Tensor): tf.Scalar => {
        const tensors = tensorsOf({ ...inputs, logProb: logProbs }, selected);
        return tf.sum(tf.mul(policyLoss(config, tensors).tokenLoss, weights));
      };
      const { value, grad } = tf.valueAndGrad(lossOf)(inputs.logProb);
      return { loss: value, gradient: grad };
    },
    specsOf(ALL, mask),
    {
      ...feeds,
      selected: scattered(chosen, places, mask.values.length),
      weights: policyWeights(config, config.aggregation, mask),
    },
  );
  return {
    loss: loss[0]!,
    gradient,
    covariance: scattered(tokenCovariance(logProb, advantage), places, mask.values.length),
  };
}
