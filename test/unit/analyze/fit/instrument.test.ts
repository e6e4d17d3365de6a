import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseNeighbourhood, neighbourMean } from "../../../../src/analyze/fit/instrument.ts";
import { fallingEntropy, rowNumbers, whiteNoise } from "../../../support/series.ts";

describe("neighbourMean", () => {
  test("it is the plain mean of the rows more than gap and at most gap + reach away", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 12, maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 5 }),
        (list, reach, gap) => {
          const means = neighbourMean(Float64Array.from(list), { reach, gap });
          for (const [i, found] of means.entries()) {
            const near = list.filter(
              (_, j) => Math.abs(i - j) > gap && Math.abs(i - j) <= gap + reach,
            );
            expect(found).toBeCloseTo(
              near.reduce((sum, value) => sum + value, 0) / near.length,
              12,
            );
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test("the row itself and the gap never count", () => {
    const spike = new Float64Array(30);
    spike[15] = 1;
    const means = neighbourMean(spike, { reach: 10, gap: 2 });
    expect([...means.subarray(13, 18)]).toEqual([0, 0, 0, 0, 0]);
    expect(means[12]).toBeGreaterThan(0);
    expect(means[18]).toBeGreaterThan(0);
  });
});

describe("chooseNeighbourhood", () => {
  /** A moving sum of five white draws: memory of four rows. */
  const remembering = (n: number, sd: number): Float64Array => {
    const white = whiteNoise(n + 4, sd, "memory");
    return rowNumbers(n).map((i) =>
      white.subarray(i, i + 5).reduce((sum, value) => sum + value, 0),
    );
  };
  const withNoise = (noise: Float64Array): Float64Array =>
    fallingEntropy(noise.length).map((value, i) => value + noise[i]!);

  test("white noise keeps the narrow gap", () => {
    expect(chooseNeighbourhood(withNoise(whiteNoise(400, 0.05, "white"))).gap).toBe(2);
  });

  test("noise with memory that hides the trend widens it", () => {
    expect(chooseNeighbourhood(withNoise(remembering(400, 0.03))).gap).toBe(5);
  });

  test("a long run widens it to a hundredth of its rows, at most 20, whatever the size of the noise", () => {
    expect(chooseNeighbourhood(withNoise(remembering(1000, 0.03))).gap).toBe(10);
    expect(chooseNeighbourhood(withNoise(remembering(1000, 0.001))).gap).toBe(10);
    expect(chooseNeighbourhood(withNoise(remembering(5000, 0.03))).gap).toBe(20);
    expect(chooseNeighbourhood(withNoise(whiteNoise(5000, 0.03, "white"))).gap).toBe(2);
  });

  test("noise with memory that is small beside the trend does not", () => {
    expect(chooseNeighbourhood(withNoise(remembering(400, 0.001))).gap).toBe(2);
  });

  test("a short run keeps the narrow gap, since its variogram cannot be trusted", () => {
    expect(chooseNeighbourhood(withNoise(remembering(60, 0.03))).gap).toBe(2);
  });
});
