import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../../src/analyze/compare/comparison.ts";
import type { ExperimentInput } from "../../../../src/config/experiment-config.ts";
import { armLog, type MadeUpRun, manifestDisk } from "../../../support/arm-logs.ts";

/** 12 L D². */
const COUNTS = { xxs: 24_576, xs: 98_304, s: 589_824, m: 4_718_592 } as const;
type Size = keyof typeof COUNTS;

/** Runs whose a and b are exact lines in ln N. */
const sized = (size: Size, config: ExperimentInput = {}): MadeUpRun[] =>
  [0, 1].map((seed) => ({
    source: `/runs/${size}${JSON.stringify(config)}-${seed}`,
    a: 0.1 + 0.03 * Math.log(COUNTS[size]),
    b: 0.5 + 0.1 * Math.log(COUNTS[size]),
    noise: 1e-9,
    config: { seed, policy: { size }, ...config },
  }));

const trendOf = (runs: readonly MadeUpRun[]) =>
  compareRuns(manifestDisk(runs), runs.map(armLog)).sizes;

describe("the law over sizes", () => {
  test("gives back the lines in ln N that the runs were made with, smallest size first", () => {
    const trend = trendOf([...sized("s"), ...sized("xs"), ...sized("m"), ...sized("xxs")]);
    expect(trend?.points.map(({ parameters }) => parameters)).toEqual(Object.values(COUNTS));
    expect(trend?.lines.a?.slope.value).toBeCloseTo(0.03, 3);
    expect(trend?.lines.b?.slope.value).toBeCloseTo(0.1, 3);
    expect(trend?.lines.b?.intercept).toBeCloseTo(0.5, 2);
    expect(trend?.lines.a?.r2).toBeGreaterThan(0.999);
    const [low, high] = trend!.lines.ceiling!.slope.ci95!;
    expect(low).toBeLessThan(0.07);
    expect(high).toBeGreaterThan(0.07);
  });

  test("has a line only through three sizes that have the measure, which are three points whatever their runs", () => {
    const runs = (["xxs", "xs", "s"] as const).flatMap((size) => sized(size));
    const trend = trendOf(runs)!;
    const [low, high] = trend.lines.a!.slope.ci95!;
    // Means a hair off a line leave one degree of freedom: 12.7 standard errors.
    expect(high - low).toBeGreaterThan(0);
    const refused = trendOf(
      runs.map((run) => (run.config?.policy?.size === "s" ? { ...run, a: -0.3, b: 0.5 } : run)),
    )!;
    expect(refused.lines.ceiling).toBeUndefined();
    expect(refused.lines.a).toBeDefined();
    expect(
      refused.points.map(({ runs: own }) => own.map(({ ceiling }) => ceiling !== undefined)),
    ).toEqual([
      [true, true],
      [true, true],
      [false, false],
    ]);
  });

  test("lets sizes start from warm starts of their own, and from nothing else", () => {
    const three = [...sized("s"), ...sized("xs")];
    const warm = sized("xxs", { warmStart: { learningRate: 3e-3 } });
    expect(trendOf([...three, ...warm])?.points).toHaveLength(3);
    const other = sized("xxs", { optimizer: { learningRate: 1e-3 } });
    expect(trendOf([...three, ...other])).toBeUndefined();
  });

  test("is not there for two sizes, or for logs without settings", () => {
    expect(trendOf([...sized("s"), ...sized("xs")])).toBeUndefined();
    const bare = (["xxs", "xs", "s"] as const)
      .flatMap((size) => sized(size))
      .map((run) => ({ ...run, config: undefined }));
    expect(trendOf(bare)).toBeUndefined();
  });
});
