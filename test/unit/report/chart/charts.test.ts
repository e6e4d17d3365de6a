import { describe, expect, test } from "vitest";
import { type Chart, LABEL_LIMIT, standaloneSpec } from "../../../../src/report/chart/chart.ts";
import { charts } from "../../../../src/report/chart/charts.ts";
import { compileSpec } from "../../../../src/report/vega-view.ts";
import { madeUpScaling, madeUpScalingArms } from "../../../support/scaling-arms.ts";
import { compareRuns } from "../../../../src/analyze/compare/comparison.ts";
import { takeRows } from "../../../../src/log/table.ts";
import { armLog } from "../../../support/arm-logs.ts";
import { memoryDisk } from "../../../support/memory-disk.ts";
import { chartCases, hostileCharts, HOSTILE } from "../../../support/chart-cases.ts";
import { madeUpAgreement } from "../../../support/agreement-findings.ts";
import {
  madeUpBudget,
  madeUpLaw,
  madeUpPrediction,
  madeUpSeries,
} from "../../../support/findings.ts";

const cases = chartCases(24);

describe.each(cases)("chart $name", ({ name, draw }) => {
  const chart = draw();

  test("compiles without a warning and leaves its input as it was", async () => {
    const spec = standaloneSpec(chart);
    const before = structuredClone(spec);
    await compileSpec(spec);
    expect(spec).toEqual(before);
  });

  test("has a takeaway with a number, a method, a short label and a table", () => {
    expect(chart.title).toMatch(/\d/);
    expect(chart.subtitle).not.toBe("");
    expect(chart.description.length).toBeLessThanOrEqual(LABEL_LIMIT);
    expect(chart.table.rows.every((row) => row.length === chart.table.columns.length)).toBe(true);
    expect(JSON.stringify(chart)).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("is drawn as it was", async () => {
    const { config: _theme, ...spec } = standaloneSpec(chart);
    // Objects without inner objects on one line each: a row of data, a mark, a scale.
    const text = JSON.stringify(spec, null, 1).replace(
      /\{\s+([^{}]*?)\s+\}/g,
      (_, inner: string) => `{ ${inner.replace(/\s*\n\s*/g, " ")} }`,
    );
    await expect(`${text}\n`).toMatchFileSnapshot(`../../../golden/charts/${name}.vl.json`);
  });
});

describe("a law that does not hold", () => {
  const textOf = (chart: Chart): string => JSON.stringify(chart.spec);

  test("gets no ceiling, no dashed curve and no place for H = 0", () => {
    const [yes, no] = [charts.law(madeUpLaw("yes")), charts.law(madeUpLaw("no"))];
    expect(textOf(yes)).toContain('"diamond"');
    expect(textOf(yes)).toContain('"strokeDash":[6,4]');
    expect(textOf(no)).not.toContain('"diamond"');
    expect(textOf(no)).not.toContain('"strokeDash":[6,4]');
    expect(`${no.title}${no.subtitle}${textOf(no)}`).not.toContain("ceiling");
    expect(textOf(no)).not.toContain('"entropy":0,');
  });

  test("is contradicted as visibly as another is supported", () => {
    expect(charts.law(madeUpLaw("no")).title).toBe(
      "The law is contradicted: reward leaves b - a e^H slowly and by more than its noise (memory of block means 0.6)",
    );
  });

  test("gets no line over the steps where the run identifies none", () => {
    const finding = madeUpLaw("no");
    const verdict = { ...finding.verdict, kind: "not-identified" } as const;
    const chart = charts.steps({ ...finding, verdict });
    expect(textOf(charts.steps(finding))).toContain('"line"');
    expect(textOf(chart)).not.toContain('"line"');
    expect(chart.subtitle).toContain("no line, as the run identifies no law");
  });
});

test("a refused forecast is not drawn", () => {
  expect(JSON.stringify(charts.prediction(madeUpPrediction("predicted")).spec)).toContain('"low"');
  expect(JSON.stringify(charts.prediction(madeUpPrediction("refused")).spec)).not.toContain(
    '"low"',
  );
});

test("points outside the window are hollow, counted, and none is lost", () => {
  const chart = charts.law(madeUpLaw("weak", { window: [60, 200] }));
  expect(chart.subtitle).toContain("99 points outside the window hollow");
  const drawn = JSON.stringify(chart.spec).match(/"step":/g)?.length;
  expect(drawn).toBe(madeUpSeries().step.length);
});

test("many points are thinned and the subtitle says so, while the table has them all", () => {
  const chart = charts.steps(madeUpLaw("weak", { steps: 3000 }));
  expect(chart.subtitle).toMatch(/\d+ of 3000 points drawn, extremes kept/);
  expect(chart.table.rows).toHaveLength(3000);
});

describe("the entropy budget", () => {
  test("has a curve for what clearly changed, and none for what did not", () => {
    const seriesOf = (chart: Chart): string[] => [
      ...new Set([...JSON.stringify(chart.spec).matchAll(/"series":"([^"]*)"/g)].map((m) => m[1]!)),
    ];
    expect(seriesOf(charts.budget(madeUpBudget()))).toEqual(["entropy drop", "reward gain"]);
    const noGain = charts.budget(madeUpBudget({}, { isGaining: false }));
    expect(seriesOf(noGain)).toEqual(["entropy drop"]);
    expect(noGain.title).not.toContain("reward gain");
    expect(charts.budget(madeUpBudget({ steps: 20 })).title).toContain("at least 24 steps");
  });
});

describe("scaling", () => {
  const points = (chart: Chart): number =>
    JSON.stringify(chart.spec).match(/"logF":/g)?.length ?? 0;

  test("is drawn straight only where exponents were compared, and its title says the outcome", () => {
    const [tie, apart] = [0, 0.2].map((by) => charts.scaling(madeUpScalingArms(by)));
    expect(tie!.title).toMatch(/^A tie/);
    expect(points(tie!)).toBeGreaterThan(4 * 10);
    expect(apart!.title).toMatch(/^The second arm has the higher asymptote/);
    expect(points(apart!)).toBe(0);
    expect(apart!.table.rows.map(([, arm]) => arm)).toEqual([1, 1, 2, 2]);
  });

  test("of one run shows the rival beside the curve, and none where nothing could be fitted", () => {
    const curves = (n: number): number => {
      const chart = charts.scaling({ arms: [[madeUpScaling({ n })]], comparison: undefined });
      return JSON.stringify(chart.spec).match(/"compute":/g)?.length ?? 0;
    };
    // The points, and two curves of 81 points each.
    expect(curves(20)).toBe(20 + 2 * 81);
    expect(curves(5)).toBe(5);
  });
});

describe("agreement", () => {
  test("is claimed in a title only where the interval of R² lies above 0", () => {
    const titles = (r2Interval: readonly [number, number]): string[] => {
      const finding = madeUpAgreement({ r2Interval });
      return [charts.agreement(finding).title, charts.covariance(finding).title];
    };
    expect(titles([0.7, 0.88]).join()).not.toContain("not clearly");
    for (const title of titles([-0.1, 0.88])) expect(title).toContain("not clearly");
  });

  test("shows all statistics of an estimator together, and a line that stays inside its panel", () => {
    const finding = madeUpAgreement();
    const text = JSON.stringify(charts.agreement(finding).spec);
    expect(text).toContain(
      '"polarity","Pearson 0.91, Spearman 0.87","sign 0.96, R² 0.81, slope 0.14"',
    );
    const ys = [...finding.y].toSorted((a, b) => a - b);
    const span = ys.at(-1)! - ys[0]!;
    for (const [, y] of text.matchAll(/"y":(-?[\d.e-]+)/g)) {
      expect(Number(y)).toBeGreaterThan(ys[0]! - 0.1 * span);
      expect(Number(y)).toBeLessThan(Math.max(0, ys.at(-1)!) + 0.1 * span);
    }
  });

  test("leaves out groups whose responses fared alike, which have no covariance", () => {
    const chart = charts["accuracy-groups"](madeUpAgreement());
    expect(chart.table.columns).toEqual(["step", "(0, 0.25]", "(0.25, 0.5]", "(0.5, 0.75]"]);
    expect(chart.title).toContain("(0.5, 0.75]");
  });

  test("draws no mean at or below 0 on a logarithmic axis, while the table has it", () => {
    const finding = madeUpAgreement();
    const tail = finding.tail.map((one) => ({
      ...one,
      means: one.means.map((mean) => (mean.share === 1 ? { ...mean, mean: -0.01 } : mean)),
    }));
    const chart = charts["covariance-tail"]({ ...finding, tail });
    expect(JSON.stringify(chart.spec)).not.toContain("-0.01");
    expect(chart.table.rows.at(-1)).toEqual(["all", -0.01, -0.01, -0.01, -0.01]);
  });
});

describe("text of a log", () => {
  /** Where text may stand: it is shown there and never parsed. */
  const SHOWN =
    /(?:^|\.)(?:title|text|subtitle|description)(?:\.\d+)?$|\.values\.\d+\.\w+$|\.domain\.\d+$|^legends\.\d+\.values\.\d+$/;

  function* pathsOf(value: unknown, path: string): Generator<readonly [string, string]> {
    if (typeof value === "string") yield [path, value];
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      yield [`${path}<key>`, key];
      yield* pathsOf(inner, path === "" ? key : `${path}.${key}`);
    }
  }

  const hostilePaths = (spec: unknown): string[] =>
    [...pathsOf(spec, "")].filter(([, text]) => text.includes(HOSTILE)).map(([path]) => path);

  test.each(hostileCharts().map((chart) => [chart.kind, chart] as const))(
    "stands in chart %s only where it is shown, in Vega-Lite and in Vega",
    async (kind, chart) => {
      const spec = standaloneSpec(chart);
      const found = [...hostilePaths(spec), ...hostilePaths(await compileSpec(spec))];
      expect(found.filter((path) => !SHOWN.test(path))).toEqual([]);
      // The law and window charts are known to carry names: the walk must have met them.
      if (kind === "law" || kind === "window") expect(found.length).toBeGreaterThan(0);
    },
  );

  test("would be found in a field, an expression or a key", () => {
    const planted = {
      encoding: { x: { field: HOSTILE } },
      transform: [{ filter: `datum['${HOSTILE}']` }],
      data: { values: [{ [HOSTILE]: 1 }] },
    };
    expect(hostilePaths(planted).filter((path) => !SHOWN.test(path))).toHaveLength(3);
  });
});

test("the line of an arm is over its seeds at the same steps, however late a seed begins", () => {
  const runs = [0, 1, 2].map((seed) => {
    const log = armLog({ source: `/late/x-${seed}.csv`, noise: 0 });
    const rows = Array.from({ length: 120 }, (_, row) => row).slice(15 * seed);
    return { ...log, table: takeRows(log.table, rows) };
  });
  const rowsOf = (logs: typeof runs) =>
    charts["arm-steps"](compareRuns(memoryDisk(), logs)).table.rows;
  const alone = new Map(rowsOf(runs.slice(0, 1)).map(([, step, entropy]) => [step, entropy]));
  const together = rowsOf(runs);
  expect(together[0]![1]).toBe(36); // five steps after the first that all have
  for (const [, step, entropy] of together) {
    expect(entropy).toBeCloseTo(alone.get(step) as number, 12);
  }
});

test.each([
  [0.81, [0.7, 0.88], "times 0.14, follows the measured change"],
  [0.06, [0.01, 0.11], "times 0.14, loosely follows the measured change"],
  [0.06, [-0.02, 0.11], "times 0.14, does not clearly follow the measured change"],
] as const)("an R² of %d in %j %s", (r2, r2Interval, words) => {
  const { title } = charts.covariance(madeUpAgreement({ r2, r2Interval }));
  expect(title).toContain(words);
});

test("one estimator is not called the best", () => {
  const finding = madeUpAgreement();
  const one = { ...finding, estimators: finding.estimators.slice(0, 1) };
  expect(charts.agreement(one).title).toMatch(/^1 estimator: \w+ predicts the entropy change: R²/);
});
