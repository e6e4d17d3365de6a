import { describe, expect, test } from "vitest";
import { type Chart, LABEL_LIMIT, standaloneSpec } from "../../../../src/report/chart/chart.ts";
import { charts } from "../../../../src/report/chart/charts.ts";
import { compileSpec } from "../../../../src/report/vega-view.ts";
import { chartCases, hostileCharts, HOSTILE } from "../../../support/chart-cases.ts";
import { madeUpLaw, madeUpPrediction, madeUpSeries } from "../../../support/findings.ts";

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

describe("text of a log", () => {
  /** Where text may stand: it is shown there and never parsed. */
  const SHOWN =
    /(?:^|\.)(?:title|text|subtitle|description)(?:\.\d+)?$|\.values\.\d+\.\w+$|\.domain\.\d+$/;

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
