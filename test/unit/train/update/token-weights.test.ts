/** What each token of a mini-batch counts, at its place among the step's. */
import { describe, expect, test } from "vitest";
import type { Responses } from "../../../../src/train/rollout/roll-out.ts";
import { tokenWeights } from "../../../../src/train/update/token-weights.ts";

/** Two responses to each of three prompts, of these lengths. */
const LENGTHS = [4, 1, 2, 2, 3, 5];
const LONGEST = 5;
const PLACES = LENGTHS.length * LONGEST;
const RESPONSES: Responses = {
  count: LENGTHS.length,
  longest: LONGEST,
  vocabulary: 1,
  prompts: [0, 1, 2].map((prompt) => Int32Array.of(0, prompt)),
  promptOf: Int32Array.of(0, 0, 1, 1, 2, 2),
  tokens: new Int32Array(PLACES),
  lengths: Int32Array.from(LENGTHS),
  ended: new Uint8Array(LENGTHS.length),
  logProb: new Float32Array(PLACES),
  entropy: new Float32Array(PLACES),
  polarity: new Float32Array(PLACES),
  logits: new Float32Array(PLACES),
};

/** Sum of the weights of each response's tokens. */
function sums(sequences: readonly number[], rule: Parameters<typeof tokenWeights>[2]): number[] {
  const weights = tokenWeights(RESPONSES, sequences, rule);
  return LENGTHS.map((_, b) =>
    weights.subarray(b * LONGEST, (b + 1) * LONGEST).reduce((sum, weight) => sum + weight, 0),
  );
}

const close = (found: number[], expected: number[]): void =>
  found.forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 12));

describe("the weights of a mini-batch's tokens", () => {
  test("are 0 for other sequences and beyond responses", () => {
    const weights = tokenWeights(RESPONSES, [2, 3], "token-mean");
    const places = [...weights.keys()].filter((place) => weights[place] !== 0);
    expect(places).toEqual([10, 11, 15, 16]);
    expect(places.map((place) => weights[place])).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  test("give each prompt the same, and within one each token, under means over prompts", () => {
    const rule = "prompt-mean-token-mean";
    close(
      sums([0, 1, 2, 3, 4, 5], rule),
      [4, 1, 2.5, 2.5, 15 / 8, 25 / 8].map((x) => x / 15),
    );
    close(sums([2, 3, 4, 5], rule), [0, 0, 1 / 4, 1 / 4, 3 / 16, 5 / 16]);
    close(sums([5, 2], rule), [0, 0, 1 / 2, 0, 0, 1 / 2]);
  });
});
