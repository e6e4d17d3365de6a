import { describe, expect, test } from "vitest";
import {
  interquartileMean,
  meanOfMeans,
  probabilityOfImprovement,
  type Scores,
} from "../../../../src/analyze/compare/scores.ts";
import {
  REPLICATES,
  stratifiedBootstrap,
} from "../../../../src/analyze/compare/stratified-bootstrap.ts";
import { makeRng } from "../../../../src/base/random.ts";
import { compareGolden, endTolerance, goldenScores } from "../../../support/compare-golden.ts";

const rng = () => makeRng(0, "test");

describe.each(compareGolden.cases)(
  "intervals as rliable's, to the Monte Carlo error: $name",
  (golden) => {
    const [x, y] = [goldenScores(golden.x), goldenScores(golden.y)];

    test.each([
      [
        "interquartile mean",
        [x],
        ([one = []]: readonly Scores[]) => interquartileMean(one),
        golden.of.x.iqmEnds,
      ],
      ["mean", [x], ([one = []]: readonly Scores[]) => meanOfMeans(one), golden.of.x.meanEnds],
      [
        "interquartile mean of the other",
        [y],
        ([one = []]: readonly Scores[]) => interquartileMean(one),
        golden.of.y.iqmEnds,
      ],
      [
        "probability of improvement",
        [x, y],
        ([one = [], other = []]: readonly Scores[]) => probabilityOfImprovement(one, other),
        golden.improvement.ends,
      ],
    ] as const)("%s", (_, sets, statistic, expected) => {
      expect(REPLICATES).toBe(compareGolden.replicates);
      const [found] = stratifiedBootstrap(sets, (drawn) => [statistic(drawn)], rng())!;
      for (const end of [0, 1] as const) {
        const off = Math.abs(found![end] - expected.mean[end]);
        expect(off).toBeLessThanOrEqual(endTolerance(expected.sd[end]));
      }
    });
  },
);

describe("the stratified bootstrap", () => {
  test("draws stay within their stratum: constant strata have no spread, however far apart", () => {
    const apart = [Float64Array.of(0, 0, 0), Float64Array.of(10, 10, 10)];
    expect(stratifiedBootstrap([apart], ([one = []]) => [meanOfMeans(one)], rng())).toEqual([
      [5, 5],
    ]);
  });

  test("the same stream gives the same interval; one run a stratum gives none", () => {
    const scores = [[Float64Array.of(1, 2, 4, 8)]];
    const draw = () => stratifiedBootstrap(scores, ([one = []]) => [meanOfMeans(one)], rng());
    expect(draw()).toEqual(draw());
    expect(
      stratifiedBootstrap([[Float64Array.of(1)]], ([one = []]) => [meanOfMeans(one)], rng()),
    ).toBeUndefined();
  });
});
