/** The arms of an ablation against each other, from logs to one finding; knows no output. */
import { ConfigError, DataError } from "../../base/errors.ts";
import type { FileSystem } from "../../base/file-system.ts";
import { makeRng } from "../../base/random.ts";
import {
  measureDifferentEntropies,
  mixedDefinitionWarnings,
} from "../../ingest/mixed-definitions.ts";
import type { StepLog } from "../../log/step-log.ts";
import { type ArmDifference, armDifference } from "./arm-difference.ts";
import {
  type ArmProfile,
  type ArmSummary,
  measureRuns,
  profileOf,
  summarizeArm,
  valuesOf,
} from "./arm-summary.ts";
import { type ArmRequest, armsOfRuns, baselineOf } from "./arms-of-runs.ts";
import { betweenArms, type BetweenArms } from "./between-arms.ts";
import { comparisonNotes } from "./comparison-notes.ts";
import { holm } from "./holm.ts";
import {
  endOf,
  firstMeanOf,
  MEASURE_KINDS,
  type MeasureFrame,
  type MeasureKind,
} from "./measures.ts";
import { identifyRun, type RunIdentity } from "./run-identity.ts";
import { type RunSeries, runSeriesOf } from "./run-series.ts";
import { sizeTrend, type SizeTrend } from "./size-trend.ts";

/** What a caller may choose. */
export interface CompareRequest extends Omit<ArmRequest, "byName"> {
  /** Who each run is, where the caller knows: arms are then those named. Default: by the manifests and names of the logs. */
  readonly known?: readonly Omit<RunIdentity, "log">[] | undefined;
  /** Arm that the others are held against. */
  readonly baseline?: string | undefined;
  /** Reward for `stepsToReward`; default: the lowest end reward of a run that is above all first ones. */
  readonly target?: number | undefined;
  /** Whether logs that measured different entropies are compared all the same. Default false. */
  readonly allowsMixed?: boolean | undefined;
  /** Of the bootstraps. Default 0. */
  readonly seed?: number | undefined;
}

/** A difference to the baseline, corrected for the number of arms. */
export type CorrectedDifference = ArmDifference & { readonly pHolm: number | undefined };

/** One arm less the baseline. */
interface BaselineDifference {
  readonly arm: string;
  readonly measures: { readonly [K in MeasureKind]: CorrectedDifference | undefined };
}

/** Everything that is said of some arms. */
export interface ComparisonFinding {
  readonly arms: readonly ArmSummary[];
  /** Name of the arm that the others are held against. */
  readonly baseline: string;
  readonly frame: MeasureFrame;
  /** Whether arms were told by the names of logs alone. */
  readonly isNamedOnly: boolean;
  /** Whether `frame.target` was asked for. */
  readonly isTargetGiven: boolean;
  readonly differences: readonly BaselineDifference[];
  readonly between: BetweenArms;
  /** Undefined unless there are three sizes of the baseline. */
  readonly sizes: SizeTrend | undefined;
  /** Thresholds of the profiles, and the profile of each arm. */
  readonly profiles: { readonly tau: Float64Array; readonly arms: readonly ArmProfile[] };
  /** What a reader must know. */
  readonly notes: readonly string[];
}

const PROFILE_POINTS = 21;

/**
 * Compares the arms that some logs are runs of.
 *
 * @param fs - where the manifests of run directories are.
 * @throws ConfigError for settings or a baseline that do not exist; DataError if a log has no entropy or no reward, two
 * runs are the same seed of one arm, or entropies of different definitions are mixed.
 */
