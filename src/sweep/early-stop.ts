/** Which arms of a sweep cannot win any more, by the ceilings that their runs predict; stops nothing itself. */
import { join } from "node:path";
import { DataError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import type { EarlyStopRule } from "../config/sweep-config.ts";
import { fitEntropyLaw } from "../analyze/finding/entropy-law.ts";
import { readSteps } from "../log/read-steps.ts";
import { STEPS } from "../log/run-files.ts";
import { makeTable, type Table } from "../log/table.ts";
import type { Job } from "./launcher.ts";
import { type GivenUp, isGivenUp } from "./sweep-manifest.ts";

/** [low, high]. */
export type Interval = readonly [number, number];

/** An arm as its runs have it so far. */
export interface ArmSoFar {
  readonly arm: string;
  /** Of the ceiling, one a run that has a prediction. */
  readonly ceilings: readonly Interval[];
  /** Hashes of the configurations of the runs that the arm is to have. */
  readonly runs: readonly string[];
  /** Steps that were taken, and that are left. */
  readonly steps: number;
  readonly left: number;
}

/** One run alone may be a lucky one. */
const FEWEST_RUNS = 2;

/**
 * The arms whose every predicted ceiling lies below every predicted ceiling of the best arm.
 *
 * **Details** An arm's interval holds those of all its runs. An arm is judged, and is judged by, once two of its runs have a
 * prediction, or its only one has. The best arm is the one whose interval begins highest. An arm with no steps left is not
 * given up: that would save nothing.
 */
export function hopelessArms(arms: readonly ArmSoFar[]): GivenUp[] {
  const judged = arms.flatMap((arm) => {
    const fewest = Math.min(FEWEST_RUNS, arm.runs.length);
    const interval = arm.ceilings.length >= fewest ? hull(arm) : undefined;
    return interval === undefined ? [] : [{ ...arm, interval }];
  });
  const [first, ...others] = judged;
  if (first === undefined) return [];
  const best = others.reduce((a, b) => (b.interval[0] > a.interval[0] ? b : a), first);
  return judged
    .filter(({ interval, left }) => interval[1] < best.interval[0] && left > 0)
    .map(({ arm, interval, steps, left, runs }) => ({
      arm,
      ceiling: [...interval],
      best: best.arm,
      best_ceiling: [...best.interval],
      steps,
      saved_steps: left,
      config_hashes: [...runs],
    }));
}

function hull({ ceilings }: ArmSoFar): Interval | undefined {
  if (ceilings.length === 0) return undefined;
  return [Math.min(...ceilings.map(([low]) => low)), Math.max(...ceilings.map(([, high]) => high))];
}

/**
 * The interval in which a run's steps so far put its ceiling: the union over the forms of the law that they cannot tell
 * apart; undefined where the law is refuted or does not bound it.
 */
export function ceilingInterval(table: Table): Interval | undefined {
  const { fit, verdict, ceilingBand } = fitEntropyLaw(table, {
    entropy: "entropy",
    reward: "reward",
  });
  if (fit.status === "degenerate" || verdict.holds === "no") return undefined;
  return ceilingBand?.bounded === true ? [ceilingBand.low, ceilingBand.high] : undefined;
}

/** What is known of one run. */
interface Look {
  /** Size of its log, bytes. */
  readonly size: number;
  readonly steps: number;
  /** Steps that the interval is from; 0 before the first judgement. */
  readonly upTo: number;
  readonly ceiling: Interval | undefined;
}

const NOTHING: Look = { size: 0, steps: 0, upTo: 0, ceiling: undefined };

/** Looks at the logs of a sweep while they grow. */
export class EarlyStopWatch {
  private readonly looks = new Map<string, Look>();
  private readonly named: Set<string>;
  private readonly fs: FileSystem;
  private readonly jobs: readonly Job[];
  private readonly rule: EarlyStopRule;

  /** @param before - arms that were given up already. */
  constructor(
    fs: FileSystem,
    jobs: readonly Job[],
    { rule, before }: { readonly rule: EarlyStopRule; readonly before: readonly GivenUp[] },
  ) {
    this.fs = fs;
    this.jobs = jobs;
    this.rule = rule;
    const open = new Set(jobs.flatMap(({ run }) => (isGivenUp(before, run) ? [] : [run.arm])));
    this.named = new Set(jobs.map(({ run }) => run.arm).filter((arm) => !open.has(arm)));
  }

  /** Arms to give up now; each is named once. A run is judged at every `every`th step alone, whenever this is called. */
  look(): GivenUp[] {
    const isNew = this.jobs.map((job) => this.refresh(job)).some(Boolean);
    if (!isNew) return [];
    const found = hopelessArms(this.armsSoFar()).filter(({ arm }) => !this.named.has(arm));
    for (const { arm } of found) this.named.add(arm);
    return found;
  }

  /** @returns whether there is a new prediction. */
  private refresh({ run, directory }: Job): boolean {
    const file = join(directory, STEPS);
    const { size = 0 } = this.fs.status(file) ?? {};
    const before = this.looks.get(run.id) ?? NOTHING;
    if (size === before.size) return false;
    const table = this.readSteps(file);
    if (table === undefined) return false;
    const { after, every } = this.rule;
    const upTo =
      table.length < after ? 0 : after + Math.floor((table.length - after) / every) * every;
    const ceiling = upTo === before.upTo ? before.ceiling : ceilingInterval(prefix(table, upTo));
    this.looks.set(run.id, { size, steps: table.length, upTo, ceiling });
    return upTo !== before.upTo;
  }

  /** A log that is damaged is its run's failure, which others report; no arm is judged by it. */
  private readSteps(file: string): Table | undefined {
    try {
      return readSteps(this.fs, file).table;
    } catch (error) {
      if (error instanceof DataError) return undefined;
      throw error;
    }
  }

  private armsSoFar(): ArmSoFar[] {
    return [...Map.groupBy(this.jobs, ({ run }) => run.arm)].map(([arm, jobs]) => {
      const looks = jobs.map(({ run }) => this.looks.get(run.id) ?? NOTHING);
      const steps = looks.reduce((sum, look) => sum + look.steps, 0);
      const wanted = jobs.reduce((sum, { run }) => sum + run.config.steps, 0);
      const ceilings = looks.flatMap(({ ceiling }) => (ceiling === undefined ? [] : [ceiling]));
      const runs = jobs.map(({ run }) => run.hash);
      return { arm, ceilings, runs, steps, left: wanted - steps };
    });
  }
}

const prefix = ({ columns }: Table, length: number): Table =>
  makeTable(new Map([...columns].map(([name, values]) => [name, values.slice(0, length)])));
