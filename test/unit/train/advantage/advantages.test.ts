/** The contract of all advantage estimators: laws that each obeys, or says why not. */
import { describe, expect, test } from "vitest";
import { type Matrix, makeMatrix } from "../../../../src/base/matrix.ts";
import { makeRng } from "../../../../src/base/random.ts";
import {
  type AdvantageConfig,
  advantageConfig,
  type AdvantageKind,
} from "../../../../src/config/advantage-config.ts";
import type { AdvantageInput } from "../../../../src/train/advantage/advantage.ts";
import {
  advantageEstimators,
  computeAdvantages,
} from "../../../../src/train/advantage/advantages.ts";
import { apart } from "../../../support/token-batch.ts";

const PROMPTS = 3;
const SAMPLES = 4;
const B = PROMPTS * SAMPLES;
const T = 6;
const SEEDS = [1, 2, 3];
/** Bound of what verl's guards add to numbers of size 1. */
const GUARDS = 1e-5;

type Given = Required<{ [K in keyof AdvantageInput]: NonNullable<AdvantageInput[K]> }>;

/** Random input: each response's reward at its last token, values and baselines at random. */
function made(seed: number, reward: (row: number) => number): Given {
  const rng = makeRng(seed, "advantages");
  const lengths = Array.from({ length: B }, () => 1 + rng.below(T));
  const rewards = makeMatrix(B, T);
  lengths.forEach((length, row) => (rewards.values[row * T + length - 1] = reward(row)));
  const maskOf = (at: number): number => (at % T < lengths[Math.floor(at / T)]! ? 1 : 0);
  const mask = makeMatrix(
    B,
    T,
    Float64Array.from({ length: B * T }, (_, at) => maskOf(at)),
  );
  return {
    rewards,
    mask,
    group: Int32Array.from({ length: B }, (_, row) => 7 * (row % PROMPTS)),
    values: makeMatrix(
      B,
      T,
      mask.values.map((valid) => valid * rng.normal()),
    ),
    baseline: Float64Array.from({ length: B }, () => rng.normal()),
    processRewards: makeMatrix(
      B,
      T,
      mask.values.map((valid) => valid * rng.normal()),
    ),
  };
}

function random(seed: number): Given {
  const rng = makeRng(seed, "rewards");
  return made(seed, () => rng.normal());
}

/** Every reward moved by one number, and with them what they are compared with. */
function shifted(given: Given, by: number): Given {
  const moved = { ...given, baseline: given.baseline.map((one) => one + by) };
  const rewards = given.rewards.values.slice();
  const { mask } = given;
  rewards.forEach((_, at) => {
    const isLast = mask.values[at] === 1 && (at % T === T - 1 || mask.values[at + 1] === 0);
    if (isLast) rewards[at]! += by;
  });
  const values = given.values.values.map((value, at) => value + by * mask.values[at]!);
  return { ...moved, rewards: makeMatrix(B, T, rewards), values: makeMatrix(B, T, values) };
}

/** The same responses in another order. */
function reordered(given: Given, order: readonly number[]): Given {
  const rows = ({ values }: Matrix): Matrix =>
    makeMatrix(
      B,
      T,
      Float64Array.from(
        { length: B * T },
        (_, at) => values[order[Math.floor(at / T)]! * T + (at % T)]!,
      ),
    );
  return {
    rewards: rows(given.rewards),
    mask: rows(given.mask),
    values: rows(given.values),
    processRewards: rows(given.processRewards),
    group: given.group.map((_, row) => given.group[order[row]!]!),
    baseline: given.baseline.map((_, row) => given.baseline[order[row]!]!),
  };
}

const sum = (values: Iterable<number>): number =>
  [...values].reduce((total, one) => total + one, 0);

/** Σ over the responses of a group of their first token's advantage, or of all their tokens'. */
function groupSum({ group }: Given, { values }: Matrix, id: number, over: "first" | "all"): number {
  const rows = [...group.keys()].filter((row) => group[row] === id);
  return sum(
    rows.map((row) =>
      over === "first" ? values[row * T]! : sum(values.subarray(row * T, (row + 1) * T)),
    ),
  );
}

/** What sums to zero: each group over its responses, over its tokens, or all tokens of the step. */
type Zero = "responses" | "tokens" | "step" | { readonly nothing: string };

