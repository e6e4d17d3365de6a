/** The covariance forms on one mini-batch, from its tokens' numbers alone; knows no gradient. */
import type { Responses } from "../../src/train/rollout/roll-out.ts";
import type { TokenNumbers } from "./response-gradients.ts";

/** Predictions of the change of mean token entropy, up to the size of the step; see `entlaw agree`. */
export interface BatchForms {
  /** −mean (l − mean l)(A − mean A) over tokens. */
  readonly batch: number;
  /** −mean over groups of Cov(l, e^l A) over responses, l and A means over their tokens. */
  readonly pg: number;
  /** −mean over groups of Cov(l, A) over responses. */
  readonly npg: number;
  /** mean A D over tokens: every token a state of its own. */
  readonly polarity: number;
  /** mean c A D over tokens, c the ratio, or 0 where the loss clips. */
  readonly clippedPolarity: number;
}

/** What the forms are made of. */
export interface FormsInput {
  readonly responses: Responses;
  readonly sequences: readonly number[];
  readonly advantage: Float64Array;
  readonly numbers: TokenNumbers;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function covariance(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  return mean(x.map((value, at) => (value - meanX) * (y[at]! - meanY)));
}

interface Member {
  readonly logProb: number;
  readonly advantage: number;
}

const minusCovariance = (weigh: (member: Member) => number) => (members: readonly Member[]) =>
  -covariance(
    members.map(({ logProb }) => logProb),
    members.map(weigh),
  );

/** All forms of one mini-batch of whole groups. */
export function batchForms({ responses, sequences, advantage, numbers }: FormsInput): BatchForms {
  const placesOf = (b: number): number[] =>
    Array.from({ length: responses.lengths[b]! }, (_, t) => b * responses.longest + t);
  const places = sequences.flatMap(placesOf);
  const logProbs = places.map((at) => numbers.logProb[at]!);
  const advantages = places.map((at) => advantage[at]!);
  const polarities = places.map((at) => advantage[at]! * numbers.polarity[at]!);
  const factors = places.map((at) =>
    numbers.clipped[at] === 0 ? Math.exp(numbers.logProb[at]! - responses.logProb[at]!) : 0,
  );
  const members = sequences.map((b) => {
    const own = placesOf(b);
    const logProb = mean(own.map((at) => numbers.logProb[at]!));
    return {
      group: responses.promptOf[b]!,
      logProb,
      advantage: mean(own.map((at) => advantage[at]!)),
    };
  });
  const groups = [...Map.groupBy(members, ({ group }) => group).values()];
  return {
    batch: -covariance(logProbs, advantages),
    pg: mean(groups.map(minusCovariance((one) => Math.exp(one.logProb) * one.advantage))),
    npg: mean(groups.map(minusCovariance((one) => one.advantage))),
    polarity: mean(polarities),
    clippedPolarity: mean(polarities.map((value, at) => factors[at]! * value)),
  };
}
