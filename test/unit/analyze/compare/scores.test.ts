import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  interquartileMean,
  meanOfMeans,
  optimalityGap,
  performanceProfile,
  probabilityOfImprovement,
} from "../../../../src/analyze/compare/scores.ts";
import { compareGolden, goldenScores } from "../../../support/compare-golden.ts";

const DIGITS = 9;
const tau = Float64Array.from(compareGolden.tau);

describe.each(compareGolden.cases)("scores as rliable has them: $name", (golden) => {
  const sets = { x: goldenScores(golden.x), y: goldenScores(golden.y) };

  test.each(["x", "y"] as const)("aggregates of %s", (side) => {
    const [scores, expected] = [sets[side], golden.of[side]];
    expect(interquartileMean(scores)).toBeCloseTo(expected.iqm, DIGITS);
    expect(meanOfMeans(scores)).toBeCloseTo(expected.mean, DIGITS);
    expect(optimalityGap(scores)).toBeCloseTo(expected.optimalityGap, DIGITS);
    expect(Array.from(performanceProfile(scores, tau))).toEqual(
      expected.profile.map((share) => expect.closeTo(share, DIGITS)),
    );
  });

  test("probability of improvement, ties as a half", () => {
    expect(probabilityOfImprovement(sets.x, sets.y)).toBeCloseTo(golden.improvement.value, DIGITS);
  });
});

const stratum = fc
  .array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 9 })
  .map((values) => Float64Array.from(values));

describe("laws of scores", () => {
  test("the probabilities of improvement of two arms over each other sum to 1, and over oneself it is 1/2", () => {
    fc.assert(
      fc.property(stratum, stratum, (x, y) => {
        const sum = probabilityOfImprovement([x], [y]) + probabilityOfImprovement([y], [x]);
        expect(sum).toBeCloseTo(1, 12);
        expect(probabilityOfImprovement([x], [x])).toBeCloseTo(0.5, 12);
      }),
    );
  });

  test("an outlier moves the mean and not the interquartile mean", () => {
    const usual = [Float64Array.of(1, 2, 3, 4)];
    const wild = [Float64Array.of(1, 2, 3, 400)];
    expect(interquartileMean(wild)).toBe(interquartileMean(usual));
    expect(meanOfMeans(wild)).toBeGreaterThan(meanOfMeans(usual));
  });

  test("a profile falls along its thresholds, from all runs below the least score to none at the largest", () => {
    fc.assert(
      fc.property(stratum, (x) => {
        const shares = performanceProfile([x], Float64Array.of(-1, 0, 1, 2, 3, 4, 5, 6));
        expect(shares[0]).toBe(1);
        expect(shares.at(-1)).toBe(0);
        expect(Array.from(shares)).toEqual(Array.from(shares).toSorted((a, b) => b - a));
      }),
    );
  });
});