const LAWS: {
  readonly [K in AdvantageKind]: {
    readonly sums: Zero;
    /** A reason, if a shift of all rewards changes the advantages. */
    readonly shift?: string;
    /** A reason, if equal rewards do not give advantages of 0. */
    readonly constant?: string;
  };
} = {
  grpo: { sums: "responses" },
  rloo: { sums: "responses" },
  gpg: { sums: "responses", shift: "its factor counts the rewards that are not 0" },
  opo: { sums: "tokens" },
  "reinforce-plus-plus": { sums: "step" },
  "reinforce-plus-plus-baseline": { sums: "step" },
  remax: { sums: { nothing: "the greedy response is no sample" } },
  gae: { sums: "step", constant: "values differ where rewards do not" },
  prime: {
    sums: { nothing: "each token has a return of its own" },
    constant: "process rewards differ where outcomes do not",
  },
  "grpo-pass-k": { sums: { nothing: "only the best response has an advantage" } },
};

const kinds = Object.keys(advantageEstimators) as AdvantageKind[];
const configs: readonly AdvantageConfig[] = [
  ...kinds.map((kind) => advantageConfig.parse({ kind })),
  advantageConfig.parse({ kind: "grpo", normalizeByStd: false }),
  advantageConfig.parse({ kind: "grpo", stdOver: "batch" }),
  { kind: "grpo-pass-k", normalizeByStd: false },
];

describe.each(configs)("$kind, normalizeByStd $normalizeByStd over $stdOver", (config) => {
  const laws = LAWS[config.kind];

  test.each(SEEDS)("advantages and returns are 0 outside the mask (seed %i)", (seed) => {
    const given = random(seed);
    const { advantages, returns } = computeAdvantages(given, config);
    const outside = [...given.mask.values.keys()].filter((at) => given.mask.values[at] === 0);
    expect(outside.length).toBeGreaterThan(0);
    for (const at of outside) {
      expect(Math.abs(advantages.values[at]!)).toBe(0);
      expect(Math.abs(returns.values[at]!)).toBe(0);
    }
  });

  test.each(SEEDS)("the order of the responses does not matter (seed %i)", (seed) => {
    const given = random(seed);
    const order = [5, 3, 0, 11, 7, 1, 2, 10, 4, 9, 6, 8];
    const { advantages } = computeAdvantages(given, config);
    const other = computeAdvantages(reordered(given, order), config);
    const expected = reordered({ ...given, rewards: advantages }, order).rewards;
    expect(apart(other.advantages.values, expected.values)).toBeLessThan(1e-12);
  });

  const { sums } = laws;
  test.each(typeof sums === "object" ? [] : SEEDS)("advantages sum to zero (seed %i)", (seed) => {
    const given = random(seed);
    const { advantages } = computeAdvantages(given, config);
    if (sums === "step") {
      const { values } = advantages;
      const count = sum(given.mask.values);
      expect(Math.abs(sum(values))).toBeLessThan(GUARDS);
      expect(sum(values.map((value) => value ** 2)) / (count - 1)).toBeCloseTo(1, 6); // whitened
      return;
    }
    for (const id of new Set(given.group)) {
      const over = sums === "tokens" ? "all" : "first";
      expect(Math.abs(groupSum(given, advantages, id, over))).toBeLessThan(1e-12);
    }
  });

  test.each(laws.shift === undefined ? SEEDS : [])(
    "a shift of rewards and of what they are compared with changes nothing (seed %i)",
    (seed) => {
      const given = random(seed);
      const { advantages } = computeAdvantages(given, config);
      const other = computeAdvantages(shifted(given, 5), config);
      expect(apart(other.advantages.values, advantages.values)).toBeLessThan(1e-7);
    },
  );

  test.each(laws.constant === undefined ? [0, 1, -2.5] : [])(
    "where all rewards are %d, so is nothing to be learnt",
    (reward) => {
      const given = { ...made(4, () => reward), baseline: new Float64Array(B).fill(reward) };
      const { advantages } = computeAdvantages(given, config);
      expect(Math.max(...advantages.values.map(Math.abs))).toBeLessThan(GUARDS);
    },
  );
});

/** One group of four responses of one token; the third is the only one that is right. */
const ONE_RIGHT: AdvantageInput = {
  rewards: makeMatrix(4, 1, Float64Array.of(0, 0, 1, 0)),
  mask: makeMatrix(4, 1, Float64Array.of(1, 1, 1, 1)),
  group: Int32Array.of(0, 0, 0, 0),
  baseline: Float64Array.of(1, 0, 1, 0),
};
const of = (config: AdvantageConfig): number[] => [
  ...computeAdvantages(ONE_RIGHT, config).advantages.values,
];

