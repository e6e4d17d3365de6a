import { describe, expect, test } from "vitest";
import { curveDifference } from "../../../../src/analyze/compare/curve-difference.ts";
import { runSeriesOf } from "../../../../src/analyze/compare/run-series.ts";
import { armLog, type MadeUpRun } from "../../../support/arm-logs.ts";

const arm = (
  name: string,
  seeds: readonly number[],
  { stratum = "", ...run }: Omit<MadeUpRun, "source"> & { readonly stratum?: string } = {},
) =>
  seeds.map((seed) => ({
    run: runSeriesOf(armLog({ source: `/${name}-${seed}.csv`, ...run })),
    seed,
    stratum,
  }));

const SEEDS = [0, 1, 2];

function known(...arms: Parameters<typeof curveDifference>) {
  const found = curveDifference(...arms);
  if ("explanation" in found) throw new Error(found.explanation);
  return found;
}

describe("curves of two arms", () => {
  test("the gap at each entropy is that of the two laws: -Δa e^H + Δb", () => {
    const found = known(
      arm("x", SEEDS, { a: 0.3, b: 1.1, end: 0.2, noise: 1e-4 }),
      arm("y", SEEDS, { a: 0.5, b: 1.2, noise: 1e-4 }),
    );
    for (const { entropy, value } of found.gaps) {
      expect(value).toBeCloseTo(0.2 * Math.exp(entropy) - 0.1, 3);
    }
    expect(found.gaps[0].entropy).toBeGreaterThan(0.2);
    expect(found.gaps[2].entropy).toBeLessThan(0.45);
  });

  test("an arm with the baseline's entropy and more reward is told from it", () => {
    const found = known(arm("x", SEEDS, { b: 1.25 }), arm("y", SEEDS));
    expect(found.from).toBe("seeds");
    expect(found.gaps[1].value).toBeCloseTo(0.05, 2);
    expect(found.p).toBeLessThan(0.01);
  });

  test("arms on one curve are not told apart, though they end at other entropies", () => {
    const found = known(arm("x", SEEDS, { end: 0.25 }), arm("y", SEEDS));
    expect(found.p).toBeGreaterThan(0.05);
    for (const { ci95 } of found.gaps) {
      expect(ci95![0]).toBeLessThan(0);
      expect(ci95![1]).toBeGreaterThan(0);
    }
  });

  test("curves that cross differ, though not in the middle", () => {
    const middle = Math.exp(known(arm("x", SEEDS), arm("y", SEEDS)).gaps[1].entropy);
    const found = known(arm("x", SEEDS, { a: 0.2, b: 1.2 - 0.3 * middle }), arm("y", SEEDS));
    expect(found.gaps[1].ci95![0]).toBeLessThan(0);
    expect(found.gaps[1].ci95![1]).toBeGreaterThan(0);
    expect(found.p).toBeLessThan(0.01);
  });

  test("a single run is held against several by their spread, as Student's test of one spread does", () => {
    const spread = [0, 0.02, -0.03].flatMap((above, seed) =>
      arm(`y${seed}`, [seed], { b: 1.2 + above, noise: 1e-4 }),
    );
    const found = known(arm("x", [7], { b: 1.25, noise: 1e-4 }), spread);
    expect(found.from).toBe("pooled");
    // Values 1.25 against 1.2, 1.22, 1.17: t of 2 degrees of freedom.
    const mean = 0.05 + 0.01 / 3;
    const squares = 0.0004 + 0.0009 - 0.01 ** 2 / 3;
    const t = mean / Math.sqrt((squares / 2) * (4 / 3));
    expect(found.gaps[1].value).toBeCloseTo(mean, 3);
    expect(found.gaps[1].p).toBeCloseTo(1 - t / Math.sqrt(2 + t ** 2), 2);
  });

  test("strata are compared each with itself: what sets them apart is no noise and no gap", () => {
    const easy = { stratum: "easy", b: 1.4, noise: 1e-4 };
    const hard = { stratum: "hard", b: 1.0, noise: 1e-4 };
    const more = (above: number) => [
      ...arm(`x${above}`, [0, 1], { ...easy, b: easy.b + above }),
      ...arm(`x${above}`, [0], { ...hard, b: hard.b + above }),
    ];
    const base = [...arm("y", [7], easy), ...arm("y", [7], hard)];
    const found = known(more(0.02), base);
    expect(found.from).toBe("pooled");
    for (const { value, ci95 } of found.gaps) {
      expect(value).toBeCloseTo(0.02, 3);
      expect(ci95![0]).toBeGreaterThan(0);
    }
    expect(known(more(0.02).slice(1), base).from).toBe("fits");
    expect(curveDifference(arm("x", SEEDS, easy), arm("y", SEEDS, hard))).toEqual({
      explanation: "the arms have no stratum in common",
    });
  });

  test("single runs are held against each other by the noise within them", () => {
    const found = known(arm("x", [0], { b: 1.25 }), arm("y", [0]));
    expect(found.from).toBe("fits");
    expect(found.p).toBeLessThan(0.01);
    expect(known(arm("x", [0]), arm("y", [0])).p).toBeGreaterThan(0.05);
  });

  test("arms without entropies in common, or without a fit, cannot be held against each other", () => {
    const low = arm("low", [0], { end: 0.1 });
    const high = low.map((one) => ({
      ...one,
      run: {
        ...one.run,
        law: {
          ...one.run.law,
          series: { ...one.run.law.series, entropy: one.run.law.series.entropy.map((h) => h + 2) },
        },
      },
    }));
    expect(curveDifference(low, high)).toEqual({
      explanation: "the arms have no entropies in common",
    });
    expect(curveDifference(low, arm("short", [0], { steps: 3 }))).toEqual({
      explanation: "an arm has no run with a fit",
    });
  });
});
