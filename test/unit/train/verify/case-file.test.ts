/** What a file of cases must be: every mistake is named with the case it is in. */
import { describe, expect, test } from "vitest";
import { DataError } from "../../../../src/base/errors.ts";
import { disk } from "../../../../src/base/file-system.ts";
import { largestErrors } from "../../../../src/train/verify/case-errors.ts";
import { parseCases, readCases } from "../../../../src/train/verify/case-file.ts";
import { estimatorNamed, lossNamed } from "../../../../src/train/verify/verl-names.ts";
import { verifyCases } from "../../../../src/train/verify/verify-cases.ts";

const ONE = [[0.5, 0.5]];
const LOSS = {
  loss_mode: "vanilla",
  config: {},
  loss_agg_mode: "token-mean",
  selection: null,
  old_log_prob: [[-1, -2]],
  log_prob: [[-1, -2]],
  advantages: ONE,
  response_mask: [[1, 1]],
  expected: { loss: -0.5, grad_log_prob: [[-0.25, -0.25]], token_covariance: [[0, 0]] },
};
const ADVANTAGE = {
  estimator: "rloo",
  token_level_rewards: [
    [0, 1],
    [0, 0],
  ],
  response_mask: [
    [1, 1],
    [1, 1],
  ],
  group: ["a", "a"],
  values: null,
  gamma: 1,
  lam: null,
  expected: {
    advantages: [
      [1, 1],
      [-1, -1],
    ],
  },
};
const fileWith = (loss: object = {}, advantage: object = {}): object => ({
  losses: [{ ...LOSS, ...loss }],
  advantages: [{ ...ADVANTAGE, ...advantage }],
});

test("groups may have names, returns and covariances may be missing, unknown keys are left alone", async () => {
  const { token_covariance: _, ...expected } = LOSS.expected;
  const { cases } = await verifyCases(parseCases(fileWith({ expected, note: "by hand" })));
  expect(cases.map(({ maxAbsError }) => maxAbsError)).toEqual([0, 0]);
});

describe("parseCases refuses", () => {
  test.each([
    ["no object", [], /the document must be a case/],
    ["no cases", { losses: [] }, /must hold cases/],
    [
      "a loss without a mask",
      fileWith({ response_mask: undefined }),
      /losses\[0\] \(vanilla\).*response_mask/,
    ],
    ["a loss without a name", fileWith({ loss_mode: 3 }), /losses\[0\] must be a case: loss_mode/],
    [
      "rows of different lengths",
      fileWith({ log_prob: [[1, 2], [3]] }),
      /log_prob: .*row 0 has 2, row 1 has 1/,
    ],
    [
      "another shape than the mask's",
      fileWith({ advantages: [[1]] }),
      /losses\[0\] \(vanilla\): advantages must have the shape of response_mask, \[1, 2\], got \[1, 1\]/,
    ],
    [
      "a gradient of another shape",
      fileWith({ expected: { ...LOSS.expected, grad_log_prob: [[1]] } }),
      /expected\.grad_log_prob must/,
    ],
    ["a text for a number", fileWith({ log_prob: [["NaN", 1]] }), /log_prob\.0\.0/],
    [
      "too few groups",
      fileWith({}, { group: [0] }),
      /advantages\[0\] \(rloo\): group must have one entry for each of the 2 rows, got 1/,
    ],
    [
      "values of another shape",
      fileWith({}, { values: [[1]] }),
      /advantages\[0\] \(rloo\): values/,
    ],
  ])("%s", (_, document, message) => {
    const parse = (): unknown => parseCases(document);
    expect(parse).toThrow(DataError);
    expect(parse).toThrow(message);
  });
});

describe("readCases refuses", () => {
  test("what is not there", () => {
    expect(() => readCases(disk, "test/golden/no-such.json")).toThrow(/must be readable/);
  });
  test("what is no JSON", () => {
    expect(() => readCases(disk, "test/golden/README.md")).toThrow(/must be a JSON document/);
  });
});