describe("one right response of four", () => {
  test("GRPO: 1 of 4 right is 1.5 deviations above the mean, each wrong one half below", () => {
    const found = of({ kind: "grpo", normalizeByStd: true, stdOver: "group" });
    expect(apart(found, [-0.5, -0.5, 1.5, -0.5])).toBeLessThan(1e-5);
  });
  test("GRPO without the deviation: less the mean", () => {
    const config = { kind: "grpo", normalizeByStd: false, stdOver: "batch" } as const;
    expect(of(config)).toEqual([-0.25, -0.25, 0.75, -0.25]);
  });
  test("GRPO over the batch: as over the group, which is all of it", () => {
    const found = of({ kind: "grpo", normalizeByStd: true, stdOver: "batch" });
    expect(apart(found, of({ kind: "grpo", normalizeByStd: true, stdOver: "group" }))).toBe(0);
  });
  test("RLOO: less the mean of the other three", () => {
    expect(apart(of({ kind: "rloo" }), [-1 / 3, -1 / 3, 1, -1 / 3])).toBeLessThan(1e-15);
  });
  test("GPG: four times, since one of four is rewarded", () => {
    expect(of({ kind: "gpg" })).toEqual([-1, -1, 3, -1]);
  });
  test("ReMax: less the greedy response's", () => {
    expect(of({ kind: "remax" })).toEqual([-1, 0, 0, 0]);
  });
  test("pass@k: the right one alone, by its lead over the second", () => {
    expect(of({ kind: "grpo-pass-k", normalizeByStd: false })).toEqual([0, 0, 1, 0]);
  });
});

describe("two groups, rewards 0 and 1 and rewards 2 and 2", () => {
  const two = { ...ONE_RIGHT, group: Int32Array.of(0, 0, 1, 1) };
  const rewards = makeMatrix(4, 1, Float64Array.of(0, 1, 2, 2));
  const found = (stdOver: "group" | "batch"): number[] => {
    const config = { kind: "grpo", normalizeByStd: true, stdOver } as const;
    return [...computeAdvantages({ ...two, rewards }, config).advantages.values];
  };
  test("over the group: by √(1/2)", () => {
    expect(apart(found("group"), [-Math.SQRT1_2, Math.SQRT1_2, 0, 0])).toBeLessThan(1e-5);
  });
  test("over the batch: by √(1/6), the deviation of −1/2, 1/2, 0, 0", () => {
    const size = Math.sqrt(6) / 2;
    expect(apart(found("batch"), [-size, size, 0, 0])).toBeLessThan(1e-5);
  });
});

describe("groups of one response", () => {
  const alone = { ...ONE_RIGHT, group: Int32Array.of(0, 1, 2, 2) };
  const { mask } = alone;
  const rewards = makeMatrix(4, 1, Float64Array.of(3, -2, 1, 1));
  const advantages = (config: AdvantageConfig): number[] => [
    ...computeAdvantages({ ...alone, rewards, mask }, config).advantages.values,
  ];
  test.each([
    { kind: "grpo", normalizeByStd: true, stdOver: "group" },
    { kind: "grpo", normalizeByStd: false, stdOver: "group" },
    { kind: "rloo" },
    { kind: "opo" },
  ] as const)("keep their reward: %j", (config) => {
    expect(apart(advantages(config), [3, -2, 0, 0])).toBeLessThan(1e-5);
  });
  test("GPG counts a reward below 0 as a reward", () => {
    expect(advantages({ kind: "gpg" })).toEqual([3, -2, 0, 0]); // four of four: a factor of 1
  });
});

describe("PRIME", () => {
  // Means of the process rewards 0.3 and −0.6, each the baseline of the other: 1 and 0.8 are left of the first, −0.9 of
  // the second. RLOO of the outcomes is 1 and −1.
  const given = {
    rewards: makeMatrix(2, 2, Float64Array.of(0, 1, 0, 0)),
    mask: makeMatrix(2, 2, Float64Array.of(1, 1, 1, 0)),
    group: Int32Array.of(0, 0),
    processRewards: makeMatrix(2, 2, Float64Array.of(0.4, 0.2, -0.6, 99)),
  };
  const settings = { kind: "prime", beta: 0.05, modelLearningRate: 0 } as const;

  test.each([
    [1, 1, [1 + 1.8, 1 + 0.8, -1 - 0.9, 0]],
    [0.5, 0.5, [1 + 0.5 * 1.4, 1 + 0.4, -1 - 0.45, 0]],
    [0, 1, [1, 1, -1, 0]],
  ])("two responses, by hand: coefficient %d, gamma %d", (coefficient, gamma, expected) => {
    const { advantages } = computeAdvantages(given, { ...settings, coefficient, gamma });
    expect(apart(advantages.values, expected)).toBeLessThan(1e-12);
  });

  test("compares a response that is alone with nothing", () => {
    const group = Int32Array.of(0, 1);
    const { advantages } = computeAdvantages(
      { ...given, group },
      { ...settings, coefficient: 1, gamma: 1 },
    );
    expect(apart(advantages.values, [1.6, 1.2, -0.6, 0])).toBeLessThan(1e-12);
  });

  test("refuses to do without process rewards", () => {
    const { processRewards: _, ...without } = given;
    expect(() => computeAdvantages(without, { ...settings, coefficient: 1, gamma: 1 })).toThrow(
      expect.objectContaining({ code: "no-process-rewards" }),
    );
  });
});

