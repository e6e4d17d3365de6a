/** Factors on single tokens and shaped advantages: golden numbers worked out apart from the code, and laws. */
import { describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import { interventionConfig } from "../../../../src/config/intervention-config.ts";
import type {
  ControlState,
  WeighedTokens,
} from "../../../../src/train/intervention/intervention.ts";
import {
  controlStep,
  isChosen,
  reshapeAdvantages,
  weighTokens,
} from "../../../../src/train/intervention/interventions.ts";
import { apart } from "../../../support/token-batch.ts";

type Given = { readonly [K in keyof WeighedTokens]?: readonly number[] };

/** Tokens of which only some quantities are given; the others are 0. */
function tokens(given: Given): WeighedTokens {
  const length = Object.values(given)[0]!.length;
  const of = (name: keyof WeighedTokens): Float64Array =>
    Float64Array.from(given[name] ?? new Float64Array(length));
  return {
    logProb: of("logProb"),
    oldLogProb: of("oldLogProb"),
    advantage: of("advantage"),
    entropy: of("entropy"),
    sampledEntropy: of("sampledEntropy"),
    polarity: of("polarity"),
    clipped: of("clipped"),
  };
}

/** Random tokens; entropies all different. */
function random(seed: number, n = 200): WeighedTokens {
  const rng = makeRng(seed, "weighed");
  const draw = (next: () => number): number[] => Array.from({ length: n }, next);
  return tokens({
    logProb: draw(() => Math.log(0.01 + 0.98 * rng.uniform())),
    oldLogProb: draw(() => Math.log(0.01 + 0.98 * rng.uniform())),
    advantage: draw(() => rng.normal()),
    entropy: draw(() => 2 * rng.uniform()),
    polarity: draw(() => rng.normal()),
  });
}

/** Factors by an intervention whose settings are the defaults but for some. */
function weights(config: { kind: string; [name: string]: unknown }, given: WeighedTokens, c = 1) {
  return [...weighTokens(given, interventionConfig.parse(config), c)!];
}

/** Coefficients of a controller, step by step. */
function controlled(config: { kind: string; [name: string]: unknown }, entropies: number[]) {
  const parsed = interventionConfig.parse(config);
  let state: ControlState = {};
  return entropies.map((entropy) => {
    const control = controlStep(state, entropy, parsed)!;
    ({ state } = control);
    return control.coefficient;
  });
}

const SEEDS = [1, 2, 3];
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const logs = (...p: number[]): number[] => p.map(Math.log);

describe("the high-entropy mask", () => {
  const entropy = [0.1, 0.5, 0.3, 0.9, 0.7];

  test("keeps the share of highest entropy, and counts as if the others were not there", () => {
    expect(weights({ kind: "high-entropy", share: 0.4 }, tokens({ entropy }))).toEqual([
      0, 0, 0, 2.5, 2.5,
    ]);
    expect(weights({ kind: "high-entropy", share: 0.41 }, tokens({ entropy }))).toEqual(
      [0, 5 / 3, 0, 5 / 3, 5 / 3], // ⌈2.05⌉ tokens
    );
    expect(weights({ kind: "high-entropy", share: 1e-9 }, tokens({ entropy }))).toEqual([
      0, 0, 0, 5, 0,
    ]);
  });

  test("keeps all tokens at the threshold", () => {
    const tied = tokens({ entropy: [1, 1, 1, 0] });
    expect(weights({ kind: "high-entropy", share: 0.25 }, tied)).toEqual([4 / 3, 4 / 3, 4 / 3, 0]);
  });

  test.each(SEEDS)(
    "has factors of mean 1, and no kept entropy below a dropped one (%i)",
    (seed) => {
      const given = random(seed);
      const found = weights({ kind: "high-entropy" }, given);
      expect(meanOf(found)).toBeCloseTo(1, 12);
      const of = (kept: boolean): number[] =>
        [...given.entropy].filter((_, n) => found[n]! > 0 === kept);
      expect(of(true)).toHaveLength(40);
      expect(Math.min(...of(true))).toBeGreaterThan(Math.max(...of(false)));
    },
  );

  test("tells the kept tokens as the chosen ones", () => {
    const config = interventionConfig.parse({ kind: "high-entropy" });
    expect([0, 5].map((factor) => isChosen(config, factor))).toEqual([false, true]);
    const other = interventionConfig.parse({ kind: "steer" });
    expect([0, 1, 5].map((factor) => isChosen(other, factor))).toEqual([true, false, true]);
  });
});

describe("the entropy-shaped advantage", () => {
  const shaped = (given: WeighedTokens, settings = {}): number[] => [
    ...reshapeAdvantages(
      given,
      interventionConfig.parse({ kind: "entropy-advantage", ...settings }),
      0,
    ),
  ];

  test("is A + min(0.4 H, |A| / 2)", () => {
    const given = tokens({ advantage: [1, 1, -0.2, 0], entropy: [0.5, 2, 2, 2] });
    expect(apart(shaped(given), [1.2, 1.5, -0.1, 0])).toBeLessThan(1e-12);
    expect(apart(shaped(given, { alpha: 0.1, kappa: 4 }), [1.05, 1.2, -0.15, 0])).toBeLessThan(
      1e-12,
    );
  });

  test.each(SEEDS)("never lowers an advantage, nor changes its sign (%i)", (seed) => {
    const given = random(seed);
    shaped(given).forEach((value, n) => {
      expect(value).toBeGreaterThanOrEqual(given.advantage[n]!);
      expect(Math.sign(value)).toBe(Math.sign(given.advantage[n]!));
    });
  });
});

describe("STEER", () => {
  const entropyOf = (p: number): number => -p * Math.log(p) - (1 - p) * Math.log(1 - p);
  /** Tokens of two-way choices: π, π_old, A. Their m are 0, .0109861, .0494376 and .8898760. */
  const cases = [
    [0.5, 0.5, 1],
    [0.9, 0.9, 0.5],
    [0.9, 0.8, -2],
    [0.1, 0.2, 1],
  ] as const;
  const given = (rows: readonly (readonly [number, number, number])[]): WeighedTokens =>
    tokens({
      logProb: logs(...rows.map(([p]) => p)),
      oldLogProb: logs(...rows.map(([, old]) => old)),
      advantage: rows.map(([, , A]) => A),
      entropy: rows.map(([p]) => entropyOf(p)),
    });

  test("has these factors", () => {
    const four = weights({ kind: "steer" }, given(cases));
    expect(apart(four, [1, 0.99724893, 0.98767966, 0.8])).toBeLessThan(1e-8);
    const small = weights({ kind: "steer" }, given(cases.slice(0, 2))); // both below 0.02
    expect(apart(small, [1, 0.88464033])).toBeLessThan(1e-8);
    const linear = weights({ kind: "steer", map: "linear" }, given(cases));
    expect(apart(linear, [1.2, 1.19506173, 1.17777778, 0.8])).toBeLessThan(1e-8);
  });

  test("takes the middle of the linear map where all changes are equal", () => {
    const equal = given([cases[1], cases[1]]);
    expect(weights({ kind: "steer", map: "linear", lowest: 0.5, highest: 2 }, equal)).toEqual([
      1.25, 1.25,
    ]);
  });

  test.each(SEEDS)("stays within its bounds and reaches the lower one (%i)", (seed) => {
    for (const [map, top] of [
      ["exponential", 1],
      ["linear", 1.2],
    ] as const) {
      const found = weights({ kind: "steer", map }, random(seed));
      expect(Math.min(...found)).toBeCloseTo(0.8, 12);
      expect(Math.max(...found)).toBeLessThanOrEqual(top);
    }
  });
});

describe("STARE", () => {
  const given = tokens({
    logProb: [-1, -3, -2, -4, -0.5, -9],
    advantage: [1, 1, 1, -1, -1, 0],
  });

  test("raises the most surprising tokens of positive advantage, and lowers those of negative", () => {
    const config = { kind: "stare", share: 0.5 };
    expect(weights(config, given, 1.1)).toEqual([1, 1.1, 1, 1, 1, 1]); // ⌊1.5⌋ of three
    expect(weights({ ...config, negative: 0.9 }, given, 1.1)).toEqual([1, 1.1, 1, 0.9, 1, 1]);
    expect(weights({ ...config, share: 0.7, negative: 0.9 }, given, 1.2)).toEqual([
      1, 1.2, 1.2, 0.9, 1, 1,
    ]);
  });

  test("does nothing while its gate is shut", () => {
    expect(weights({ kind: "stare", negative: 0.9 }, given, 0)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("leaves a scope without one of the signs alone", () => {
    const right = tokens({ logProb: [-1, -2], advantage: [1, 1] });
    expect(weights({ kind: "stare", negative: 0.5 }, right, 1.1)).toEqual([1, 1.1]);
  });

  test("opens its gate below the target, with a fixed factor or one that moves", () => {
    const config = { kind: "stare", target: 0.3 };
    expect(controlled(config, [0.5, 0.2, 0.3, 0.1])).toEqual([0, 1.1, 0, 1.1]);
    const moving = controlled({ ...config, rate: 0.2, largest: 1.4 }, [0.2, 0.2, 0.2, 0.5, 0.2]);
    expect(apart(moving, [1.3, 1.4, 1.4, 0, 1.4])).toBeLessThan(1e-12); // 1.1, up three times, down, up
    const down = controlled({ ...config, rate: 0.2 }, [0.5, 0.5, 0.2]);
    expect(apart(down, [0, 0, 1.2])).toBeLessThan(1e-12); // never below 1
  });
});

describe("covariance weights", () => {
  /** Covariances 4, 1, 9, of variance 98/9. */
  const given = tokens({ logProb: [-1, -2, -6], advantage: [1, 0, -4] });

  test("have these factors", () => {
    const found = weights({ kind: "covariance-weights" }, given);
    expect(apart(found, [0.98624818, 1.96389207, 0.04985975])).toBeLessThan(1e-8);
    const half = weights({ kind: "covariance-weights", strength: 0.5 }, given);
    expect(apart(half, [1.13810095, 1.6060035, 0.25589556])).toBeLessThan(1e-8);
  });

  test.each(SEEDS)("have mean 1, and do not change with the unit of the advantage (%i)", (seed) => {
    const one = random(seed);
    const found = weights({ kind: "covariance-weights" }, one);
    expect(meanOf(found)).toBeCloseTo(1, 12);
    const scaled = { ...one, advantage: one.advantage.map((value) => 7 * value) };
    expect(apart(weights({ kind: "covariance-weights" }, scaled), found)).toBeLessThan(1e-12);
  });

  test("are 1 where no covariance differs", () => {
    expect(weights({ kind: "covariance-weights" }, tokens({ advantage: [1, 2, 3] }))).toEqual([
      1, 1, 1,
    ]);
  });
});

/** Entropy of the softmax of logits. */
function softmaxEntropy(z: readonly number[]): { readonly p: number[]; readonly H: number } {
  const powers = z.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b);
  const p = powers.map((power) => power / sum);
  return { p, H: -p.reduce((s, one) => s + one * Math.log(one), 0) };
}

/** Entropy after a step along `direction`, less that before, over the step. */
function slope(z: readonly number[], direction: (a: number) => number): number {
  const at = (step: number): number => softmaxEntropy(z.map((x, a) => x + step * direction(a))).H;
  return (at(1e-5) - at(-1e-5)) / 2e-5;
}

const LOGITS = [2, 0.5, 0, -1];

describe("polarity weights", () => {
  test("raise what expands entropy: the sign of dH along A (e_a − p)", () => {
    const { p, H } = softmaxEntropy(LOGITS);
    const square = p.reduce((s, one) => s + one ** 2 * (Math.log(one) + H), 0);
    const rows = p.flatMap((one, a) => [1, -1].map((A) => ({ one, a, A })));
    const given = tokens({
      advantage: rows.map(({ A }) => A),
      polarity: rows.map(({ one }) => square - one * (Math.log(one) + H)),
    });
    const expanding = rows.map(
      ({ a, A }) => slope(LOGITS, (b) => A * ((a === b ? 1 : 0) - p[b]!)) > 0,
    );
    expect(new Set(expanding).size).toBe(2);
    const config = { kind: "polarity-weights", gain: 0.25 };
    expect(weights(config, given, 1)).toEqual(expanding.map((one) => (one ? 1.25 : 0.75)));
    expect(weights(config, given, -1)).toEqual(expanding.map((one) => (one ? 0.75 : 1.25)));
    expect(weights(config, given, 0)).toEqual(rows.map(() => 1));
  });

  test("take the phase from the trend, or from a target", () => {
    // trend before each step: none, 1, 0.95, 0.935
    expect(controlled({ kind: "polarity-weights" }, [1, 0.5, 0.8, 0.94])).toEqual([0, 1, 1, -1]);
    const aimed = { kind: "polarity-weights", target: 0.3 };
    expect(controlled(aimed, [0.2, 0.3, 0.4])).toEqual([1, 0, -1]);
  });
});

describe("the discriminator's band", () => {
  /** Tokens as they may have been drawn: the likeliest four times. Over the vocabulary the mean of S is 0. */
  const DRAWN = [0, 0, 0, 0, 1, 3];
  /** S of each: minus the slope of entropy when its logit rises. */
  const scores = DRAWN.map((a) => -slope(LOGITS, (b) => (a === b ? 1 : 0)));
  const { p, H } = softmaxEntropy(LOGITS);
  const given = tokens({ logProb: logs(...DRAWN.map((a) => p[a]!)), entropy: DRAWN.map(() => H) });

  test("drops tokens whose rise would change entropy otherwise than most", () => {
    const mean = meanOf(scores);
    const deviation = Math.sqrt(meanOf(scores.map((score) => (score - mean) ** 2)));
    for (const band of [0.2, 0.5, 1, 1.5]) {
      const expected = scores.map((score) => (Math.abs(score - mean) > band * deviation ? 0 : 1));
      expect(weights({ kind: "discriminator", band }, given), String(band)).toEqual(expected);
    }
    expect(weights({ kind: "discriminator", band: 1 }, given)).toEqual([1, 1, 1, 1, 0, 0]);
  });

  test.each(SEEDS)("drops a quarter of the tokens at most at two deviations (%i)", (seed) => {
    const dropped = weights({ kind: "discriminator" }, random(seed)).filter((one) => one === 0);
    expect(dropped.length).toBeGreaterThan(0);
    expect(dropped.length).toBeLessThan(50); // Chebyshev
  });
});

describe("entropy ratio clipping", () => {
  const given = tokens({
    entropy: [1, 0.96, 0.95, 0.9, 2.08, 2.1, 2.2, 0, 0.1],
    sampledEntropy: [1, 1, 1, 1, 2, 2, 2, 0, 0],
  });

  test("drops what has moved by the bound or further, up or down", () => {
    expect(weights({ kind: "erc", low: 0.0625, high: 0.0625 }, given)).toEqual([
      1, 1, 1, 0, 1, 1, 0, 1, 0,
    ]);
    const exact = tokens({ entropy: [0.75, 1.5], sampledEntropy: [1, 1] });
    expect(weights({ kind: "erc", low: 0.25, high: 0.5 }, exact)).toEqual([0, 0]);
    expect(weights({ kind: "erc", low: 0.26, high: 0.51 }, exact)).toEqual([1, 1]);
  });
});

describe("EntroPIC's controller", () => {
  test("adds up errors before the step, and is held within ±1", () => {
    const config = { kind: "entropic", target: 0.1 };
    const found = controlled(config, [0.3, 0.2, 0.1, 5, 0.1]);
    // 0.2; 0.01 · 0.2 + 0.1; 0.01 · 0.3; above 1; 0.01 · 5.2
    expect(apart(found, [0.2, 0.102, 0.003, 1, 0.052])).toBeLessThan(1e-12);
    expect(controlled({ ...config, proportional: 20 }, [0])).toEqual([-1]);
  });
});

describe("adaptive entropy", () => {
  test("raises its coefficient below the target, lowers it above, and applies it below alone", () => {
    const config = { kind: "adaptive-entropy", target: 0.2, delta: 0.001, largest: 0.0025 };
    const path = [0.1, 0.1, 0.1, 0.3, 0.2, 0.1];
    const expected = [0.001, 0.002, 0.0025, 0, 0, 0.0015];
    expect(apart(controlled(config, path), expected)).toBeLessThan(1e-15);
    expect(controlled({ ...config, start: 0.002 }, [0.3, 0.3, 0.3, 0.1])).toEqual([0, 0, 0, 0.001]);
  });
});

describe("sign weights", () => {
  test("go by the sign of the advantage and by nothing else", () => {
    const given = { ...random(5, 4), advantage: Float64Array.of(2, -0.1, 0, 1e-9) };
    const config = { kind: "sign-weights", positive: 0.1, negative: 3 };
    expect(weights(config, given)).toEqual([0.1, 3, 1, 0.1]);
  });
});
