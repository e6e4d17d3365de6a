/** Laws of one softmax state's entropy, and its derivative by central differences. */
import { describe, expect, test } from "vitest";
import { covarianceUnder } from "../../../../src/analyze/theory/covariance-under.ts";
import {
  discriminators,
  firstOrderChange,
} from "../../../../src/analyze/theory/first-order-change.ts";
import { exactChange, softmaxState } from "../../../../src/analyze/theory/softmax-state.ts";
import { makeRng } from "../../../../src/base/random.ts";
import { ACTION_COUNTS, randomProblem } from "./random-problem.ts";

describe.each(ACTION_COUNTS)("a state of %i actions", (actions) => {
  const rng = makeRng(actions, "states");
  const problems = Array.from({ length: 20 }, () => randomProblem(actions, rng));

  test("has probabilities of sum 1 and an entropy between 0 and log K", () => {
    for (const { state } of problems) {
      expect(state.p.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      expect(state.entropy).toBeGreaterThan(0);
      expect(state.entropy).toBeLessThanOrEqual(Math.log(actions) + 1e-12);
      state.p.forEach((p, k) => expect(Math.log(p)).toBeCloseTo(state.logP[k]!, 10));
    }
  });

  test("does not change with a constant added to its logits, however large", () => {
    for (const { state } of problems) {
      const moved = softmaxState(state.logits.map((z) => z + 1000));
      expect(moved.entropy).toBeCloseTo(state.entropy, 9);
      expect(exactChange(state, new Float64Array(actions).fill(3))).toBeCloseTo(0, 12);
    }
  });

  test("has the derivative that Lemma 1 says, by central differences", () => {
    const h = 1e-5;
    for (const { state, advantage } of problems) {
      const slope =
        (exactChange(state, advantage, h) - exactChange(state, advantage, -h)) / (2 * h);
      expect(firstOrderChange(state, advantage)).toBeCloseTo(slope, 8);
    }
  });

  test("has the discriminators as the derivatives by single logits, less their sign", () => {
    for (const { state } of problems) {
      discriminators(state).forEach((s, k) => {
        const unit = new Float64Array(actions);
        unit[k] = 1;
        expect(firstOrderChange(state, unit)).toBeCloseTo(-s, 12);
        expect(s > 0).toBe(state.p[k]! > Math.exp(-state.entropy));
      });
      expect(discriminators(state).reduce((sum, s) => sum + s, 0)).toBeCloseTo(0, 12);
    }
  });
});

describe("a state", () => {
  test("of equal logits has entropy log K, which no small step changes to first order", () => {
    const state = softmaxState(new Float64Array(7).fill(2));
    expect(state.entropy).toBeCloseTo(Math.log(7), 14);
    expect(firstOrderChange(state, Float64Array.from([1, 2, 3, 4, 5, 6, 7]))).toBeCloseTo(0, 14);
  });

  test("of two actions has the entropy of a coin", () => {
    const { entropy } = softmaxState(Float64Array.from([Math.log(3), 0]));
    expect(entropy).toBeCloseTo(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), 14);
  });

  test("refuses a step of another length, and no logits", () => {
    const state = softmaxState(new Float64Array(3));
    expect(() => exactChange(state, new Float64Array(2))).toThrow("got 2 for 3");
    expect(() => softmaxState(new Float64Array(0))).toThrow("got none");
  });
});

test("covariance under p is that of a sample in which each action is as frequent as p says", () => {
  const [x, y] = [Float64Array.from([1, 4, 9]), Float64Array.from([2, -1, 0.5])];
  const sample = [0, 0, 0, 1, 2, 2, 2, 2]; // p = 3/8, 1/8, 4/8
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [xs, ys] = [sample.map((k) => x[k]!), sample.map((k) => y[k]!)];
  const expected = mean(xs.map((value, i) => value * ys[i]!)) - mean(xs) * mean(ys);
  expect(covarianceUnder(Float64Array.from([3 / 8, 1 / 8, 4 / 8]), x, y)).toBeCloseTo(expected, 14);
});
