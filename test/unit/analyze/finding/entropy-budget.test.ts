import { describe, expect, test } from "vitest";
import { budgetToJson } from "../../../../src/analyze/finding/budget-to-json.ts";
import { findEntropyBudget } from "../../../../src/analyze/finding/entropy-budget.ts";
import type { LawInput } from "../../../../src/analyze/finding/law-input.ts";
import { rewardOf, rowNumbers, whiteNoise } from "../../../support/series.ts";

const A = 0.5;
const MEANS = 11;

function inputOf(entropy: Float64Array, reward: Float64Array): LawInput {
  const step = rowNumbers(entropy.length);
  return {
    log: "run.csv",
    entropyColumn: "H",
    rewardColumn: "R",
    progressColumn: undefined,
    step,
    entropy,
    reward,
    progress: step.map((value) => value + 1),
  };
}

const noisy = (values: Float64Array, sd: number, name: string): Float64Array => {
  const noise = whiteNoise(values.length, sd, name);
  return values.map((value, i) => value + noise[i]!);
};

const replicates = 200;

describe("the entropy budget", () => {
  test("of a run that goes straight down is spent evenly, but for the means at the ends", () => {
    const n = 240;
    const entropy = rowNumbers(n).map((i) => 1 - i / n);
    const finding = findEntropyBudget(
      inputOf(
        entropy,
        entropy.map((h) => 2 - h),
      ),
      { replicates },
    );
    // Straight lines: a mean over 11 rows is the value in its middle.
    const shareAt = (row: number): number => (row - 5) / (n - MEANS);
    for (const { share, dropShare, gainShare, localPrice } of finding.marks) {
      const row = share === 1 ? n - 6 : Math.ceil(share * n) - 1;
      expect(dropShare!.value).toBeCloseTo(shareAt(row), 12);
      expect(gainShare!.value).toBeCloseTo(shareAt(row), 12);
      expect(localPrice!.value).toBeCloseTo(-1, 12);
    }
    expect(finding.drop!.value).toBeCloseTo((n - MEANS) / n, 12);
    expect(finding.marks.map(({ step }) => step)).toEqual([19, 39, 79, 119, 239]);
  });

  test("reproduces a made-up Fig. 2: 73 % of the drop in the first twelfth", () => {
    const n = 2400;
    // 1 - e^(-x/s) = .73 at x = 1/12.
    const scale = -1 / 12 / Math.log(0.27);
    const entropy = rowNumbers(n).map((i) => Math.exp(-i / n / scale));
    const { marks } = findEntropyBudget(
      inputOf(noisy(entropy, 0.02, "H"), noisy(rewardOf(entropy, A), 0.01, "R")),
      { replicates },
    );
    expect(marks[0]!.dropShare!.value).toBeCloseTo(0.73, 1);
    expect(marks[2]!.dropShare!.value).toBeCloseTo(1 - Math.exp(-1 / 3 / scale), 1);
    // What remains of e^H falls faster than H, so the gain runs ahead of the drop.
    expect(marks[0]!.gainShare!.value).toBeGreaterThan(marks[0]!.dropShare!.value);
  });

  test("prices entropy at -a e^H where the law made the run, and measures the same", () => {
    const entropy = rowNumbers(300).map((i) => 0.1 + 0.9 * Math.exp(-i / 60));
    const { marks, holds } = findEntropyBudget(
      inputOf(noisy(entropy, 0.01, "H"), noisy(rewardOf(entropy, A), 0.005, "R")),
      { replicates },
    );
    expect(holds).not.toBe("no");
    for (const { entropy: h, price, stretchPrice, localPrice } of marks) {
      expect(price!.value / (-A * Math.exp(h))).toBeCloseTo(1, 1);
      const [low, high] = price!.ci95!;
      expect(low).toBeLessThan(price!.value);
      expect(high).toBeGreaterThan(price!.value);
      const [from, to] = localPrice?.ci95 ?? [-Infinity, Infinity];
      expect(stretchPrice!.value).toBeGreaterThan(from - 0.1);
      expect(stretchPrice!.value).toBeLessThan(to + 0.1);
    }
  });

  test("gives no share of a drop that is noise, and says so", () => {
    const flat = new Float64Array(200).fill(0.5);
    const rising = rowNumbers(200).map((i) => i / 200);
    const finding = findEntropyBudget(inputOf(noisy(flat, 0.05, "H"), noisy(rising, 0.05, "R")), {
      replicates,
    });
    expect(finding.marks.every(({ dropShare }) => dropShare === undefined)).toBe(true);
    expect(finding.marks.every(({ gainShare }) => gainShare !== undefined)).toBe(true);
    expect(finding.missing).toEqual([expect.stringContaining("no clear drop")]);
    expect(finding.curve.drop).toBeUndefined();
  });

  test("calls a rise of entropy a rise and a fall of reward a fall", () => {
    const rising = noisy(
      rowNumbers(200).map((i) => i / 200),
      0.02,
      "H",
    );
    const { missing } = findEntropyBudget(
      inputOf(
        rising,
        rising.map((h) => 1 - h),
      ),
      { replicates },
    );
    expect(missing).toEqual(["entropy rose", "reward fell"]);
  });

  test("of a run too short has no marks and a reason", () => {
    const entropy = rowNumbers(23).map((i) => 1 - i / 23);
    const finding = findEntropyBudget(inputOf(entropy, rewardOf(entropy)));
    expect(finding.marks).toEqual([]);
    expect(finding.missing[0]).toContain("at least 24 steps");
  });

  test("does not depend on the unit of reward, up to its own scale", () => {
    const entropy = noisy(
      rowNumbers(120).map((i) => 1 - i / 120),
      0.05,
      "H",
    );
    const reward = noisy(rewardOf(entropy), 0.05, "R");
    const [one, other] = [reward, reward.map((r) => 100 * r + 7)].map((values) =>
      findEntropyBudget(inputOf(entropy, values), { replicates }),
    );
    for (const [i, mark] of one!.marks.entries()) {
      const same = other!.marks[i]!;
      expect(same.gainShare!.value).toBeCloseTo(mark.gainShare!.value, 9);
      expect(same.gainShare!.ci95![0]).toBeCloseTo(mark.gainShare!.ci95![0], 9);
      expect(same.price!.value).toBeCloseTo(100 * mark.price!.value, 7);
    }
  });
});

test("the JSON of a budget has a reason for every null", () => {
  const [h, r] = ["flat H", "flat R"].map((name) =>
    noisy(new Float64Array(100).fill(0.5), 0.05, name),
  );
  const json = budgetToJson(findEntropyBudget(inputOf(h!, r!), { replicates })) as {
    readonly marks: ReadonlyArray<Record<string, unknown>>;
  };
  expect(json).toMatchObject({
    log: "run.csv",
    n: 100,
    means_over: 5,
    missing: [expect.stringContaining("no clear drop"), expect.stringContaining("no clear gain")],
  });
  expect(json.marks).toHaveLength(5);
  expect(json.marks[0]).toMatchObject({ share: 1 / 12, drop_share: null, gain_share: null });
});
