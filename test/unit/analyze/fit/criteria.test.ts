import { describe, expect, test } from "vitest";
import {
  durbinWatson,
  goodnessOfFit,
  informationCriteria,
} from "../../../../src/analyze/fit/criteria.ts";

describe("goodness of fit", () => {
  const observed = Float64Array.of(1, 2, 4, 7);

  test("a fit by the mean explains nothing", () => {
    expect(goodnessOfFit(observed, new Float64Array(4).fill(3.5), 1).r2).toBeCloseTo(0, 15);
  });

  test("is exact where numbers can be worked by hand", () => {
    const { rss, rmse, r2 } = goodnessOfFit(observed, Float64Array.of(1, 3, 4, 5), 2);
    expect(rss).toBe(5);
    expect(rmse).toBeCloseTo(Math.sqrt(5 / 4), 15);
    expect(r2).toBeCloseTo(1 - 5 / 21, 15);
  });

  test("a reward that never changes has R2 0, whatever the fit, and no NaN", () => {
    const flat = new Float64Array(5).fill(0.3);
    const goodness = goodnessOfFit(flat, flat, 1);
    expect(goodness).toMatchObject({ r2: 0, rss: 0, rmse: 0, durbinWatson: 2 });
    expect(goodness.aic).toBe(Number.NEGATIVE_INFINITY);
    expect(Object.values(goodness).some(Number.isNaN)).toBe(false);
  });

  test("refuses fitted values of another length", () => {
    expect(() => goodnessOfFit(observed, new Float64Array(3), 1)).toThrow(
      /one length, got 4 and 3/,
    );
  });
});

describe("information criteria", () => {
  test("one more parameter that explains nothing costs 2 in AIC and ln n in BIC", () => {
    const fewer = informationCriteria(50, 2, 2);
    const more = informationCriteria(50, 2, 3);
    expect(more.aic - fewer.aic).toBeCloseTo(2, 12);
    expect(more.bic - fewer.bic).toBeCloseTo(Math.log(50), 12);
  });

  test("AICc tends to AIC for many points and is infinite where no point is to spare", () => {
    const many = informationCriteria(1e7, 2, 2);
    expect(many.aicc - many.aic).toBeLessThan(1e-5);
    expect(informationCriteria(4, 2, 2).aicc).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("Durbin–Watson", () => {
  test("is near 4 for alternating residuals and near 0 for equal ones", () => {
    expect(durbinWatson(Float64Array.from({ length: 100 }, (_, i) => (-1) ** i))).toBeCloseTo(
      3.96,
      12,
    );
    expect(durbinWatson(new Float64Array(100).fill(1))).toBe(0);
  });
});
