import { describe, expect, test } from "vitest";
import { forecastReward } from "../../../../src/analyze/fit/forecast.ts";
import { prefixRows } from "../../../../src/analyze/fit/prefix.ts";
import { ConfigError } from "../../../../src/base/errors.ts";
import { fallingEntropy, rewardOf, rowNumbers, whiteNoise } from "../../../support/series.ts";

const N = 300;
const TRUTH = fallingEntropy(N);
const ENTROPY = TRUTH.map((value, i) => value + whiteNoise(N, 0.02, "H")[i]!);
const REWARD = rewardOf(TRUTH).map((value, i) => value + whiteNoise(N, 0.015, "R")[i]!);

describe("prefixRows", () => {
  test("a share is rounded up and a count is taken as it is", () => {
    expect(prefixRows(301, 0.36)).toBe(109);
    expect(prefixRows(100, 0.07)).toBe(7);
    expect(prefixRows(301, 108)).toBe(108);
  });

  test.each([0, -3, 1.5, 301, Number.NaN])("%d is refused", (fitOn) => {
    expect(() => prefixRows(301, fitOn)).toThrow(ConfigError);
  });
});

describe("a forecast", () => {
  test("a law without noise is foretold exactly, while both baselines miss", () => {
    const { status, score, curve } = forecastReward(TRUTH, rewardOf(TRUTH), { fittedRows: 108 });
    expect(status).toBe("predicted");
    expect(score!.rmse).toBeLessThan(1e-10);
    expect(Math.abs(score!.finalError)).toBeLessThan(1e-10);
    expect(score!.baselineRmse).toBeGreaterThan(0.01);
    expect(score!.logLineRmse).toBeGreaterThan(0.01);
    expect(curve!.mean).toHaveLength(N - 108);
  });

  test("of a noisy law it holds what happens inside its band and beats the constant", () => {
    const { status, score } = forecastReward(ENTROPY, REWARD, { fittedRows: 108 });
    expect(status).toBe("predicted");
    expect(score!.bandCoverage).toBeGreaterThan(0.9);
    expect(score!.rmse).toBeLessThan(score!.baselineRmse);
  });

  test("nothing of the reward after the prefix changes what is predicted", () => {
    const altered = REWARD.map((value, i) => (i < 108 ? value : 17));
    const before = forecastReward(ENTROPY, REWARD, { fittedRows: 108 });
    const after = forecastReward(ENTROPY, altered, { fittedRows: 108 });
    expect(after.curve!.mean).toEqual(before.curve!.mean);
    expect(after.curve!.low).toEqual(before.curve!.low);
    expect(after.ceiling).toEqual(before.ceiling);
  });

  test("the final error is observed minus predicted at the last step", () => {
    const lifted = REWARD.map((value, i) => (i === N - 1 ? 2 : value));
    const { score, curve } = forecastReward(ENTROPY, lifted, { fittedRows: 108 });
    expect(score!.finalError).toBe(2 - curve!.mean.at(-1)!);
  });

  test("single steps are predicted with a window of 1: the observed series is the reward itself", () => {
    const { curve } = forecastReward(ENTROPY, REWARD, { fittedRows: 108, window: 1 });
    expect(curve!.observed).toEqual(REWARD.slice(108));
  });

  test("a prefix that is too short is refused with its numbers, which are still given", () => {
    const { status, reasons, score } = forecastReward(ENTROPY, REWARD, { fittedRows: 30 });
    expect(status).toBe("refused");
    expect(reasons[0]).toBe("the prefix has 30 steps, must have at least 40");
    expect(Number.isFinite(score!.rmse)).toBe(true);
  });

  test("a prefix whose reward falls as entropy falls is refused", () => {
    const { status, reasons } = forecastReward(
      ENTROPY,
      REWARD.map((value) => -value),
      { fittedRows: 108 },
    );
    expect(status).toBe("refused");
    expect(reasons.join()).toMatch(
      /lower 90 % limit of a = -0\.\d+ on the prefix, must be above 0/,
    );
  });

  test("later entropies far from any in the prefix are counted", () => {
    const jumped = ENTROPY.map((value, i) => (i < 200 ? value : value + 3));
    const { curve, reasons } = forecastReward(jumped, REWARD, { fittedRows: 108 });
    expect(curve!.farSteps).toBeGreaterThanOrEqual(100);
    expect(reasons.at(-1)).toContain("far from any in the prefix");
  });

  test("a prefix that cannot be fitted is degenerate, not an exception", () => {
    const forecast = forecastReward(new Float64Array(80).fill(0.3), rowNumbers(80), {
      fittedRows: 40,
    });
    expect(forecast).toMatchObject({ status: "degenerate", score: undefined, curve: undefined });
  });

  test("an even window and a prefix that leaves nothing are refused", () => {
    expect(() => forecastReward(ENTROPY, REWARD, { fittedRows: 108, window: 10 })).toThrow(/odd/);
    expect(() => forecastReward(ENTROPY, REWARD, { fittedRows: N })).toThrow(
      /1 to 299 steps, got 300/,
    );
  });
});
