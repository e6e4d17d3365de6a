/** The law between arms: the slope that their differences show, and whether they lie on one curve. */
import { configDifferences } from "../../log/config-difference.ts";
import { armsSlope, type ArmsDegenerate, type ArmsSlope, meanArm } from "../fit/arms.ts";
import type { ArmSummary } from "./arm-summary.ts";
import type { RunArm } from "./arms-of-runs.ts";
import { curveDifference, type CurveDifference, type CurvesApart } from "./curve-difference.ts";
import { holm } from "./holm.ts";

/** An arm's curve against the baseline's. */
export interface ArmCurve {
  readonly arm: string;
  readonly difference: CurveDifference | CurvesApart;
  /** p after Holm's correction over arms; undefined without several runs of either arm. */
  readonly pHolm: number | undefined;
  /** Whether it is below 5 %: at the same entropy the arm has another reward. */
  readonly differs: boolean;
}

/** All that is said between arms. */
export interface BetweenArms {
  /** Slope of reward on e^H between the arms, each the mean of its runs, at the same steps. */
  readonly slope: ArmsSlope | ArmsDegenerate;
  /** Why the slope may not be that of the law. */
  readonly doubts: readonly string[];
  /** Of each arm but the baseline. */
  readonly curves: readonly ArmCurve[];
}

const LEVEL = 0.05;
const PAIR =
  "two arms cannot tell the slope from what else sets them apart: three are the least that can";
/** What may differ between arms that only steer entropy differently; it moves no clock by itself. */
const STEERING = ["intervention", "loss", "seed", "log", "checkpoint", "evaluation"] as const;

/** Asks what the arms say together. */
export function betweenArms(
  arms: readonly ArmSummary[],
  baseline: ArmSummary,
  identities: readonly RunArm[],
): BetweenArms {
  const others = arms.filter((arm) => arm !== baseline);
  const found = others.map(
    ({ name, runs }) => [name, curveDifference(curveRuns(runs), curveRuns(baseline.runs))] as const,
  );
  // Seeds of one arm differ by more than the noise within a run, which says nothing of arms.
  const adjusted = holm(
    found.map(([, one]) => ("explanation" in one || one.from === "fits" ? undefined : one.p)),
  );
  return {
    slope: armsSlope(arms.map(({ runs }) => meanArm(runs.map(({ series }) => series.law.series)))),
    doubts: [...(arms.length === 2 ? [PAIR] : []), ...slopeDoubts(identities)],
    curves: found.map(([arm, difference], i) => ({
      arm,
      difference,
      pHolm: adjusted[i],
      differs: (adjusted[i] ?? 1) < LEVEL,
    })),
  };
}

const curveRuns = (runs: ArmSummary["runs"]) =>
  runs.map(({ series, seed, stratum }) => ({ run: series, seed, stratum }));

function slopeDoubts(arms: readonly RunArm[]): string[] {
  const [first, ...rest] = arms.map(({ config }) => config);
  if (first === undefined || rest.includes(undefined)) {
    return ["the logs do not say whether the runs share their start and differ in steering alone"];
  }
  const paths = new Set(
    rest.flatMap((config) => configDifferences(first, config, STEERING).map(({ path }) => path)),
  );
  return paths.size === 0
    ? []
    : [
        `the arms differ in ${[...paths].toSorted().join(", ")} too, which may move entropy and reward each by itself`,
      ];
}
