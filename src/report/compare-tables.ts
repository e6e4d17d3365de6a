/** A comparison of arms as sentences and as tables of text, the same for terminal and page; computes no statistic. */
import type { MeanDifference } from "../analyze/compare/arm-difference.ts";
import type { ArmSummary, MeasureSummary } from "../analyze/compare/arm-summary.ts";
import type { ArmCurve, BetweenArms } from "../analyze/compare/between-arms.ts";
import type { ComparisonFinding, CorrectedDifference } from "../analyze/compare/comparison.ts";
import type { CurveDifference, RewardGap } from "../analyze/compare/curve-difference.ts";
import { MEASURES, type MeasureKind } from "../analyze/compare/measures.ts";
import { SIZE_MEASURES, type SizeTrend } from "../analyze/compare/size-trend.ts";
import { IDENTIFYING_F } from "../analyze/fit/instrumental-line.ts";
import { formatBounded, formatEstimate, formatNumber } from "./format-number.ts";

/** Rows under a head; the first cell of a row names the arm. */
export interface CompareTable {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: ReadonlyArray<readonly string[]>;
}

const LEVEL = 0.05;
const NO_NUMBER = "-";
/** As wide as a star, so that numbers stand below each other. */
const UNSTARRED = "  ";
const REWARDS = ["reward", "validation", "bestValidation", "area", "stepsToReward"] as const;
const LAW = ["entropy", "entropyKept", "entropyArea", "a", "b", "ceiling"] as const;
const COMPARED = ["reward", "validation", "stepsToReward", "entropy", "ceiling"] as const;
/** Thresholds of a profile that a table shows. */
const SHOWN_EVERY = 5;

const nameOf = (kind: MeasureKind): string => MEASURES[kind].name;
const rounded = (value: number, digits: number): string =>
  formatNumber(Number(value.toPrecision(digits)));
const shareText = (value: number): string => formatNumber(Number(value.toFixed(2)));

/** What is compared, in one sentence. */
export function compareHead({ arms, baseline, frame, isTargetGiven }: ComparisonFinding): string {
  const runs = arms.reduce((sum, arm) => sum + arm.runs.length, 0);
  const target = targetText(frame.target, isTargetGiven);
  return `arms: ${arms.length}, runs: ${runs}, baseline: ${baseline}; ${target}; means over steps ${frame.steps.join(" to ")}`;
}

function targetText(target: number | undefined, isGiven: boolean): string {
  if (target === undefined) return "no target of steps to reward, as no run ends above all starts";
  return isGiven
    ? `target of steps to reward ${formatNumber(target)}`
    : `target of steps to reward ${rounded(target, 3)}, the lowest end reward of a run above all starts`;
}

/** `0.564 ± 0.028`; without an interval the value alone. */
export function plusMinus(value: number, ci95: readonly [number, number] | undefined): string {
  if (ci95 === undefined || !ci95.every(Number.isFinite)) return rounded(value, 3);
  const half = (ci95[1] - ci95[0]) / 2;
  return `${formatNumber(value, half / 2)} ± ${formatNumber(half, half / 2)}`;
}

/** Says how many of the runs have the number, where not all do. */
export const countedText = (text: string, n: number, runs: number): string =>
  n === runs ? text : `${text} (${n} of ${runs})`;

const summaryText = (summary: MeasureSummary | undefined, runs: number): string =>
  summary === undefined
    ? NO_NUMBER
    : countedText(plusMinus(summary.mean, summary.mean95), summary.n, runs);

/** Every arm by itself: rewards, entropy and law, scores. */
export const armTables = (finding: ComparisonFinding): CompareTable[] => [
  rewardTable(finding),
  lawTable(finding.arms),
  scoreTable(finding),
];

function rewardTable({ arms, frame }: ComparisonFinding): CompareTable {
  return {
    caption: "Reward: mean over seeds ± half the 95 % interval (Student's t)",
    head: ["arm", "seeds", ...REWARDS.map(nameOf)],
    rows: arms.map(({ name, runs, measures, reached }) => [
      name,
      String(runs.length),
      ...REWARDS.map((kind) =>
        measures[kind] === undefined && MEASURES[kind].isCensored && frame.target !== undefined
          ? `${reached} of ${runs.length} get there`
          : summaryText(measures[kind], runs.length),
      ),
    ]),
  };
}

