import { describe, expect, test } from "vitest";
import { type Rng, makeRng } from "../../../src/base/random.ts";

const draws = (rng: Rng, count: number): number[] =>
  Array.from({ length: count }, () => rng.uniform());
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function correlation(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  const product = (i: number): number => (x[i]! - mx) * (y[i]! - my);
  const square = (values: readonly number[], m: number): number =>
    mean(values.map((value) => (value - m) ** 2));
  return mean(x.map((_, i) => product(i))) / Math.sqrt(square(x, mx) * square(y, my));
}

/** Pearson's statistic against equal counts in `bins` bins. */
function chiSquare(bins: readonly number[], count: number): number {
  const tallies = Array.from({ length: count }, () => 0);
  for (const bin of bins) tallies[bin]! += 1;
  const expected = bins.length / count;
  return tallies.reduce((sum, tally) => sum + (tally - expected) ** 2 / expected, 0);
}

describe("random streams", () => {
  test("the numbers of a seed are these on every machine and for ever", () => {
    expect(draws(makeRng(0), 3)).toEqual([
      0.3917306122467523, 0.09362127244387142, 0.6378190838761424,
    ]);
    expect(draws(makeRng(20_250_522, "bootstrap"), 2)).toEqual([
      0.2998845004549624, 0.2637152223291114,
    ]);
    expect(makeRng(7, "shuffle").below(1000)).toBe(134);
    expect(makeRng(7, "noise").normal()).toBe(0.9318617825178984);
  });

  test("the same seed and name repeat the same numbers", () => {
    expect(draws(makeRng(3, "a"), 50)).toEqual(draws(makeRng(3, "a"), 50));
  });

  test("a draw in one stream does not move another", () => {
    const root = makeRng(1);
    const before = draws(root.stream("child"), 5);
    draws(root, 17);
    expect(draws(root.stream("child"), 5)).toEqual(before);
  });

  test("streams of other names and other seeds are uncorrelated", () => {
    const count = 4000;
    const base = draws(makeRng(1, "a"), count);
    const others = [makeRng(1, "b"), makeRng(2, "a"), makeRng(1, "a").stream("a"), makeRng(1)];
    // Four standard errors of a correlation of independent draws.
    for (const other of others) {
      expect(Math.abs(correlation(base, draws(other, count)))).toBeLessThan(4 / Math.sqrt(count));
    }
  });

  test("uniform is in [0, 1) and fills 100 bins evenly", () => {
    const values = draws(makeRng(5), 20_000);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    // 99.99 % quantile of chi-square with 99 degrees of freedom.
    expect(
      chiSquare(
        values.map((value) => Math.floor(value * 100)),
        100,
      ),
    ).toBeLessThan(161.3);
  });

  test("below gives each integer of the range equally often", () => {
    const rng = makeRng(6);
    const values = Array.from({ length: 14_000 }, () => rng.below(7));
    // 99.99 % quantile of chi-square with 6 degrees of freedom.
    expect(chiSquare(values, 7)).toBeLessThan(27.86);
  });

  test("below has no bias where the bound does not divide 2^32", () => {
    const rng = makeRng(8);
    const bound = 3 * 2 ** 30;
    const values = Array.from({ length: 8000 }, () => rng.below(bound));
    // With a plain remainder, half of the draws would fall into the first third.
    const inFirstThird = values.filter((value) => value < 2 ** 30).length / values.length;
    expect(inFirstThird).toBeCloseTo(1 / 3, 1);
  });

  test("normal has mean 0, variance 1, no skew and the tails of a Gaussian", () => {
    const rng = makeRng(9);
    const values = Array.from({ length: 20_000 }, () => rng.normal());
    const moment = (k: number): number => mean(values.map((value) => value ** k));
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(moment(3)).toBeCloseTo(0, 0);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
  });
});
