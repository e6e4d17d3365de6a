/** Which of two arms scales better: by asymptote, or by exponent where the asymptotes are alike? */
import { fitLaw } from "../fit/fit-law.ts";
import { mean, variance } from "../fit/moments.ts";
import type { Estimate, SolvedFit } from "../fit/result.ts";
import { short } from "../fit/short-number.ts";
import { type ScalingFinding, heldStart } from "./scaling-curve.ts";
import { type ScalingLine, scalingLine } from "./scaling-line.ts";

/** One parameter of an arm, over its runs. */
export interface ArmValue {
  /** Mean over runs. */
  readonly mean: number;
  /** Half of the range over runs; undefined for a single one. */
  readonly halfRange: number | undefined;
  /** Standard error of the mean: the larger of what the fits say and what the runs' spread says. */
  readonly se: number;
}

/** How far asymptotes may differ and still count as alike. */
export interface AsymptoteMargin {
  readonly value: number;
  /** `given` by the caller, the half-range of the `seeds`, or the `published` .02. */
  readonly source: "given" | "seeds" | "published";
}

/** What the rule says, always of the first arm against the second. */
type ScalingOutcome = "higher-asymptote" | "higher-exponent" | "tie";

/** Two arms held against each other. */
export interface ScalingComparison {
  readonly outcome: ScalingOutcome;
  /** Index of the better arm, 0 or 1; undefined at a tie. */
  readonly winner: 0 | 1 | undefined;
  readonly margin: AsymptoteMargin;
  /** Asymptote of each arm, from the curves as they were fitted. */
  readonly A: readonly [ArmValue, ArmValue];
  /** Mean of both asymptotes, at which the curves were fitted again; undefined where the asymptotes decide. */
  readonly commonA: number | undefined;
  /** Exponents at that asymptote. */
  readonly B: readonly [ArmValue, ArmValue] | undefined;
  /** Straightened points of every run at that asymptote, by arm. */
  readonly lines: readonly [readonly ScalingLine[], readonly ScalingLine[]] | undefined;
  /** What keeps the outcome from being relied on, as sentences; empty where nothing does. */
  readonly doubts: readonly string[];
}

/** arXiv:2510.13786, App. A.6: three runs differed by up to .015. */
const PUBLISHED_MARGIN = 0.02;
const NORMAL_95 = 1.96;

type Arm = readonly ScalingFinding[];

/** The margin on A: as given, from the seeds of either arm, or the published one. */
function asymptoteMargin(arms: readonly Arm[], given?: number): AsymptoteMargin {
  if (given !== undefined) return { value: given, source: "given" };
  const ranges = arms
    .map((arm) => armAsymptote(arm)?.halfRange)
    .filter((range) => range !== undefined);
  return ranges.length === 0
    ? { value: PUBLISHED_MARGIN, source: "published" }
    : { value: Math.max(...ranges), source: "seeds" };
}

/**
 * ScaleRL's rule: asymptotes that differ by more than the margin decide; otherwise both arms are fitted again at their
 * mean asymptote, and the exponents decide if they differ by more than their errors allow.
 *
 * @returns undefined if an arm has no curve.
 * @see arXiv:2510.13786, App. A.6 and A.7. It gives no margin on B: the errors of the fits, and of the seeds, stand for
 *   one here.
 */
export function compareScaling(
  arms: readonly [Arm, Arm],
  givenMargin?: number,
): ScalingComparison | undefined {
  const margin = asymptoteMargin(arms, givenMargin);
  const [first, second] = arms.map(armAsymptote);
  if (first === undefined || second === undefined) return undefined;
  const A = [first, second] as const;
  const doubts = [...asymptoteDoubts(A, margin), ...arms.flatMap(flagged)];
  if (Math.abs(first.mean - second.mean) > margin.value) {
    const winner = first.mean > second.mean ? 0 : 1;
    return {
      outcome: "higher-asymptote",
      winner,
      margin,
      A,
      commonA: undefined,
      B: undefined,
      lines: undefined,
      doubts,
    };
  }
  const commonA = (first.mean + second.mean) / 2;
  const [one, other] = [refitAt(arms[0], commonA), refitAt(arms[1], commonA)];
  const [B0, B1] = [armValue(one.fits, "B"), armValue(other.fits, "B")];
  if (B0 === undefined || B1 === undefined) return undefined;
  const difference = B0.mean - B1.mean;
  const isClear = Math.abs(difference) > NORMAL_95 * Math.hypot(B0.se, B1.se);
  return {
    outcome: isClear ? "higher-exponent" : "tie",
    winner: isClear ? (difference > 0 ? 0 : 1) : undefined,
    margin,
    A,
    commonA,
    B: [B0, B1],
    lines: [one.lines, other.lines],
    doubts,
  };
}

/** Asymptote of an arm over its runs; undefined where none has a curve. */
export function armAsymptote(arm: Arm): ArmValue | undefined {
  return armValue(solvedOf(arm), "A");
}

const solvedOf = (arm: Arm): SolvedFit[] =>
  arm.map(({ sigmoid }) => sigmoid).filter((fit) => fit.status !== "degenerate");

/** A parameter over the runs of an arm; undefined without a run. */
function armValue(fits: readonly SolvedFit[], name: "A" | "B"): ArmValue | undefined {
  if (fits.length === 0) return undefined;
  const estimates = fits.map((fit): Estimate => fit.parameters[name]!);
  const values = Float64Array.from(estimates, ({ value }) => value);
  const ofFits = Math.sqrt(estimates.reduce((sum, { se }) => sum + se ** 2, 0)) / fits.length;
  const isSingle = fits.length === 1;
  return {
    mean: mean(values),
    halfRange: isSingle ? undefined : (Math.max(...values) - Math.min(...values)) / 2,
    se: isSingle ? ofFits : Math.max(ofFits, Math.sqrt(variance(values, 1) / fits.length)),
  };
}

/** Every run of an arm with the asymptote held. */
function refitAt(
  arm: Arm,
  commonA: number,
): { readonly fits: SolvedFit[]; readonly lines: ScalingLine[] } {
  const solved = arm.flatMap(({ input }) => {
    const fixed = { ...heldStart(input).fixed, A: commonA };
    const fit = fitLaw("sigmoid", input.x, input.reward, { fixed });
    return fit.status === "degenerate" ? [] : [{ fit, line: scalingLine(input, fit) }];
  });
  return { fits: solved.map(({ fit }) => fit), lines: solved.map(({ line }) => line) };
}

/** The rule takes asymptotes as known to within its margin; fits that are not say nothing by it. */
function asymptoteDoubts(A: readonly [ArmValue, ArmValue], margin: AsymptoteMargin): string[] {
  const error = Math.hypot(A[0].se, A[1].se);
  const doubts: string[] = [];
  if (NORMAL_95 * error > Math.max(margin.value, Math.abs(A[0].mean - A[1].mean))) {
    doubts.push(
      `the asymptotes are known to ${short(NORMAL_95 * error)} only, which is more than their difference and the margin`,
    );
  }
  if (margin.source === "seeds" && margin.value < PUBLISHED_MARGIN) {
    doubts.push(
      `the margin is the half-range of few seeds, ${short(margin.value)}, which is less than the published ${PUBLISHED_MARGIN}`,
    );
  }
  return doubts;
}

const flagged = (arm: Arm): string[] =>
  arm.flatMap(({ input, flags }) => flags.map((flag) => `${input.log}: ${flag}`));