export function compareRuns(
  fs: FileSystem,
  logs: readonly StepLog[],
  request: CompareRequest = {},
): ComparisonFinding {
  if (logs.length === 0) throw new ConfigError("no-runs", "a comparison needs runs, got none");
  refuseMixed(logs, request.allowsMixed ?? false);
  const { known } = request;
  const { arms: sorted, notes } = armsOfRuns(
    logs.map((log, i) => ({ log: log.source, ...(known?.[i] ?? identifyRun(fs, log)) })),
    { ...request, byName: known !== undefined },
  );
  const base = baselineOf(sorted, request.baseline) ?? sorted[0]!;
  const series = logs.map(runSeriesOf);
  const frame: MeasureFrame = {
    target: request.target ?? lowestRise(series),
    steps: sharedRange(series),
  };
  const rng = makeRng(request.seed ?? 0, "compare");
  const arms = sorted.map((arm) =>
    summarizeArm(arm.name, measureRuns(arm, series, frame), rng.stream(arm.name)),
  );
  const baseline = arms[sorted.indexOf(base)]!;
  const tau = thresholds(arms);
  return {
    arms,
    baseline: baseline.name,
    frame,
    isNamedOnly: sorted.some(({ config }) => config === undefined),
    isTargetGiven: request.target !== undefined,
    differences: differencesTo(baseline, arms, request.seed ?? 0),
    between: betweenArms(arms, baseline, sorted),
    sizes: sizeTrend(arms, sorted, baseline.name),
    profiles: {
      tau,
      arms: arms.map((arm) => profileOf(arm, tau, rng.stream(`${arm.name}/profile`))),
    },
    notes: [...notes, ...comparisonNotes({ logs, series, arms: sorted, frame })],
  };
}

function refuseMixed(logs: readonly StepLog[], allowsMixed: boolean): void {
  if (allowsMixed || !measureDifferentEntropies(logs)) return;
  throw new DataError(
    "mixed-entropy",
    `arms must have one entropy, got: ${mixedDefinitionWarnings(logs).join("; ")}`,
    {
      fix: "name columns that were computed alike with --entropy, or allow it with --allow-mixed",
    },
  );
}

/** The lowest end reward of a run that no run has from the start: a run that collapsed sets no target. */
function lowestRise(series: readonly RunSeries[]): number | undefined {
  const rewards = series.map(({ law }) => law.series.reward);
  const start = Math.max(...rewards.map(firstMeanOf));
  const ends = rewards.map(endOf).filter((end) => end > start);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

const firstAndLast = ({ law }: RunSeries): readonly [number, number] => [
  law.series.step[0]!,
  law.series.step.at(-1)!,
];

const sharedRange = (series: readonly RunSeries[]): readonly [number, number] => [
  Math.max(...series.map((run) => firstAndLast(run)[0])),
  Math.min(...series.map((run) => firstAndLast(run)[1])),
];

/** Evenly from the lowest end reward of a run to the highest. */
function thresholds(arms: readonly ArmSummary[]): Float64Array {
  const rewards = arms.flatMap((arm) => valuesOf(arm.runs, "reward").map(({ value }) => value));
  const [low, high] = [Math.min(...rewards), Math.max(...rewards)];
  return Float64Array.from(
    { length: PROFILE_POINTS },
    (_, i) => low + ((high - low) * i) / (PROFILE_POINTS - 1),
  );
}

function differencesTo(
  baseline: ArmSummary,
  arms: readonly ArmSummary[],
  seed: number,
): BaselineDifference[] {
  const others = arms.filter((arm) => arm !== baseline);
  const columns = MEASURE_KINDS.map((kind) => {
    const found = others.map((arm) =>
      armDifference(
        valuesOf(arm.runs, kind),
        valuesOf(baseline.runs, kind),
        makeRng(seed, `compare/difference/${arm.name}/${kind}`),
      ),
    );
    const adjusted = holm(found.map((difference) => difference?.p));
    return found.map((difference, i) =>
      difference === undefined ? undefined : { ...difference, pHolm: adjusted[i] },
    );
  });
  return others.map(({ name }, i) => ({
    arm: name,
    measures: Object.fromEntries(
      MEASURE_KINDS.map((kind, k) => [kind, columns[k]![i]]),
    ) as BaselineDifference["measures"], // one entry a kind
  }));
}
