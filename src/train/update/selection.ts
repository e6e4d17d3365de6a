/** Lets the intervention choose tokens before an update, scope by scope; knows no intervention. */
import type { Rng } from "../../base/random.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import type { ScopeTokens } from "../intervention/intervention.ts";
import { selectTokens } from "../intervention/interventions.ts";
import { countQuadrants, type Quadrants } from "../intervention/quadrants.ts";
import type { Responses } from "../rollout/roll-out.ts";
import { nothing, type Part } from "./lay-out.ts";

/** Which tokens an intervention chose, and which kinds of tokens those are. */
export interface Selection {
  /** [B, R], 1 for a chosen token. */
  readonly chosen: Float32Array;
  /** Columns of the update's row: shares of the mini-batch's tokens. */
  readonly shares: readonly [string, number][];
}

/** What is chosen from. */
export interface Candidates {
  readonly responses: Responses;
  /** [B, R]; log π of the policy before the update, and what its surrogate clips. */
  readonly logProb: Float32Array;
  readonly clipped: Float32Array;
  readonly advantage: Float64Array;
}

type Scope = "micro" | "mini" | "global";

/** The scope over which an intervention chooses; undefined for one that chooses nothing. */
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
 * Chooses tokens in each of some scopes.
 *
 * @param scopes - sequences of each: the parts of a mini-batch, the mini-batch, or all of the step.
 */
export function chooseTokens(
  config: ExperimentConfig,
  { responses, logProb, clipped, advantage }: Candidates,
  scopes: readonly (readonly number[])[],
  rng: Rng,
): Selection {
  const chosen = nothing(responses);
  const total = { ...NO_QUADRANTS };
  let tokens = 0;
  for (const [k, sequences] of scopes.entries()) {
    const places = placesOf(responses, sequences);
    const scope: ScopeTokens = {
      logProb: Float64Array.from(places, (place) => logProb[place]!),
      advantage: Float64Array.from(places, (place) => advantage[place]!),
      clipped: Float32Array.from(places, (place) => clipped[place]!),
    };
    const marks = selectTokens(scope, config.intervention, rng.stream(`scope-${k}`));
    marks.forEach((mark, n) => {
      chosen[places[n]!] = mark;
    });
    const counts = countQuadrants(scope, marks);
    for (const name of Object.keys(total) as (keyof Quadrants)[]) total[name] += counts[name];
    tokens += places.length;
  }
  return { chosen, shares: sharesOf(total, tokens) };
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
