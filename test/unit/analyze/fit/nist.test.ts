/** The Levenberg–Marquardt fit against the certified values of the NIST reference datasets. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fitNistDataset, nistProblem } from "../../../../scripts/nist/fit-dataset.ts";
import { parseNistDataset } from "../../../../scripts/nist/read-dataset.ts";

const FOLDER = "test/golden/nist-strd";
const datasets = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".dat"))
  .map((file) => parseNistDataset(readFileSync(`${FOLDER}/${file}`, "utf8")));

/** Root of the machine epsilon: the best that central differences of a well-scaled function can do is some 1e-9. */
const RELATIVE_STEP = 6e-6;

describe.each(datasets)("$name", (dataset) => {
  test.each([
    ["far", 0],
    ["near", 1],
  ] as const)("is solved to 9 digits, and its errors to 9, from its %s start alone", (_, start) => {
    const score = fitNistDataset(dataset, start);
    expect(score.status).toBe("converged");
    expect(score.parameterDigits).toBeGreaterThan(9);
    expect(score.deviationDigits).toBeGreaterThan(9);
  });

  test("has the residual sum of squares that is certified, and derivatives that are those of its model", () => {
    const problem = nistProblem(dataset);
    const certified = Float64Array.from(dataset.parameters, ({ value }) => value);
    const model = problem.model(certified);
    const rss = dataset.y.reduce((sum, value, i) => sum + (value - model[i]!) ** 2, 0);
    // Lanczos3 fits to 1e-8: there the digits of the certified parameters are what is left of the residuals.
    expect(rss / dataset.residualSumOfSquares).toBeCloseTo(1, 4);

    const p = certified.length;
    const jacobian = problem.jacobian(certified);
    for (let j = 0; j < p; j += 1) {
      const step = RELATIVE_STEP * Math.abs(certified[j]!);
      const moved = (sign: number): Float64Array =>
        problem.model(certified.map((value, k) => (k === j ? value + sign * step : value)));
      const [up, down] = [moved(1), moved(-1)];
      const column = model.map((_, i) => jacobian[i * p + j]!);
      const scale = Math.max(...column.map(Math.abs));
      const worst = Math.max(
        ...column.map((d, i) => Math.abs(d - (up[i]! - down[i]!) / (2 * step))),
      );
      expect(worst / scale).toBeLessThan(1e-6);
    }
  });
});

test("what is no NIST file is refused", () => {
  expect(() => parseNistDataset("step,reward\n1,2\n")).toThrow(/must be a NIST dataset/);
});
