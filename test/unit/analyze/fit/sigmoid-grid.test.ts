import { describe, expect, test } from "vitest";
import { laws } from "../../../../src/analyze/fit/laws.ts";
import { leastSquares } from "../../../../src/analyze/fit/least-squares.ts";
import { holdParameters } from "../../../../src/analyze/fit/least-squares-problem.ts";
import { lawProblem } from "../../../../src/analyze/fit/law-problem.ts";
import { defaultSigmoidGrid, fitSigmoidGrid } from "../../../../src/analyze/fit/sigmoid-grid.ts";
import { whiteNoise } from "../../../support/series.ts";

/** Like the longest published run: evaluated every 100 steps of about 1.3 kGPU-hours, the first epoch left out. */
const x = Float64Array.from({ length: 75 }, (_, i) => 1500 + (100_000 - 1500) * (i / 74));
const truth = { R0: 0.2, A: 0.61, B: 1.92, C_mid: 2542 };
const noise = whiteNoise(x.length, 0.004, "grid");
const rewardAt = (C: number): number =>
  laws.sigmoid.value([truth.R0, truth.A, truth.B, truth.C_mid], C);
const y = x.map((C, i) => rewardAt(C) + noise[i]!);
const exponent = [0.05, 20] as const;
const grid = {
  asymptote: { from: 0.45, to: 0.8, count: 71 },
  midpoint: { from: 100, to: 4000, count: 100 },
};

describe("the grid fit of the sigmoid", () => {
  test("recovers a published law from data like its own to the margin its authors give", () => {
    const found = fitSigmoidGrid(x, y, { startReward: truth.R0, grid, exponent });
    expect(Math.abs(found.A - truth.A)).toBeLessThanOrEqual(0.02);
    expect(Math.abs(found.B - truth.B)).toBeLessThan(0.2);
    expect(Math.abs(found.C_mid - truth.C_mid)).toBeLessThan(300);
    expect(found.isAsymptoteAtEdge || found.isMidpointAtEdge || found.isExponentAtBound).toBe(
      false,
    );
  });

  test("lies on the grid", () => {
    const { A, C_mid } = fitSigmoidGrid(x, y, { startReward: truth.R0, grid, exponent });
    for (const place of [(A - 0.45) / 0.005, (C_mid - 100) / (3900 / 99)]) {
      expect(place).toBeCloseTo(Math.round(place), 6);
    }
  });

  test.each([
    ["held", truth.R0],
    ["free", undefined],
  ] as const)(
    "at its best point, R0 %s, has the exponent that a descent finds there",
    (_, startReward) => {
      // From the beginning on, since R0 cannot be seen in points after the rise.
      const x = Float64Array.from({ length: 75 }, (_, i) => 200 * i);
      const y = x.map((C, i) => rewardAt(C) + noise[i]!);
      const found = fitSigmoidGrid(x, y, {
        grid: {
          asymptote: { ...grid.asymptote, count: 8 },
          midpoint: { ...grid.midpoint, count: 10 },
        },
        exponent,
        ...(startReward !== undefined && { startReward }),
      });
      const held = new Map([
        [1, found.A],
        [3, found.C_mid],
        ...(startReward === undefined ? [] : [[0, startReward] as const]),
      ]);
      const reduced = holdParameters(lawProblem(laws.sigmoid, x, y), held);
      const starts = [0.2, 1, 5, 15].map((B) =>
        reduced.reduce(Float64Array.of(found.R0, found.A, B, found.C_mid)),
      );
      const descent = reduced.expand(leastSquares(reduced.problem, starts).parameters);
      expect(found.B).toBeCloseTo(descent[2]!, 6);
      expect(found.R0).toBeCloseTo(descent[0]!, 6);
    },
  );

  test("says when the best point is on an edge", () => {
    const low = { ...grid, asymptote: { from: 0.4, to: 0.5, count: 5 } };
    expect(fitSigmoidGrid(x, y, { grid: low, exponent }).isAsymptoteAtEdge).toBe(true);
    const late = { ...grid, midpoint: { from: 8000, to: 9000, count: 5 } };
    expect(fitSigmoidGrid(x, y, { grid: late, exponent }).isMidpointAtEdge).toBe(true);
    expect(fitSigmoidGrid(x, y, { grid: late, exponent: [0.05, 0.2] }).isExponentAtBound).toBe(
      true,
    );
  });

  test.each([
    { from: 1, to: 0.5, count: 10 },
    { from: 0, to: 1, count: 1 },
    { from: 0, to: 1, count: 2.5 },
  ])("refuses the axis %o", (asymptote) => {
    expect(() => fitSigmoidGrid(x, y, { grid: { ...grid, asymptote }, exponent })).toThrow(
      /run upwards/,
    );
  });

  test("without a grid of its own takes the published spacing up to reward 1", () => {
    const { asymptote, midpoint } = defaultSigmoidGrid(x, y);
    expect(asymptote.to).toBe(1);
    expect((asymptote.to - asymptote.from) / (asymptote.count - 1)).toBeCloseTo(0.005, 10);
    expect(midpoint).toEqual({ from: 1000, to: 100_000, count: 100 });
  });

  test("without a grid of its own goes beyond rewards that exceed 1", () => {
    const { asymptote } = defaultSigmoidGrid(
      x,
      y.map((value) => 10 * value),
    );
    expect(asymptote.to).toBeGreaterThan(8);
  });
});
