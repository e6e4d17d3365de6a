/** The laws as data: formula, derivatives, where to start, what they promise in the end; knows no method of fitting. */
import { mean } from "./moments.ts";
import type { LawKind } from "./result.ts";
import { separableStarts } from "./separable-starts.ts";

/** Values of a law's parameters, in its order. */
type Parameters = readonly number[] | Float64Array;

/** One law R(x). */
export interface Law {
  readonly kind: LawKind;
  /** What x is: policy entropy in nats, or progress in any unit (steps, tokens, GPU-hours). */
  readonly x: "entropy" | "step";
  /** The formula, for people. */
  readonly formula: string;
  /** Parameter names, in order. */
  readonly parameters: readonly string[];
  /** Whether R is linear in all parameters, so that least squares has a closed form. */
  readonly isLinear: boolean;
  /** For a law R = b - a t(x) with parameters (a, b): the t of x. */
  readonly regressor: ((x: number) => number) | undefined;
  /** Which x the formula is defined for. */
  readonly domain: "any" | "non-negative" | "positive";
  /** R at one x. */
  readonly value: (parameters: Parameters, x: number) => number;
  /** dR/d parameter at one x, in the order of the parameters. */
  readonly gradient: (parameters: Parameters, x: number) => readonly number[];
  /** Points to descend from, made from the data, the most promising first; none where the data have no shape to fit. */
  readonly starts: (x: Float64Array, y: Float64Array) => readonly Parameters[];
  /** Limits of the parameters, made from the data; outside them the law says nothing that data could tell apart. */
  readonly bounds: (x: Float64Array) => ReadonlyArray<readonly [number, number]>;
  /** Reward when the resource is spent, which is linear in the parameters: its weights; undefined: no such promise. */
  readonly ceilingWeights: readonly number[] | undefined;
}

const UNBOUNDED = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

/** A curve in log x must bend this much to be told from a straight line, and at most this much from a step. */
const EXPONENT_BOUNDS = [0.05, 20] as const;
/** A midpoint further than this beyond the data, in either direction, is a power law by another name. */
const MIDPOINT_REACH = 100;

function positiveRange(x: Float64Array): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const value of x) {
    if (value > 0) low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [Math.min(low, high), high];
}

/** `count` values from low to high with a constant ratio. */
function geometric(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => low * (high / low) ** (i / (count - 1)));
}

/** The entropy law. @see arXiv:2505.22617, Eq. 6. */
const entropy: Law = {
  kind: "entropy",
  x: "entropy",
  formula: "R = -a e^H + b",
  parameters: ["a", "b"],
  isLinear: true,
  regressor: Math.exp,
  domain: "any",
  value: ([a = 0, b = 0], H) => b - a * Math.exp(H),
  gradient: (_, H) => [-Math.exp(H), 1],
  starts: (_, y) => [[0, mean(y)]],
  bounds: () => [UNBOUNDED, UNBOUNDED],
  ceilingWeights: [-1, 1], // R(0) = b - a
};

/** The rival that cannot be told from the entropy law over a short range of entropy. */
const linear: Law = {
  kind: "linear",
  x: "entropy",
  formula: "R = -a H + b",
  parameters: ["a", "b"],
  isLinear: true,
  regressor: (H) => H,
  domain: "any",
  value: ([a = 0, b = 0], H) => b - a * H,
  gradient: (_, H) => [-H, 1],
  starts: (_, y) => [[0, mean(y)]],
  bounds: () => [UNBOUNDED, UNBOUNDED],
  ceilingWeights: [0, 1], // R(0) = b
};

/** The law that says nothing: what any other has to beat. */
const constant: Law = {
  kind: "constant",
  x: "entropy",
  formula: "R = b",
  parameters: ["b"],
  isLinear: true,
  regressor: undefined,
  domain: "any",
  value: ([b = 0]) => b,
  gradient: () => [1],
  starts: (_, y) => [[mean(y)]],
  bounds: () => [UNBOUNDED],
  ceilingWeights: undefined,
};

/** Share of the gain reached at compute C. */
function sigmoidShare(B: number, C_mid: number, C: number): number {
  return 1 / (1 + (C_mid / C) ** B);
}

/**
 * The sigmoid in log compute. Where x is measured in another unit only C_mid changes.
 *
 * @see arXiv:2510.13786, which calls it a sigmoidal compute-performance curve.
 */
const sigmoid: Law = {
  kind: "sigmoid",
  x: "step",
  formula: "R = R0 + (A - R0) / (1 + (C_mid / C)^B)",
  parameters: ["R0", "A", "B", "C_mid"],
  isLinear: false,
  regressor: undefined,
  domain: "non-negative",
  value: ([R0 = 0, A = 0, B = 0, C_mid = 0], C) => R0 + (A - R0) * sigmoidShare(B, C_mid, C),
  gradient: ([R0 = 0, A = 0, B = 0, C_mid = 0], C) => {
    const share = sigmoidShare(B, C_mid, C);
    // s (1 - s), written so that it is exactly 0 where the share has saturated.
    const slope = (A - R0) * share * (1 - share);
    const byExponent = slope === 0 ? 0 : -slope * Math.log(C_mid / C);
    return [1 - share, share, byExponent, (-slope * B) / C_mid];
  },
  starts: (x, y) => {
    const [low, high] = positiveRange(x);
    return separableStarts(x, y, {
      exponents: [0.25, 0.5, 1, 1.5, 2, 3, 5, 10],
      midpoints: geometric(low, 10 * high, 17),
      share: sigmoidShare,
      parameters: ({ intercept, slope, exponent, midpoint }) => [
        intercept,
        intercept + slope,
        exponent,
        midpoint,
      ],
    });
  },
  bounds: (x) => {
    const [low, high] = positiveRange(x);
    return [UNBOUNDED, UNBOUNDED, EXPONENT_BOUNDS, [low / MIDPOINT_REACH, high * MIDPOINT_REACH]];
  },
  ceilingWeights: [0, 1, 0, 0], // R(∞) = A
};

/**
 * The power law, which is what the sigmoid tends to at high compute, with D = (A - R0) C_mid^B.
 *
 * @see arXiv:2510.13786, where it is the sigmoid's rival.
 */
const power: Law = {
  kind: "power",
  x: "step",
  formula: "R = A - D C^-B",
  parameters: ["A", "D", "B"],
  isLinear: false,
  regressor: undefined,
  domain: "positive",
  value: ([A = 0, D = 0, B = 0], C) => A - D * C ** -B,
  gradient: ([, D = 0, B = 0], C) => {
    const decay = C ** -B;
    return [1, -decay, D * decay * Math.log(C)];
  },
  starts: (x, y) =>
    separableStarts(x, y, {
      exponents: geometric(EXPONENT_BOUNDS[0], EXPONENT_BOUNDS[1], 25),
      midpoints: [1],
      share: (exponent, _, C) => C ** -exponent,
      parameters: ({ intercept, slope, exponent }) => [intercept, -slope, exponent],
    }),
  bounds: () => [UNBOUNDED, UNBOUNDED, EXPONENT_BOUNDS],
  ceilingWeights: [1, 0, 0], // R(∞) = A
};

/** All laws. */
export const laws: { readonly [K in LawKind]: Law & { readonly kind: K } } = {
  entropy: { ...entropy, kind: "entropy" },
  sigmoid: { ...sigmoid, kind: "sigmoid" },
  power: { ...power, kind: "power" },
  linear: { ...linear, kind: "linear" },
  constant: { ...constant, kind: "constant" },
};
