/** Aggregations as weights, and the value loss that is aggregated the same way. */
import { describe, expect, test } from "vitest";
import { type Matrix, makeMatrix } from "../../../../src/base/matrix.ts";
import {
  type AggregationRule,
  aggregationWeights,
} from "../../../../src/train/loss/aggregation.ts";
import { policyWeights } from "../../../../src/train/intervention/policy-loss.ts";
import { surrogateLoss } from "../../../../src/train/loss/surrogates.ts";
import { valueLoss } from "../../../../src/train/loss/value-loss.ts";
import {
  apart,
  differences,
  matrixOf,
  type TokenBatch,
  tokenBatch,
  weightedLoss,
} from "../../../support/token-batch.ts";

/** Three sequences: of 4, 1 and no tokens. */
const MASK = makeMatrix(3, 5, Float64Array.of(1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
const GROUP = Int32Array.of(7, 7, 8);
const LOSSES = Float64Array.of(1, 2, 3, 4, 99, 10, 99, 99, 99, 99, 99, 99, 99, 99, 99);

const RULES: { readonly [R in AggregationRule]: number } = {
  "token-mean": (1 + 2 + 3 + 4 + 10) / 5,
  "seq-mean-token-sum": (10 + 10) / 2,
  "seq-mean-token-mean": (2.5 + 10) / 2,
  "seq-mean-token-sum-norm": (10 + 10) / 2 / 5,
  "prompt-mean-token-mean": (1 + 2 + 3 + 4 + 10) / 5, // of one prompt: the other has no token
  "row-mean-token-mean": (2.5 + 10 + 0) / 3,
};
const rules = Object.keys(RULES) as AggregationRule[];

function rowsOf({ columns, values }: Matrix, from: number, to: number): Matrix {
  return makeMatrix(to - from, columns, values.slice(from * columns, to * columns));
}

describe.each(rules)("%s", (rule) => {
  test("is the mean that its name says; a sequence without tokens is none", () => {
    const weights = aggregationWeights(rule, MASK, GROUP);
    const loss = weights.reduce((sum, weight, at) => sum + weight * LOSSES[at]!, 0);
    expect(loss).toBeCloseTo(RULES[rule], 12);
  });

  test("weighs nothing outside the mask", () => {
    const weights = aggregationWeights(rule, MASK, GROUP);
    expect(weights.every((weight, at) => MASK.values[at] === 1 || weight === 0)).toBe(true);
  });

  test("a mask without any token gives weights of 0", () => {
    expect([...aggregationWeights(rule, makeMatrix(2, 3), new Int32Array(2))]).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
  });
});

describe("means over prompts", () => {
  // Of 4, 1 and 2 tokens; the first and the last answer one prompt.
  const mask = makeMatrix(3, 4, Float64Array.of(1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0));
  const losses = Float64Array.of(1, 2, 3, 4, 10, 99, 99, 99, 5, 9, 99, 99);

  test("take the mean over all tokens of a prompt's responses, then over prompts", () => {
    const weights = aggregationWeights("prompt-mean-token-mean", mask, Int32Array.of(3, 1, 3));
    const loss = weights.reduce((sum, weight, at) => sum + weight * losses[at]!, 0);
    expect(loss).toBeCloseTo(((1 + 2 + 3 + 4 + 5 + 9) / 6 + 10) / 2, 12);
  });

  test("of one prompt are means over tokens, of one response each means over sequences", () => {
    const over = (group: Int32Array): Float64Array =>
      aggregationWeights("prompt-mean-token-mean", mask, group);
    expect(over(Int32Array.of(1, 1, 1))).toEqual(aggregationWeights("token-mean", mask));
    expect(over(Int32Array.of(1, 2, 3))).toEqual(aggregationWeights("seq-mean-token-mean", mask));
  });

  test("need to know the prompt of each sequence", () => {
    const rule = "prompt-mean-token-mean";
    expect(() => aggregationWeights(rule, mask)).toThrow(/3 sequences, got none/);
    expect(() => aggregationWeights(rule, mask, new Int32Array(2))).toThrow(/got 2/);
  });
});

/** Sequences `from` to `to` of a batch. */
function part(batch: TokenBatch, from: number, to: number): TokenBatch {
  const cut = (values: Float64Array): Float64Array =>
    rowsOf(matrixOf(batch, values), from, to).values;
  return {
    rows: to - from,
    columns: batch.columns,
    logProb: cut(batch.logProb),
    oldLogProb: cut(batch.oldLogProb),
    advantage: cut(batch.advantage),
    mask: cut(batch.mask),
  };
}

describe("micro-batches", () => {
  const choices = rules.filter((rule) => rule !== "row-mean-token-mean");
  const losses = [
    { kind: "ppo-clip", clipLow: 0.1, clipHigh: 0.2, dualClip: 3 },
    { kind: "gspo", clipLow: 0.05, clipHigh: 0.1 },
    { kind: "gmpo", clipLow: 0.1, clipHigh: 0.2 },
  ] as const;
  const cases = choices.flatMap((aggregation) => losses.map((loss) => ({ aggregation, loss })));

  test.each(cases)(
    "losses and gradients add up to the mini-batch's: $aggregation, $loss.kind",
    async ({ aggregation, loss }) => {
      const batch = tokenBatch(9, { rows: 7 });
      const config = { loss, intervention: { kind: "none" } } as const;
      const group = Int32Array.of(0, 0, 1, 1, 1, 2, 2);
      const weights = policyWeights(config, aggregation, matrixOf(batch, batch.mask), group);
      const lossOf = async (one: TokenBatch, weight: Float64Array) =>
        weightedLoss(one, weight, (tokens) => ({ ...surrogateLoss(tokens, loss) }));
      const whole = await lossOf(batch, weights);
      const cuts = [0, 2, 3, 7];
      let sum = 0;
      const gradient: number[] = [];
      for (const [k, from] of cuts.slice(0, -1).entries()) {
        const to = cuts[k + 1]!;
        const piece = await lossOf(
          part(batch, from, to),
          weights.slice(from * batch.columns, to * batch.columns),
        );
        sum += piece.loss;
        gradient.push(...piece.gradient);
      }
      expect(sum).toBeCloseTo(whole.loss, 12);
      expect(apart(gradient, whole.gradient)).toBe(0);
    },
  );
});

describe("the value loss", () => {
  const batch = tokenBatch(3, { rows: 30 });
  // log π stands for the value, the other quantities for what it is compared with.
  const lossOf = async (valueClip: number | null) =>
    weightedLoss(batch, batch.mask, ({ logProb, oldLogProb, advantage }) => ({
      ...valueLoss({ value: logProb, oldValue: oldLogProb, target: advantage }, valueClip),
    }));

  test("is half the square, without a limit", async () => {
    const { loss, gradient } = await lossOf(null);
    const errors = batch.logProb.map((value, at) => value - batch.advantage[at]!);
    expect(loss).toBeCloseTo(errors.reduce((sum, e) => sum + e * e, 0) / 2, 10);
    expect(apart(gradient, errors)).toBeLessThan(1e-12);
  });

  test("is the larger of the free and the clipped square, with derivatives to match", async () => {
    const clip = 0.2;
    const formula = (x: Float64Array): number =>
      x.reduce((sum, value, at) => {
        const old = batch.oldLogProb[at]!;
        const target = batch.advantage[at]!;
        const held = Math.min(Math.max(value, old - clip), old + clip);
        return sum + Math.max((value - target) ** 2, (held - target) ** 2) / 2;
      }, 0);
    const { loss, gradient, others } = await lossOf(clip);
    const atValid = (values: Float64Array): Float64Array =>
      values.map((value, at) => (batch.mask[at] === 1 ? value : 0));
    expect(loss).toBeCloseTo(formula(batch.logProb), 10);
    const expected = atValid(differences(formula, batch.logProb));
    expect(apart(atValid(gradient), expected)).toBeLessThan(1e-7); // of a sum of a hundred squares
    const clipped = others["clipped"]!;
    expect(new Set(clipped)).toEqual(new Set([-1, 0, 1]));
    expect(clipped.every((side, at) => side === 0 || gradient[at] === 0)).toBe(true);
  });
});
