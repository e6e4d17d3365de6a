/** ScaleRL's fit of the sigmoid: a grid over asymptote and midpoint, the exponent fitted at each; knows no errors. */
import { ConfigError } from "../../base/errors.ts";

/** Evenly spaced values, both ends included. */
interface GridAxis {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** The grid over the asymptote A and the midpoint C_mid. */
export interface SigmoidGrid {
  readonly asymptote: GridAxis;
  readonly midpoint: GridAxis;
}

/** The best point of the grid. */
export interface SigmoidGridFit {
  readonly R0: number;
  readonly A: number;
  readonly B: number;
  readonly C_mid: number;
  readonly rss: number;
  /** Whether the best point lies on an end of an axis: the grid is then too small, or the data do not bound it. */
  readonly isAsymptoteAtEdge: boolean;
  readonly isMidpointAtEdge: boolean;
  readonly isExponentAtBound: boolean;
}

/** What stays the same over the grid. */
export interface SigmoidGridOptions {
  /** Reward at zero compute; left out: fitted with the exponent. */
  readonly startReward?: number;
  readonly grid: SigmoidGrid;
  /** Limits of B. */
  readonly exponent: readonly [number, number];
}

/** Spacing of the published asymptotes, arXiv:2510.13786, App. A.7. */
const ASYMPTOTE_STEP = 0.005;
const MIDPOINTS = 100;
/** Steps of ln B at one grid point, from the neighbour's exponent. */
const MAX_STEPS = 30;
/** Changes of ln B that end them: the sum of squares of a grid point is flat in it, the exponent reported is not. */
const SEARCH_TOLERANCE = 1e-3;
const FINAL_TOLERANCE = 1e-9;

/**
 * A grid for data without a published one: asymptotes from the middle reward upwards in steps of 0.005, to 1 or, where
 * rewards exceed 1, to their range above their largest; 100 midpoints up to the last x.
 */
export function defaultSigmoidGrid(x: Float64Array, y: Float64Array): SigmoidGrid {
  const sorted = y.toSorted();
  const low = sorted[0] ?? 0;
  const high = sorted.at(-1) ?? 1;
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const from = Math.floor(middle / ASYMPTOTE_STEP) * ASYMPTOTE_STEP;
  const isShare = low >= 0 && high <= 1;
  const to = isShare ? 1 : high + (high - low);
  const last = x.reduce((largest, value) => Math.max(largest, value), 0);
  return {
    asymptote: {
      from,
      to,
      count: isShare ? Math.max(Math.round((to - from) / ASYMPTOTE_STEP) + 1, 2) : MIDPOINTS,
    },
    midpoint: { from: last / MIDPOINTS, to: last, count: MIDPOINTS },
  };
}

function axisValues(name: string, { from, to, count }: GridAxis): Float64Array {
  if (!(from < to) || !Number.isInteger(count) || count < 2) {
    throw new ConfigError(
      "sigmoid-grid",
      `the grid of ${name} must run upwards over at least 2 values, got ${count} from ${from} to ${to}`,
    );
  }
  return Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

/** The exponent (and R0, where it is free) at one grid point. */
interface Inner {
  readonly logB: number;
  readonly R0: number;
  readonly rss: number;
}

/** A one-dimensional fit at one grid point. */
interface InnerProblem {
  /** [n], ln x; −Infinity at x = 0. */
  readonly logX: Float64Array;
  readonly y: Float64Array;
  readonly A: number;
  readonly logMid: number;
  readonly startReward: number | undefined;
}

/** Sums that a Gauss–Newton step in (ln B, R0) needs, at one point. */
interface InnerSums {
  rss: number;
  /** Derivative of the model by ln B: with itself, with the residual, with the derivative by R0. */
  bb: number;
  br: number;
  b0: number;
  zz: number;
  zr: number;
}

/** R0 that fits best at an exponent, which is linear least squares. */
function bestStartReward({ logX, y, A, logMid }: InnerProblem, logB: number): number {
  const B = Math.exp(logB);
  let zz = 0;
  let zr = 0;
  for (let i = 0; i < y.length; i += 1) {
    const rest = 1 / (1 + Math.exp(B * (logX[i]! - logMid))); // 1 − share
    zz += rest ** 2;
    zr += rest * (y[i]! - A * (1 - rest));
  }
  return zz > 0 ? zr / zz : A;
}

function sumsAt({ logX, y, A, logMid }: InnerProblem, logB: number, R0: number): InnerSums {
  const B = Math.exp(logB);
  const gain = A - R0;
  const sums = { rss: 0, bb: 0, br: 0, b0: 0, zz: 0, zr: 0 };
  for (let i = 0; i < y.length; i += 1) {
    const u = B * (logX[i]! - logMid);
    const share = 1 / (1 + Math.exp(-u));
    const residual = y[i]! - R0 - gain * share;
    const slope = gain * share * (1 - share);
    const byLogB = slope === 0 ? 0 : slope * u;
    sums.rss += residual ** 2;
    sums.bb += byLogB ** 2;
    sums.br += byLogB * residual;
    sums.b0 += byLogB * (1 - share);
    sums.zz += (1 - share) ** 2;
    sums.zr += (1 - share) * residual;
  }
  return sums;
}

/** Gauss–Newton step of ln B; with R0 free, of the problem from which R0 has been eliminated. */
function exponentStep({ bb, br, b0, zz, zr }: InnerSums, isFree: boolean): number {
  if (!isFree || zz === 0) return bb > 0 ? br / bb : 0;
  const curvature = bb - b0 ** 2 / zz;
  return curvature > 0 ? (br - (b0 * zr) / zz) / curvature : 0;
}

interface ExponentSearch {
  /** Of ln B. */
  readonly limits: readonly [number, number];
  readonly tolerance: number;
}

function fitExponent(
  problem: InnerProblem,
  start: number,
  { limits: [low, high], tolerance }: ExponentSearch,
): Inner {
  const at = (logB: number): Inner & { readonly sums: InnerSums } => {
    const R0 = problem.startReward ?? bestStartReward(problem, logB);
    const sums = sumsAt(problem, logB, R0);
    return { logB, R0, rss: sums.rss, sums };
  };
  let best = at(start);
  for (let step = 0; step < MAX_STEPS; step += 1) {
    let change = exponentStep(best.sums, problem.startReward === undefined);
    let next = best;
    while (Math.abs(change) > tolerance) {
      const candidate = at(Math.min(Math.max(best.logB + change, low), high));
      if (candidate.rss < best.rss) {
        next = candidate;
        break;
      }
      change /= 2;
    }
    const moved = Math.abs(next.logB - best.logB);
    best = next;
    if (moved <= tolerance) break;
  }
  return best;
}

/**
 * Fits the sigmoid as ScaleRL does: for every asymptote and midpoint of a grid the exponent alone is fitted, and the
 * grid point with the smallest sum of squares is kept.
 *
 * **Gotchas** A and C_mid are known to one grid step only; published numbers are rounded likewise. ScaleRL measures R0
 * and does not fit it, and it drops the points before about one epoch: both are for the caller to do.
 *
 * @param x - [n], ≥ 0, compute in any unit.
 * @param y - [n], reward.
 * @param options - grid, R0, limits of B.
 * @throws {@link ConfigError} for a grid that is not one.
 * @see arXiv:2510.13786, App. A.5 to A.7.
 */
export function fitSigmoidGrid(
  x: Float64Array,
  y: Float64Array,
  options: SigmoidGridOptions,
): SigmoidGridFit {
  const asymptotes = axisValues("the asymptote", options.grid.asymptote);
  const midpoints = axisValues("the midpoint", options.grid.midpoint);
  const logX = x.map(Math.log);
  const [low, high] = options.exponent;
  const limits = [Math.log(low), Math.log(high)] as const;
  const search = { limits, tolerance: SEARCH_TOLERANCE };
  const at = (row: number, column: number): InnerProblem => ({
    logX,
    y,
    A: asymptotes[row]!,
    logMid: Math.log(midpoints[column]!),
    startReward: options.startReward,
  });
  let best = { row: 0, column: 0, logB: 0, rss: Number.POSITIVE_INFINITY };
  for (let row = 0; row < asymptotes.length; row += 1) {
    let logB = 0; // B = 1 is where the published fits start
    for (let column = 0; column < midpoints.length; column += 1) {
      const inner = fitExponent(
        at(row, column),
        Math.min(Math.max(logB, limits[0]), limits[1]),
        search,
      );
      logB = inner.logB;
      if (inner.rss < best.rss) best = { row, column, logB, rss: inner.rss };
    }
  }
  const { row, column } = best;
  const inner = fitExponent(at(row, column), best.logB, { limits, tolerance: FINAL_TOLERANCE });
  return {
    R0: inner.R0,
    A: asymptotes[row]!,
    B: Math.exp(inner.logB),
    C_mid: midpoints[column]!,
    rss: inner.rss,
    isAsymptoteAtEdge: row === 0 || row === asymptotes.length - 1,
    isMidpointAtEdge: column === 0 || column === midpoints.length - 1,
    isExponentAtBound: inner.logB <= limits[0] || inner.logB >= limits[1],
  };
}