describe("names", () => {
  const [loss] = parseCases(fileWith()).losses;
  const [advantage] = parseCases(fileWith()).advantages;

  test.each([
    [
      "loss_mode",
      { loss_mode: "clip-cov" },
      /x: loss_mode must be one of vanilla, clip_cov, .*got clip-cov/,
    ],
    ["loss_mode", { loss_mode: "constructor" }, /x: loss_mode must be one of/],
    [
      "setting",
      { config: { clip_rate: 0.2 } },
      /x: a key of config must be one of clip_ratio, .*got clip_rate/,
    ],
    [
      "aggregation",
      { loss_agg_mode: "token-sum" },
      /x: loss_agg_mode must be one of token-mean, .*got token-sum/,
    ],
    ["random choice", { loss_mode: "clip_cov" }, /x: selection must be "row-major", got null/],
  ])("an unknown %s is refused with those that are known", (_, change, message) => {
    const name = (): unknown => lossNamed({ ...loss!, ...change }, "x");
    expect(name).toThrow(DataError);
    expect(name).toThrow(message);
  });

  test("an unknown estimator is refused with those that are known, and the nearest", () => {
    try {
      estimatorNamed({ ...advantage!, estimator: "reinforce_plus" }, "x");
      expect.unreachable();
    } catch (error) {
      expect(String(error)).toMatch(/x: estimator must be one of grpo, .*got reinforce_plus/);
      expect((error as DataError).fix).toBe("Did you mean reinforce_plus_plus?");
    }
  });

  test("verl's defaults hold where a setting is null or missing", () => {
    const config = (loss_mode: string, settings: Record<string, number | null>): unknown =>
      lossNamed({ ...loss!, loss_mode, config: settings, selection: "row-major" }, "x");
    const none = { intervention: { kind: "none" }, aggregation: "token-mean" };
    expect(
      config("vanilla", { clip_ratio: 0.1, clip_ratio_low: null, clip_ratio_high: 0.3 }),
    ).toEqual({
      ...none,
      loss: { kind: "ppo-clip", clipLow: 0.1, clipHigh: 0.3, dualClip: 3 },
    });
    expect(config("sapo", {})).toEqual({
      ...none,
      loss: { kind: "sapo", temperaturePositive: 1, temperatureNegative: 1.05 },
    });
    expect(config("clip_cov", {})).toMatchObject({
      loss: { clipLow: 0.2, clipHigh: 0.2, dualClip: null },
      intervention: { kind: "clip-cov", share: 2e-4, low: 1, high: 5 },
    });
    expect(config("kl_cov", {})).toMatchObject({ intervention: { share: 2e-4, coefficient: 0.1 } });
    expect(config("kl_cov", { ppo_kl_coef: null })).toMatchObject({
      intervention: { coefficient: 1 },
    });
  });

  test("an estimator that lacks what it needs is refused by the name of its case", async () => {
    const lacking = (estimator: string): Promise<unknown> =>
      verifyCases(parseCases(fileWith({}, { estimator })));
    await expect(lacking("gae")).rejects.toThrow(/advantages\[0\] \(gae\): gae needs the value/);
    await expect(lacking("remax")).rejects.toThrow(/advantages\[0\] \(remax\): remax needs/);
  });

  test("remax takes its baselines from reward_baselines", async () => {
    const expected = {
      advantages: [
        [0.5, 0.5],
        [-2, -2],
      ],
    };
    const given = { estimator: "remax", reward_baselines: [0.5, 2], expected };
    const { cases } = await verifyCases(parseCases(fileWith({}, given)));
    expect(cases[1]?.maxAbsError).toBe(0);
  });
});

describe("largest errors", () => {
  test("are relative to what was expected, or to 1e-3 if that is smaller", () => {
    const comparison = { quantity: "q", expected: [10, 0, 1e-4], found: [10.1, 1e-5, 1e-4] };
    const errors = largestErrors([comparison]);
    expect(errors.maxAbsError).toBeCloseTo(0.1, 12);
    expect(errors.maxRelError).toBeCloseTo(0.01, 12);
    expect(errors).toMatchObject({ quantity: "q" });
  });
  test("name the place of the largest relative error, not of the largest error", () => {
    const errors = largestErrors([
      { quantity: "large", expected: [1000], found: [1001] },
      { quantity: "small", expected: [0.01], found: [0.02] },
    ]);
    expect(errors).toMatchObject({
      maxAbsError: 1,
      quantity: "small",
      expected: 0.01,
      found: 0.02,
    });
  });
  test("are infinite where a number is missing or not finite", () => {
    for (const found of [[], [Number.NaN], [Infinity]])
      expect(largestErrors([{ quantity: "q", expected: [1], found }]).maxRelError).toBe(Infinity);
  });
  test("are 0 where nothing is compared", () => {
    const empty = { quantity: "q", expected: [1], found: [2], where: [0] };
    expect(largestErrors([empty])).toMatchObject({ maxAbsError: 0, maxRelError: 0 });
  });
});
