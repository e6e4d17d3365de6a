import { describe, expect, test } from "vitest";
import { movingMean, smoothRun } from "../../../../src/analyze/fit/smoothing.ts";

describe("the moving mean", () => {
  test("keeps only means over whole windows", () => {
    expect([...movingMean(Float64Array.of(1, 2, 6, 3), 3)]).toEqual([3, 11 / 3]);
  });

  test("of one value is the series", () => {
    expect([...movingMean(Float64Array.of(1, 2, 6), 1)]).toEqual([1, 2, 6]);
  });

  test.each([0, 1.5, 4, Number.NaN])("refuses a window of %d on three values", (window) => {
    expect(() => movingMean(Float64Array.of(1, 2, 6), window)).toThrow(/whole number from 1/);
  });
});

describe("a smoothed run", () => {
  const entropy = Float64Array.from({ length: 30 }, (_, i) => Math.exp(-i / 9) + 0.2 * Math.sin(i));
  const reward = entropy.map((H) => 0.9 - 0.4 * Math.exp(H));
  const step = entropy.map((_, i) => i);

  test("still follows the law it followed before", () => {
    const smoothed = smoothRun({ step, entropy, reward }, 7);
    for (let i = 0; i < smoothed.reward.length; i += 1) {
      expect(smoothed.reward[i]).toBeCloseTo(0.9 - 0.4 * Math.exp(smoothed.entropy[i]!), 13);
    }
  });

  test("with an odd window stands at the steps in the middle", () => {
    const smoothed = smoothRun({ step, entropy, reward }, 5);
    expect(smoothed.step).toEqual(step.slice(2, -2));
  });

  test("refuses series of different lengths", () => {
    expect(() => smoothRun({ step, entropy, reward: reward.slice(1) }, 3)).toThrow(/one length/);
  });
});