function lawTable(arms: readonly ArmSummary[]): CompareTable {
  return {
    caption: "Entropy and the law R = -a e^H + b: mean ± half the 95 % interval",
    head: ["arm", ...LAW.map(nameOf), "law holds"],
    rows: arms.map(({ name, runs, measures, verdicts }) => [
      name,
      ...LAW.map((kind) => summaryText(measures[kind], runs.length)),
      Object.entries(verdicts)
        .filter(([, count]) => count > 0)
        .map(([holds, count]) => `${count} ${holds}`)
        .join(", "),
    ]),
  };
}

function scoreTable({ arms, baseline, differences, profiles }: ComparisonFinding): CompareTable {
  const shown = [...profiles.tau.keys()].filter((i) => i % SHOWN_EVERY === 0);
  return {
    caption: "End reward: interquartile mean, probability of improvement, share of runs above",
    head: [
      "arm",
      "IQM [bootstrap]",
      `P(> ${baseline})`,
      ...shown.map((at) => rounded(profiles.tau[at] ?? Number.NaN, 3)),
    ],
    rows: arms.map(({ name, measures: { reward } }, i) => {
      const against = differences.find(({ arm }) => arm === name)?.measures.reward;
      return [
        name,
        reward === undefined ? NO_NUMBER : formatBounded({ value: reward.iqm, ci95: reward.iqm95 }),
        against === undefined
          ? NO_NUMBER
          : `${shareText(against.probabilityAbove)}${intervalText(against.probability95)}`,
        ...shown.map((at) => shareText(profiles.arms[i]?.share[at] ?? Number.NaN)),
      ];
    }),
  };
}

const intervalText = (ci95: readonly [number, number] | undefined): string =>
  ci95 === undefined ? "" : ` [${ci95.map(shareText).join(", ")}]`;

/** Every arm less the baseline; a star where that is clear after correction. */
export function differenceTable({ differences, baseline }: ComparisonFinding): CompareTable {
  return {
    caption: `Less ${baseline}, by pairs of one seed where there are any; * p < ${LEVEL} after Holm's correction over arms`,
    head: ["arm", "n", ...COMPARED.map(nameOf)],
    rows: differences.map(({ arm, measures }) => [
      arm,
      countText(measures.reward),
      ...COMPARED.map((kind) => differenceText(measures[kind], measures.reward?.n)),
    ]),
  };
}

/** @param runs - how many it would be of, if all had the number. */
function differenceText(
  difference: CorrectedDifference | undefined,
  runs: number | undefined,
): string {
  if (difference === undefined) return NO_NUMBER;
  const { value, ci95, pHolm, n } = difference;
  const text = countedText(plusMinus(value, ci95), n, runs ?? n);
  return `${text}${(pHolm ?? 1) < LEVEL ? " *" : UNSTARRED}`;
}

function countText(difference: MeanDifference | undefined): string {
  if (difference === undefined) return NO_NUMBER;
  if (!difference.paired) return `${difference.n} apart`;
  return difference.n === 1 ? "1 pair" : `${difference.n} pairs`;
}

/** Whether every arm lies on the baseline's curve. */
export function curveTable({ between, baseline }: ComparisonFinding): CompareTable {
  return {
    caption: `Same entropy, other reward? Fitted reward less that of ${baseline}, at entropies H that both have`,
    head: ["arm", "H", "at the least H", "in the middle", "at the largest", "p (Holm)", "noise of"],
    rows: between.curves.map(curveRow),
  };
}

