import { describe, expect, test } from "vitest";
import type { EstimatorAgreement } from "../../../../src/analyze/agreement/agreement-finding.ts";
import { agreementVerdict } from "../../../../src/analyze/agreement/agreement-verdict.ts";
import { bootstrapAgreement } from "../../../../src/analyze/agreement/bootstrap-agreement.ts";
import type { EstimatorName } from "../../../../src/analyze/agreement/estimators.ts";
import { makeRng } from "../../../../src/base/random.ts";

const rng = makeRng(3, "verdict");
const y = Float64Array.from({ length: 60 }, () => rng.normal());
const noise = y.map(() => rng.normal());

function agreeing(
  estimator: EstimatorName,
  predict: (y: number, i: number) => number,
  measured: Float64Array = y,
): EstimatorAgreement {
  const x = measured.map(predict);
  return { estimator, x, agreement: bootstrapAgreement(x, measured, { replicates: 200, seed: 0 }) };
}

const good = agreeing("polarity", (value, i) => 2 * value + 0.2 * noise[i]!);
const useless = agreeing("batch", (_, i) => noise[i]!);
/** Right but for an offset, which the origin does not allow. */
const wrongForm = agreeing("npg", (value) => value + 4);

describe("the verdict", () => {
  test("names the estimator with the largest R², its interval and its sign", () => {
    const text = agreementVerdict([useless, good], y, "step");
    expect(text).toMatch(/^Of 2 estimators, polarity predicts best \(R² 0\.9\d+ \[0\.9/);
    expect(text).toMatch(/Its sign is right at \d+(\.\d+)? % of the steps \[.*\], more than/);
    expect(text).not.toMatch(/Beware|not clearly/);
  });

  test("warns of an estimator that correlates and does not predict", () => {
    const text = agreementVerdict([good, wrongForm], y, "step");
    expect(wrongForm.agreement.pearson).toBeGreaterThan(0.99);
    expect(text).toMatch(/Beware of npg: its correlation \(Pearson 1\) is not matched/);
  });

  test("says that none predicts where R² is negative", () => {
    const offset = y.map((value) => value + 5);
    const bad = agreeing("batch", (_, i) => noise[i]!, offset);
    expect(bad.agreement.r2).toBeLessThan(-1);
    expect(agreementVerdict([bad], offset, "update")).toMatch(
      /^No estimator predicts the measured change better than its mean does; the best is batch \(R² -\d/,
    );
  });

  test("does not praise a sign that every guess gets right", () => {
    const falling = y.map((value) => -Math.abs(value) - 0.1);
    const text = agreementVerdict([agreeing("pg", (value) => value, falling)], falling, "step");
    expect(text).toMatch(
      /right at 100 % of the steps, which says little, since entropy falls at 100 %/,
    );
  });

  test("says so when a prediction points the wrong way", () => {
    const text = agreementVerdict([agreeing("pg", (value) => -value)], y, "step");
    expect(text).toMatch(/its slope is negative/);
  });

  test("says nothing about nothing", () => {
    expect(agreementVerdict([], new Float64Array(0), "step")).toMatch(/^Nothing can be said/);
    const constant = new Float64Array(9).fill(1);
    const one = agreeing("pg", () => 1, constant);
    expect(agreementVerdict([one], constant, "step")).toMatch(/^Nothing can be said/);
  });
});
