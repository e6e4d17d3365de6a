/** Losses of whole responses: golden numbers by hand, derivatives by finite differences, and where they vanish. */
import { describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import type { ExperimentInput } from "../../../../src/config/experiment-config.ts";
import {
  type InterventionConfig,
  interventionConfig,
} from "../../../../src/config/intervention-config.ts";
import type {
  ResponseLoss,
  ScopeResponses,
} from "../../../../src/train/intervention/intervention.ts";
import {
  lossOfResponses,
  proposalsOf,
  replacesTokenLoss,
} from "../../../../src/train/intervention/interventions.ts";
import { apart } from "../../../support/token-batch.ts";

type Input = NonNullable<ExperimentInput["intervention"]>;
const parse = (input: Input): InterventionConfig => interventionConfig.parse(input);
const lossOf = (responses: ScopeResponses, input: Input): ResponseLoss =>
  lossOfResponses(responses, parse(input))!;
const measured = ({ measures }: ResponseLoss, name: string): number =>
  measures.find(([one]) => one === name)![1];

const GROUPS = 3;
const SAMPLES = 4;
const N = GROUPS * SAMPLES;

/** Random responses of three groups, whose members lie one after another. */
function random(seed: number): ScopeResponses {
  const rng = makeRng(seed, "responses");
  const length = Int32Array.from({ length: N }, () => 1 + rng.below(9));
  const logProb = Float64Array.from(length, (tokens) => -0.4 * tokens * rng.uniform());
  const near = (spread: number): Float64Array =>
    logProb.map((value) => value + spread * rng.normal());
  const ofGroups = Array.from({ length: GROUPS }, () => rng.normal());
  return {
    group: Int32Array.from({ length: N }, (_, n) => 5 + Math.floor(n / SAMPLES)),
    length,
    reward: Float64Array.from({ length: N }, () => rng.below(2)),
    advantage: Float64Array.from({ length: N }, () => rng.normal()),
    logProb,
    oldLogProb: near(0.3),
    referenceLogProb: near(1),
    logZ: Float64Array.from({ length: N }, (_, n) => ofGroups[Math.floor(n / SAMPLES)]!),
  };
}

/** One response, which differs from this where a test says so. */
function single(changes: Partial<ScopeResponses>): ScopeResponses {
  return {
    group: Int32Array.of(0),
    length: Int32Array.of(1),
    reward: Float64Array.of(0),
    advantage: Float64Array.of(0),
    logProb: Float64Array.of(0),
    oldLogProb: Float64Array.of(0),
    referenceLogProb: Float64Array.of(0),
    logZ: Float64Array.of(0),
    ...changes,
  };
}

const CONFIGS: readonly Input[] = [
  { kind: "dmpo", alpha: 0.5, coefficient: 3 },
  ...(["none", "raw", "clip", "max10"] as const).map(
    (importance) => ({ kind: "flowrl", beta: 1.5, importance, coefficient: 0.7 }) as const,
  ),
  { kind: "disa", beta: 2, normalize: false },
  { kind: "disa", beta: 2, normalize: true },
];

describe.each(CONFIGS)("%j", (config) => {
  const STEP = 1e-5;

  test.each([1, 2, 3])("has the derivatives that finite differences find (seed %i)", (seed) => {
    const given = random(seed);
    const { byLogProb, byLogZ } = lossOf(given, config);
    for (let n = 0; n < N; n++) {
      const slope = (move: (by: number) => Partial<ScopeResponses>): number =>
        (lossOf({ ...given, ...move(STEP) }, config).loss -
          lossOf({ ...given, ...move(-STEP) }, config).loss) /
        (2 * STEP);
      const plus = (values: Float64Array, by: number): Float64Array =>
        values.map((value, at) => (at === n ? value + by : value));
      // The old policy moves along, so that the weight of importance, which is no part of the derivative, stays.
      const policy = slope((by) => ({
        logProb: plus(given.logProb, by),
        oldLogProb: plus(given.oldLogProb, by),
      }));
      expect(byLogProb[n]).toBeCloseTo(policy, 7);
      if (byLogZ === undefined) continue;
      expect(byLogZ[n]).toBeCloseTo(
        slope((by) => ({ logZ: plus(given.logZ, by) })),
        7,
      );
    }
  });

  test("is proportional to its coefficient", () => {
    const [one, three] = [1, 3].map((coefficient) =>
      lossOf(random(4), { ...config, coefficient } as Input),
    );
    expect(three!.loss).toBeCloseTo(3 * one!.loss, 12);
    expect(
      apart(
        three!.byLogProb,
        one!.byLogProb.map((value) => 3 * value),
      ),
    ).toBeLessThan(1e-12);
    expect(one!.loss).toBeGreaterThan(0);
    expect(three!.measures).toEqual(one!.measures);
  });
});

describe("DMPO", () => {
  // q = (1/4, 3/4) by lengths of 1 and 2; p = (e, 1) / (e + 1) = (0.7310586, 0.2689414); both gaps 0.4810586.
  const two = {
    ...single({}),
    group: Int32Array.of(0, 0),
    length: Int32Array.of(1, 2),
    reward: Float64Array.of(1, 0),
    logProb: Float64Array.of(0, 2 * Math.log(3)),
  };

  test("two responses, by hand", () => {
    const found = lossOf(two, { kind: "dmpo", alpha: 1, coefficient: 1 });
    expect(found.loss).toBeCloseTo(0.4810585786 ** 2, 9);
    // (2/2) q (gap − mean gap), the mean gap (3/4 − 1/4) 0.4810586 = 0.2405293; the second over its two tokens.
    expect(found.byLogProb[0]).toBeCloseTo(-0.180396967, 9);
    expect(found.byLogProb[1]).toBeCloseTo(0.180396967 / 2, 9);
    expect(measured(found, "group_distance")).toBeCloseTo(0.4810585786 ** 2, 9);
    expect(measured(found, "group_entropy")).toBeCloseTo(0.5623351446, 9); // −(1/4) ln (1/4) − (3/4) ln (3/4)
  });

  test.each([0, 1])(
    "a group that all earns %d has no loss if its likelihoods are equal",
    (reward) => {
      const given = { ...two, reward: Float64Array.of(reward, reward) };
      const equal = { ...given, logProb: Float64Array.of(-0.5, -1) };
      const found = lossOf(equal, { kind: "dmpo" });
      expect(found.loss).toBe(0);
      expect([...found.byLogProb].map(Math.abs)).toEqual([0, 0]);
      expect(measured(found, "group_entropy")).toBeCloseTo(Math.log(2), 12);
      const drawn = lossOf(given, { kind: "dmpo" });
      expect(drawn.loss).toBeGreaterThan(0);
      expect(drawn.byLogProb[1]).toBeGreaterThan(0); // the likelier one is pushed down
      expect(drawn.byLogProb[0]).toBeLessThan(0);
    },
  );

  test("moves no group's likelihoods as a whole, and is the mean over groups", () => {
    const given = random(5);
    const whole = lossOf(given, { kind: "dmpo" });
    let sum = 0;
    for (let g = 0; g < GROUPS; g++) {
      const rows = Array.from({ length: SAMPLES }, (_, k) => g * SAMPLES + k);
      const total = rows.reduce((all, row) => all + whole.byLogProb[row]! * given.length[row]!, 0);
      expect(Math.abs(total)).toBeLessThan(1e-15);
      const group = Object.fromEntries(
        Object.entries(given).map(([name, values]: [string, Float64Array]) => [
          name,
          values.slice(g * SAMPLES, (g + 1) * SAMPLES),
        ]),
      ) as unknown as ScopeResponses;
      sum += lossOf(group, { kind: "dmpo" }).loss;
    }
    expect(whole.loss).toBeCloseTo(sum / GROUPS, 12);
  });
});

describe("FlowRL", () => {
  // δ = 0.25 + (−2 + 4) / 2 − 2 · 0.5 = 0.25
  const one = (ratio: number): ScopeResponses =>
    single({
      length: Int32Array.of(2),
      advantage: Float64Array.of(0.5),
      logProb: Float64Array.of(-2),
      oldLogProb: Float64Array.of(-2 - Math.log(ratio)),
      referenceLogProb: Float64Array.of(-4),
      logZ: Float64Array.of(0.25),
    });

  test.each([
    ["none", 1.5, 1],
    ["raw", 1.5, 1.5],
    ["raw", 20, 20],
    ["clip", 1.5, 1.2],
    ["clip", 0.5, 0.8],
    ["max10", 1.5, 1.5],
    ["max10", 0.5, 0.5],
    ["max10", 20, 10],
  ] as const)("importance %s of a ratio of %d counts %d", (importance, ratio, weight) => {
    const found = lossOf(one(ratio), { kind: "flowrl", beta: 2, importance });
    expect(found.loss).toBeCloseTo(weight * 0.0625, 12);
    expect(found.byLogZ![0]).toBeCloseTo(weight * 0.5, 12);
    expect(found.byLogProb[0]).toBeCloseTo(weight * 0.25, 12);
    expect(measured(found, "log_z_residual")).toBeCloseTo(0.0625, 12);
    expect(measured(found, "log_z")).toBe(0.25);
  });

  test("the best log Z of a group is the mean of β Â + (log π_ref − log π) / |y|", () => {
    const given = random(6);
    const beta = 1.5;
    const config = { kind: "flowrl", beta, importance: "none" } as const;
    const target = given.logProb.map(
      (value, n) =>
        beta * given.advantage[n]! + (given.referenceLogProb[n]! - value) / given.length[n]!,
    );
    const means = Array.from(
      { length: GROUPS },
      (_, g) =>
        target.slice(g * SAMPLES, (g + 1) * SAMPLES).reduce((sum, value) => sum + value, 0) /
        SAMPLES,
    );
    const best = { ...given, logZ: target.map((_, n) => means[Math.floor(n / SAMPLES)]!) };
    const { byLogZ, loss } = lossOf(best, config);
    for (let g = 0; g < GROUPS; g++) {
      const pulls = byLogZ!.slice(g * SAMPLES, (g + 1) * SAMPLES);
      expect(Math.abs(pulls.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-12);
    }
    expect(loss).toBeLessThan(lossOf(given, config).loss);
  });
});

describe("DISA", () => {
  test("has no loss at the tilted reference policy, and says how far another is from it", () => {
    const reference = [0.5, 0.3, 0.15, 0.05];
    const reward = [0, 0, 1, 1];
    const beta = 2;
    const weights = reference.map((p, k) => p * Math.exp(beta * reward[k]!));
    const z = weights.reduce((sum, weight) => sum + weight, 0);
    const tilted: ScopeResponses = {
      ...random(7),
      group: new Int32Array(4),
      length: Int32Array.of(1, 2, 3, 4),
      reward: Float64Array.from(reward),
      advantage: Float64Array.of(9, 9, 9, 9), // of no account
      logProb: Float64Array.from(weights, (weight) => Math.log(weight / z)),
      oldLogProb: Float64Array.from(weights, (weight) => Math.log(weight / z)),
      referenceLogProb: Float64Array.from(reference, Math.log),
      logZ: new Float64Array(4).fill(Math.log(z)),
    };
    const at = lossOf(tilted, { kind: "disa", beta });
    expect(at.loss).toBeLessThan(1e-30);
    expect(Math.max(...at.byLogProb.map(Math.abs))).toBeLessThan(1e-15);
    const off = { ...tilted, logZ: tilted.logZ.map((value) => value + 0.1) };
    expect(lossOf(off, { kind: "disa", beta }).loss).toBeCloseTo(0.01, 12);
  });

  test("weighs proposals by reward and probability, by length if asked", () => {
    const proposal = { reward: 0.5, logRatio: -3, length: 6 };
    const plan = (changes: object) => proposalsOf(parse({ kind: "disa", beta: 4, ...changes }))!;
    expect(plan({}).logWeight(proposal)).toBe(4 * 0.5 - 3);
    expect(plan({ normalize: true }).logWeight(proposal)).toBe(4 * 0.5 - 0.5);
    expect(plan({ proposals: 5, temperature: 2 })).toMatchObject({ samples: 5, temperature: 2 });
  });
});

test("trajectory balance stands in place of the policy loss unless it is told to stand beside it", () => {
  for (const kind of ["flowrl", "disa"] as const) {
    expect(replacesTokenLoss(parse({ kind }))).toBe(true);
    expect(replacesTokenLoss(parse({ kind, beside: true }))).toBe(false);
  }
  expect(replacesTokenLoss(parse({ kind: "dmpo" }))).toBe(false);
});