function curveRow({ arm, difference, pHolm }: ArmCurve): string[] {
  if ("explanation" in difference) return [arm, difference.explanation];
  const [low, , high] = difference.gaps;
  return [
    arm,
    [low, high].map(({ entropy }) => rounded(entropy, 3)).join(" to "),
    ...difference.gaps.map(({ value, ci95 }) => plusMinus(value, ci95)),
    pHolm === undefined ? NO_NUMBER : rounded(pHolm, 2),
    NOISE_WORDS[difference.from],
  ];
}

const NOISE_WORDS: { readonly [F in CurveDifference["from"]]: string } = {
  seeds: "seeds",
  pooled: "seeds of both",
  fits: "steps alone",
};

/** The slope between arms, and what it may be owed to. */
export function slopeSentences({ slope, doubts }: BetweenArms): string[] {
  if (slope.status === "degenerate") return [`No slope between arms: ${slope.explanation}`];
  const known = `${slope.arms} arms at ${slope.steps} common steps, first-stage F ${rounded(slope.firstStageF, 3)}`;
  // Doubts about what a number means are idle where there is none.
  if (slope.firstStageF < IDENTIFYING_F) {
    return [
      `No slope between arms: their entropies do not differ enough (${known}; ${IDENTIFYING_F} is needed)`,
    ];
  }
  return [`a between arms: ${formatEstimate(slope.a)} (${known})`, ...doubts];
}

/** Which arms are not on the baseline's curve, and what that can mean. */
export function curveSentences({ between, baseline }: ComparisonFinding): string[] {
  const apart = between.curves.filter(({ differs }) => differs);
  if (apart.length === 0) return [noneApart(between.curves, baseline)];
  return [...apart.map((curve) => differsSentence(curve, baseline)), CLOCK];
}

/** That no arm is clearly off the baseline's curve, which says nothing of arms that could not be tested. */
export function noneApart(curves: readonly ArmCurve[], baseline: string): string {
  const tested = curves.filter(({ pHolm }) => pHolm !== undefined).length;
  if (tested === 0) {
    return `Of ${armCount(curves.length)} none can be tested against the curve of ${baseline}: that takes common entropies and several runs`;
  }
  const which = tested === curves.length ? "" : ` that can be tested (of ${curves.length})`;
  return `Of ${armCount(tested)}${which} none is clearly off the curve of ${baseline}`;
}

/** `1 arm`, `2 arms`. */
export const armCount = (count: number): string => `${count} ${count === 1 ? "arm" : "arms"}`;

const CLOCK =
  "Arms that keep their entropy reach one entropy at a later step: what training alone does in between is part of the gap";

/** The gap that is clearest. */
function differsSentence({ arm, difference }: ArmCurve, baseline: string): string {
  if ("explanation" in difference) return difference.explanation;
  const p = (gap: RewardGap): number => gap.p ?? 1;
  const gap = difference.gaps.reduce((clearest, one) => (p(one) < p(clearest) ? one : clearest));
  const side = gap.value > 0 ? "higher" : "lower";
  return `${arm} is not on the curve of ${baseline}: at ${rounded(gap.entropy, 2)} nats its reward is ${rounded(Math.abs(gap.value), 2)} ${side}; a and b belong to the arm`;
}

/** What the columns are, in one sentence. */
export function measureSentence(): string {
  return [...REWARDS, ...LAW]
    .filter((kind) => kind !== "b")
    .map((kind) => `${kind === "a" ? "a, b" : nameOf(kind)}: ${MEASURES[kind].what}`)
    .join("; ");
}

/** How a, b and the ceiling go with the size of the policy; nothing where there are not three sizes. */
export function sizeSentences(sizes: SizeTrend | undefined): string[] {
  if (sizes === undefined) return [];
  const { points, lines } = sizes;
  const counts = points.map(({ parameters }) => formatNumber(parameters)).join(", ");
  return [
    `N, parameters without embeddings (12 L D²): ${counts}`,
    ...SIZE_MEASURES.flatMap((kind) => {
      const line = lines[kind];
      return line === undefined
        ? []
        : `${nameOf(kind)} = ${rounded(line.intercept, 3)} + slope x ln N, slope ${formatBounded(line.slope)}, R² ${shareText(line.r2)}`;
    }),
  ];
}
