import { describe, expect, test } from "vitest";
import { ceilingBand } from "../../../../src/analyze/fit/ceiling-band.ts";
import { ENTROPY_FORMS, transformEntropy } from "../../../../src/analyze/fit/entropy-form.ts";
import { fitByNeighbours } from "../../../../src/analyze/fit/fit-by-neighbours.ts";
import { fallingEntropy, rewardOf, whiteNoise } from "../../../support/series.ts";

const NEIGHBOURS = { reach: 10, gap: 2 };
const TRUTH = fallingEntropy(250);
const ENTROPY = TRUTH.map((value, i) => value + whiteNoise(250, 0.01, "H")[i]!);
const noisy = (reward: Float64Array, sd: number): Float64Array =>
  reward.map((value, i) => value + whiteNoise(250, sd, "R")[i]!);

describe("the family of forms", () => {
  test("every member is 0 with slope 1 at H = 0, so that its intercept is the ceiling", () => {
    const tiny = 1e-6;
    for (const form of ENTROPY_FORMS) {
      const [zero = 1, step = 0] = transformEntropy(form, Float64Array.of(0, tiny));
      expect(zero).toBe(0);
      expect(step / tiny).toBeCloseTo(1, 5);
    }
  });

  test("the members are ordered by how much they bend upwards", () => {
    const atOne = ENTROPY_FORMS.map((form) => transformEntropy(form, Float64Array.of(1))[0]!);
    expect(atOne).toEqual(atOne.toSorted((left, right) => left - right));
  });
});

describe("the ceiling band", () => {
  test("it always holds the law, with the ceiling of the fit itself, and the quadratic", () => {
    const reward = noisy(rewardOf(TRUTH), 0.01);
    const band = ceilingBand(ENTROPY, reward, NEIGHBOURS)!;
    const law = band.forms.find(({ form }) => form === "exp(H)")!;
    const fit = fitByNeighbours(ENTROPY, reward, { neighbourhood: NEIGHBOURS });
    if (fit.status === "degenerate") throw new Error(fit.explanation);
    const { value, se, ci95 } = fit.ceiling!;
    expect(law.ceiling).toEqual({ value, se, ci95 });
    expect(band.forms.at(-1)?.form).toBe("quadratic in H");
    for (const { ceiling } of band.forms) {
      expect(ceiling.ci95[0]).toBeGreaterThanOrEqual(band.low);
      expect(ceiling.ci95[1]).toBeLessThanOrEqual(band.high);
    }
  });

  test("a curve that is clearly another form rules the law's neighbours out, and the band still has the truth", () => {
    const reward = noisy(
      TRUTH.map((H) => 0.9 - 0.2 * (Math.expm1(3 * H) / 3)),
      0.003,
    );
    const band = ceilingBand(ENTROPY, reward, NEIGHBOURS)!;
    const kept = band.forms.map(({ form }) => form);
    expect(kept).toContain("exp(3H)");
    expect(kept).not.toContain("exp(-2H)");
    expect(band.low).toBeLessThan(0.9);
    expect(band.high).toBeGreaterThan(0.9);
  });

  test("a run that stops far from H = 0 with much noise does not bound the ceiling, and says so", () => {
    const far = ENTROPY.map((value) => value + 1.5);
    const band = ceilingBand(far, noisy(rewardOf(TRUTH), 0.05), NEIGHBOURS)!;
    expect(band.bounded).toBe(false);
  });

  test("it moves with reward → c · reward + d", () => {
    const reward = noisy(rewardOf(TRUTH), 0.01);
    const base = ceilingBand(ENTROPY, reward, NEIGHBOURS)!;
    const moved = ceilingBand(
      ENTROPY,
      reward.map((value) => 1 - 0.5 * value),
      NEIGHBOURS,
    )!;
    expect(moved.low).toBeCloseTo(1 - 0.5 * base.high, 8);
    expect(moved.high).toBeCloseTo(1 - 0.5 * base.low, 8);
  });

  test("entropy that does not move gives no band", () => {
    const constant = new Float64Array(250).fill(0.25);
    expect(ceilingBand(constant, noisy(rewardOf(TRUTH), 0.01), NEIGHBOURS)).toBeUndefined();
  });
});
