/** Fits any law by any classical method, with its intervals; knows no log, no verdict and no instrument. */
import { ConfigError, ShapeError } from "../../base/errors.ts";
import { describeSolution } from "./describe-solution.ts";
import { laws } from "./laws.ts";
import { isConstant } from "./line.ts";
import type { DegenerateReason, FitMethod, LawFit, LawKind } from "./result.ts";
import type { SigmoidGrid } from "./sigmoid-grid.ts";
import { type FitTask, type Obstacle, solvers } from "./solvers.ts";

/** How to fit. */
export interface FitLawOptions {
  /** Default: `ols` for a linear law, else `lm`. `iv` is not made here. */
  readonly method?: FitMethod | undefined;
  /** Parameters held at a value, by name: they are not estimated and have no error. */
  readonly fixed?: Readonly<Record<string, number>> | undefined;
  /** Limits of parameters in place of the law's own, by name; for `lm` and `grid`. */
  readonly bounds?: Readonly<Record<string, readonly [number, number]>> | undefined;
  /** Replicates of the moving-block bootstrap; default 0, none. */
  readonly bootstrap?: number | undefined;
  /** Seed of the bootstrap; default 0. */
  readonly seed?: number | undefined;
  /** Whether to profile the likelihood, which costs some dozens of fits a parameter; default false. */
  readonly profile?: boolean | undefined;
  /** `deming`: variance of the noise of R over that of the law's regressor; default: both from second differences. */
  readonly noiseRatio?: number | undefined;
  /** `grid`: where to search; default: made from the data. */
  readonly grid?: SigmoidGrid | undefined;
}

/** Points a fit must have beyond its parameters for a residual variance that means something. */
const SPARE_POINTS = 3;

/**
 * Fits one law.
 *
 * Intervals are value ± t × se with n − p degrees of freedom, for white residuals; `neweyWestSe` allows for residuals
 * with short memory. Whatever keeps a fit from being made is a result with the status `degenerate`, not an exception.
 * A reward that never changes is no such thing: the linear laws then say slope 0 with R² 0.
 *
 * @param kind - which law.
 * @param x - [n], entropy in nats or progress, as the law wants; in order of step.
 * @param y - [n], reward.
 * @throws {@link ConfigError} for a method that cannot fit the law, or options that contradict it;
 * {@link ShapeError} if x and y differ in length.
 */
export function fitLaw(
  kind: LawKind,
  x: Float64Array,
  y: Float64Array,
  options: FitLawOptions = {},
): LawFit {
  if (x.length !== y.length) {
    throw new ShapeError(
      "law-length",
      `x and reward must have one length, got ${x.length} and ${y.length}`,
    );
  }
  const law = laws[kind];
  const method = options.method ?? (law.isLinear ? "ols" : "lm");
  if (method === "iv") {
    throw new ConfigError(
      "method-of-law",
      `the method iv fits the law entropy alone, got ${kind}`,
      {
        fix: law.isLinear ? "use --method ols" : "use --method lm",
      },
    );
  }
  const task: FitTask = {
    law,
    x,
    y,
    fixed: options.fixed ?? {},
    bounds: options.bounds ?? {},
    noiseRatio: options.noiseRatio,
    grid: options.grid,
  };
  const outcome = obstacleIn(task) ?? solvers[method](task);
  if ("reason" in outcome) {
    return { status: "degenerate", law: kind, method, n: x.length, ...outcome };
  }
  const { bootstrap = 0, seed = 0, profile = false } = options;
  return describeSolution(task, outcome, { method, bootstrap, seed, profile });
}

/** What the data lack for this law, before any fit is tried. */
function obstacleIn({ law, x, y, fixed }: FitTask): Obstacle | undefined {
  const n = x.length;
  const needed = law.parameters.length - Object.keys(fixed).length + SPARE_POINTS;
  const say = (reason: DegenerateReason, explanation: string): Obstacle => ({
    reason,
    explanation,
  });
  if (n < needed) {
    return say("too-few-points", `the law ${law.kind} needs at least ${needed} points, got ${n}`);
  }
  const broken = x.findIndex((value, i) => !Number.isFinite(value + y[i]!));
  if (broken !== -1) {
    return say(
      "not-finite",
      `x and reward must be finite, got ${x[broken]} and ${y[broken]} at point ${broken + 1} of ${n}`,
    );
  }
  const smallest = x.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  if (
    (law.domain === "positive" && smallest <= 0) ||
    (law.domain === "non-negative" && smallest < 0)
  ) {
    return say("x-outside-domain", `the law ${law.kind} needs a ${law.domain} x, got ${smallest}`);
  }
  if (law.parameters.length > 1 && isConstant(x)) {
    return say("constant-x", `x is ${x[0]} at all ${n} points, which says nothing about a slope`);
  }
  if (!law.isLinear && isConstant(y)) {
    return say(
      "not-identified",
      `reward is ${y[0]} at all ${n} points: a curve has no shape there`,
    );
  }
  if (law.regressor !== undefined && !x.map(law.regressor).every(Number.isFinite)) {
    return say("not-finite", `${law.formula} overflows at H = ${Math.max(...x)}`);
  }
  return undefined;
}
