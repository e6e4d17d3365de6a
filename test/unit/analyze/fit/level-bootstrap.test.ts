import { describe, expect, test } from "vitest";
import { bootstrapLevels } from "../../../../src/analyze/fit/level-bootstrap.ts";
import { rowNumbers, whiteNoise } from "../../../support/series.ts";

const N = 150;
const TEN = 10;
const plan = { window: TEN, starts: [0, N - TEN], replicates: 400 };

/** Last mean minus first, of the first series. */
const rise = ([levels]: readonly Float64Array[]): number[] => [levels!.at(-1)! - levels![0]!];

const runOf = (sd: number, name: string, curve = (i: number) => i / N): Float64Array => {
  const noise = whiteNoise(N, sd, name);
  return rowNumbers(N).map((i) => curve(i) + noise[i]!);
};

const share = (flags: readonly boolean[]): number => flags.filter(Boolean).length / flags.length;

describe("bootstrapLevels", () => {
  test("gives an interval as wide as the theory of two means of white noise", () => {
    const n = 1500;
    const sd = 0.2;
    const widths = Array.from({ length: 20 }, (_, i) => {
      const noise = whiteNoise(n, sd, `w${i}`);
      const [found] = bootstrapLevels([noise], { window: TEN, starts: [300, 900] }, rise);
      return found!.ci95![1] - found!.ci95![0];
    });
    const expected = 2 * 1.96 * sd * Math.sqrt(2 / TEN);
    const mean = widths.reduce((sum, width) => sum + width, 0) / widths.length;
    expect(mean / expected).toBeGreaterThan(0.93);
    expect(mean / expected).toBeLessThan(1.12);
  });

  test("draws the noise of a mean from its own half of the run", () => {
    const noise = whiteNoise(1000, 1, "halves").map((value, i) => (i < 500 ? 0.01 : 1) * value);
    const widthAt = (start: number): number => {
      const [found] = bootstrapLevels(
        [noise],
        { window: TEN, starts: [start, start + TEN], replicates: 400 },
        rise,
      );
      return found!.ci95![1] - found!.ci95![0];
    };
    // The reach is a quarter of the run, and a block is 50 rows long.
    expect(widthAt(100)).toBeLessThan(0.05);
    expect(widthAt(900)).toBeGreaterThan(1);
  });

  test.each([
    ["a line", (i: number) => i / N],
    ["a steep curve", (i: number) => 1 - Math.exp(-i / 20)],
  ])("holds the true change in about 95 of 100 runs on %s", (_, curve) => {
    const noiseless = runOf(0, "none", curve);
    const truth = bootstrapLevels([noiseless], { ...plan, replicates: 1 }, rise)[0]!.value;
    const held = Array.from({ length: 200 }, (__, i) => {
      const [found] = bootstrapLevels([runOf(0.1, `c${i}`, curve)], { ...plan, seed: i }, rise);
      const [low, high] = found!.ci95!;
      return low <= truth && truth <= high;
    });
    expect(share(held)).toBeGreaterThan(0.88);
    expect(share(held)).toBeLessThan(1);
  });

  test("sees no noise in a cubic", () => {
    const cubic = rowNumbers(N).map((i) => 1 + i / N - (i / N) ** 2 + 3 * (i / N) ** 3);
    const [found] = bootstrapLevels([cubic], plan, rise);
    expect(found!.ci95![0]).toBeCloseTo(found!.value, 10);
    expect(found!.ci95![1]).toBeCloseTo(found!.value, 10);
  });

  test("draws the same from the same seed, and other numbers from another", () => {
    const noisy = (seed: number) => bootstrapLevels([runOf(0.2, "seed")], { ...plan, seed }, rise);
    expect(noisy(1)).toEqual(noisy(1));
    expect(noisy(1)).not.toEqual(noisy(2));
  });

  test("draws the series together: noise that two share cancels from their difference", () => {
    const noise = runOf(0.3, "shared");
    const difference = ([one, other]: readonly Float64Array[]) => [one![1]! - other![1]!];
    expect(bootstrapLevels([noise, noise], plan, difference)[0]!.ci95).toEqual([0, 0]);
  });

  test("gives no interval where the draws give no number", () => {
    const [found] = bootstrapLevels([runOf(0.1, "nan")], plan, () => [Number.NaN]);
    expect(found).toEqual({ value: Number.NaN, ci95: undefined });
  });

  test("refuses a series in which the noise of its means cannot be seen", () => {
    expect(() => bootstrapLevels([new Float64Array(49)], plan, rise)).toThrow(/need 50 rows/);
  });
});
