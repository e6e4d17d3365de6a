/** Lets the intervention choose and weigh tokens before an update, scope by scope; knows no intervention. */
import type { Rng } from "../../base/random.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import type { WeighedTokens } from "../intervention/intervention.ts";
import { isChosen, selectTokens, weighTokens } from "../intervention/interventions.ts";
import { countQuadrants, type Quadrants } from "../intervention/quadrants.ts";
import type { Responses } from "../rollout/roll-out.ts";
import { nothing, type Part } from "./lay-out.ts";

/** Which tokens an intervention chose, and which kinds of tokens those are. */
export interface Selection {
  /** [B, R], 1 for a chosen token. */
  readonly chosen: Float32Array;
  /** [B, R], factors on the tokens' losses; undefined if the intervention weighs none. */
  readonly factor: Float64Array | undefined;
  /** Columns of the update's row: shares of the mini-batch's tokens. */
  readonly shares: readonly [string, number][];
}

/** What the policy says of tokens before an update, and what its surrogate clips; [B, R] each. */
export interface Present {
  readonly logProb: Float32Array;
  readonly entropy: Float32Array;
  readonly clipped: Float32Array;
}

/** What is chosen from. */
export interface Candidates extends Present {
  readonly responses: Responses;
  /** [B, R]. */
  readonly advantage: Float64Array;
  /** The step's coefficient, for interventions with a controller. */
  readonly coefficient: number;
}

/** The policy that sampled as the present one: nothing is clipped yet. */
export const presentAtSampling = (responses: Responses): Present => ({
  logProb: responses.logProb,
  entropy: responses.entropy,
  clipped: nothing(responses),
});

type Scope = "micro" | "mini" | "global";

/** The scope over which an intervention chooses or weighs; undefined for one that does neither. */
export const scopeOf = ({ intervention }: ExperimentConfig): Scope | undefined =>
  "scope" in intervention ? intervention.scope : undefined;

/** Places of the valid tokens of some sequences. */
function placesOf({ lengths, longest }: Responses, sequences: readonly number[]): number[] {
  return sequences.flatMap((b) => Array.from({ length: lengths[b]! }, (_, t) => b * longest + t));
}

const NO_QUADRANTS: Quadrants = {
  positiveHigh: 0,
  positiveLow: 0,
  negativeHigh: 0,
  negativeLow: 0,
  zero: 0,
};

/**
 * Chooses and weighs tokens in each of some scopes.
 *
 * @param scopes - sequences of each: the parts of a mini-batch, the mini-batch, or all of the step.
 */
export function chooseTokens(
  config: ExperimentConfig,
  { responses, logProb, entropy, clipped, advantage, coefficient }: Candidates,
  scopes: readonly (readonly number[])[],
  rng: Rng,
): Selection {
  const chosen = nothing(responses);
  let factor: Float64Array | undefined;
  const total = { ...NO_QUADRANTS };
  let tokens = 0;
  for (const [k, sequences] of scopes.entries()) {
    const places = placesOf(responses, sequences);
    const at = (values: Float32Array | Float64Array): Float64Array =>
      Float64Array.from(places, (place) => values[place]!);
    const scope: WeighedTokens = {
      logProb: at(logProb),
      advantage: at(advantage),
      clipped: at(clipped),
      oldLogProb: at(responses.logProb),
      entropy: at(entropy),
      sampledEntropy: at(responses.entropy),
      polarity: at(responses.polarity),
    };
    const weights = weighTokens(scope, config.intervention, coefficient);
    const marks =
      weights === undefined
        ? selectTokens(scope, config.intervention, rng.stream(`scope-${k}`))
        : Uint8Array.from(weights, (weight) => (isChosen(config.intervention, weight) ? 1 : 0));
    marks.forEach((mark, n) => {
      chosen[places[n]!] = mark;
    });
    if (weights !== undefined) {
      factor ??= new Float64Array(chosen.length).fill(1);
      for (const [n, weight] of weights.entries()) factor[places[n]!] = weight;
    }
    const counts = countQuadrants(scope, marks);
    for (const name of Object.keys(total) as (keyof Quadrants)[]) total[name] += counts[name];
    tokens += places.length;
  }
  return { chosen, factor, shares: sharesOf(total, tokens) };
}

function sharesOf(counts: Quadrants, tokens: number): [string, number][] {
  const { positiveHigh, positiveLow, negativeHigh, negativeLow, zero } = counts;
  const all = positiveHigh + positiveLow + negativeHigh + negativeLow + zero;
  return [
    ["selected_share", all / tokens],
    ["selected_positive_high", positiveHigh / tokens],
    ["selected_positive_low", positiveLow / tokens],
    ["selected_negative_high", negativeHigh / tokens],
    ["selected_negative_low", negativeLow / tokens],
  ];
}

/** The sequences of each part. */
export const sequencesOf = (parts: readonly Part[]): (readonly number[])[] =>
  parts.map(({ sequences }) => sequences);
