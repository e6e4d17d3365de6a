/** Every chart against Vega-Lite's own JSON schema. Slow: the schema takes a second to compile. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { standaloneSpec } from "../../src/report/chart/chart.ts";
import { chartCases, hostileCharts } from "../support/chart-cases.ts";

const path = createRequire(import.meta.url).resolve("vega-lite/vega-lite-schema.json");
const validate = new Ajv({ strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync(path, "utf8")),
);

/** The spec as it is written to a file. */
const written = (spec: object): unknown => JSON.parse(JSON.stringify(spec));

describe("Vega-Lite's schema", () => {
  test.each(chartCases(24))("accepts chart $name", ({ draw }) => {
    expect(
      validate(written(standaloneSpec(draw()))),
      JSON.stringify(validate.errors?.slice(0, 3)),
    ).toBe(true);
  });

  test.each(hostileCharts().map((chart) => [chart.kind, chart] as const))(
    "accepts chart %s with hostile names",
    (_kind, chart) => {
      expect(validate(written(standaloneSpec(chart)))).toBe(true);
    },
  );

  test("refuses a chart with a planted fault", () => {
    const spec = standaloneSpec(chartCases(24)[0]!.draw());
    expect(
      validate({ ...(written(spec) as object), layer: [{ mark: "pointt", encoding: {} }] }),
    ).toBe(false);
  });
});