describe("returns", () => {
  const rewards = makeMatrix(1, 4, Float64Array.of(1, 2, 4, 0));
  const mask = makeMatrix(1, 4, Float64Array.of(1, 1, 1, 0));
  const given = { rewards, mask, group: Int32Array.of(0) };

  test("REINFORCE++ discounts what follows", () => {
    const { returns } = computeAdvantages(given, { kind: "reinforce-plus-plus", gamma: 0.5 });
    expect([...returns.values]).toEqual([1 + 0.5 * (2 + 0.5 * 4), 2 + 0.5 * 4, 4, 0]);
  });
  test("GAE with λ = 1 learns the discounted rewards, with λ = 0 one reward and the next value", () => {
    const values = makeMatrix(1, 4, Float64Array.of(3, -1, 2, 9));
    const gae = (lambda: number) =>
      computeAdvantages(
        { ...given, values },
        { kind: "gae", gamma: 0.5, lambda, valueCoefficient: 1, valueClip: null },
      ).returns.values;
    expect(apart(gae(1), [3, 4, 4, 0])).toBeLessThan(1e-15);
    expect(apart(gae(0), [1 + 0.5 * -1, 2 + 0.5 * 2, 4, 0])).toBeLessThan(1e-15);
  });
});

describe("tokens of a response that are not the policy's own", () => {
  /** The second token is none of the policy's: neither its reward nor its value counts. */
  const given = {
    rewards: makeMatrix(1, 3, Float64Array.of(1, 50, 4)),
    mask: makeMatrix(1, 3, Float64Array.of(1, 0, 1)),
    values: makeMatrix(1, 3, Float64Array.of(3, 70, 2)),
    group: Int32Array.of(0),
    baseline: Float64Array.of(1),
  };
  test.each([
    [{ kind: "reinforce-plus-plus", gamma: 0.5 }, [1 + 0.5 * 4, 0, 4]],
    [{ kind: "remax" }, [1 + 4, 0, 4]],
    [
      { kind: "gae", gamma: 0.5, lambda: 0, valueCoefficient: 1, valueClip: null },
      [1 + 0.5 * 2, 0, 4],
    ],
  ] as const)("are passed over in returns: %j", (config, expected) => {
    expect([...computeAdvantages(given, config).returns.values]).toEqual(expected);
  });
});

describe("refusals", () => {
  const ok = random(1);
  test.each([
    [
      "a mask of another shape",
      { ...ok, mask: makeMatrix(B, T + 1) },
      "grpo",
      /mask must have the shape/,
    ],
    [
      "too few groups",
      { ...ok, group: new Int32Array(B - 1) },
      "grpo",
      /group must have one entry/,
    ],
    ["values of another shape", { ...ok, values: makeMatrix(1, T) }, "gae", /values must have/],
    ["no values", { ...ok, values: undefined }, "gae", /value of each state/],
    ["no baseline", { ...ok, baseline: undefined }, "remax", /greedy response/],
    [
      "groups of one",
      { ...ok, group: Int32Array.from({ length: B }, (_, row) => row) },
      "grpo-pass-k",
      /at least 2 responses/,
    ],
    [
      "a step of one token",
      {
        rewards: makeMatrix(1, 1),
        mask: makeMatrix(1, 1, Float64Array.of(1)),
        group: Int32Array.of(0),
      },
      "reinforce-plus-plus",
      /at least 2 valid tokens/,
    ],
  ] as const)("%s", (_, given, kind, message) => {
    expect(() => computeAdvantages(given, advantageConfig.parse({ kind }))).toThrow(message);
  });
});
