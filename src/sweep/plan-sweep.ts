/** From a sweep file to where its runs are and how many go at once on this machine; starts nothing. */
import { basename, extname, join } from "node:path";
import { closestName } from "../base/closest-name.ts";
import { ConfigError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { expandSweep, type SweepRun } from "../config/expand-sweep.ts";
import { parseSweep } from "../config/parse-sweep.ts";
import type { RunnerKind } from "../config/runner-kind.ts";
import type { SweepClaim } from "../config/sweep-claims.ts";
import {
  earlyStopRule,
  type EarlyStopRule,
  type RayConfig,
  sweepName,
} from "../config/sweep-config.ts";
import type { Job } from "./launcher.ts";
import { placeRuns } from "./sweep-folder.ts";
import { type GivenUp, isGivenUp, readSweepManifest } from "./sweep-manifest.ts";
import { verlCommand } from "./verl/verl-command.ts";

/** What a sweep is made from. */
export interface SweepSource {
  readonly text: string;
  /** The file. */
  readonly from: string;
  /** Folder of the sweep, in place of the file's. */
  readonly out?: string | undefined;
  /** Runs at a time, in place of the file's. */
  readonly concurrency?: number | undefined;
  /** Cores of the machine; undefined where a cluster decides what goes at once. */
  readonly cores: number | undefined;
}

/** A sweep, planned. */
export interface Sweep {
  readonly name: string;
  /** What it is for; undefined where the file does not say. */
  readonly about: string | undefined;
  /** What its report holds the runs against. */
  readonly claims: readonly SweepClaim[];
  /** What trains its runs. */
  readonly runner: RunnerKind;
  /** Its folder. */
  readonly out: string;
  readonly threads: number;
  readonly concurrency: number;
  readonly jobs: readonly Job[];
  /** Hours after which one `sweep run` ends what goes on; undefined for as long as it takes. */
  readonly budgetHours: number | undefined;
  readonly earlyStop: EarlyStopRule | undefined;
  /** How a cluster runs it. */
  readonly ray: RayConfig;
  /** Arms that were given up before and that have such runs still; none where the file has no early stop any more. */
  readonly givenUp: readonly GivenUp[];
}

/** Jobs that are given to a cluster at once; those that do not fit wait there. */
const MOST_AT_CLUSTER = 64;
const FOLDER = join("runs", "sweeps");

/**
 * Plans a sweep.
 *
 * **Details** One thread a run and a run a core, unless the file says otherwise: it may give either, and the other divides
 * the cores. A sweep that was begun keeps its number of threads, since another one rounds differently.
 *
 * One run of verl at a time, unless the file says otherwise: each has all GPUs that it names.
 *
 * @throws {@link ConfigError} if the file is no sweep, or asks verl for what it does not have; {@link DataError} if its folder holds something else.
 */
export function planSweep(
  fs: FileSystem,
  { text, from, out: folder, concurrency: wanted, cores }: SweepSource,
): Sweep {
  const config = parseSweep(text, from);
  const name = config.name ?? basename(from, extname(from));
  const out = folder ?? config.out ?? join(FOLDER, folderName(name, from));
  const before = readSweepManifest(fs, out);
  const share = (of: number | undefined): number =>
    of === undefined || cores === undefined ? 1 : Math.max(1, Math.floor(cores / of));
  const asked = wanted ?? config.concurrency;
  const threads = config.threads ?? before?.threads ?? share(config.concurrency);
  const atOnce = cores === undefined ? MOST_AT_CLUSTER : share(threads);
  const concurrency = asked ?? (config.runner === "verl" ? 1 : atOnce);
  const earlyStop = earlyStopRule(config);
  const jobs = jobsOf(fs, out, expandSweep(config), threads);
  for (const job of jobs) if (job.run.verl !== undefined) refuseUnknown(name, job);
  const given = before?.given_up ?? [];
  const isOfThese = (arm: GivenUp): boolean => jobs.some(({ run }) => isGivenUp([arm], run));
  return {
    name,
    about: config.about,
    claims: checkedClaims(config.claims, jobs),
    runner: config.runner,
    out,
    threads,
    concurrency,
    jobs,
    budgetHours: config.budget?.hours,
    earlyStop,
    ray: config.ray,
    givenUp: earlyStop === undefined ? [] : given.filter(isOfThese),
  };
}

/** @throws {@link ConfigError} if a name, which may be that of the file, cannot be that of a folder. */
function folderName(name: string, from: string): string {
  const [issue] = sweepName.safeParse(name).error?.issues ?? [];
  if (issue === undefined) return name;
  throw new ConfigError(
    "sweep",
    `${from}: the name of a sweep ${issue.message}, got that of the file, ${JSON.stringify(name)}`,
    { fix: 'write "name: ..." in the file, or name a folder with --out' },
  );
}

/** @throws {@link ConfigError} if a claim names an arm that the sweep does not have. */
function checkedClaims(claims: readonly SweepClaim[], jobs: readonly Job[]): readonly SweepClaim[] {
  const arms = [...new Set(jobs.flatMap(({ run }) => [run.arm, ...run.also]))];
  for (const [i, claim] of claims.entries()) {
    const unknown = claim.arms.find((arm) => !arms.includes(arm));
    if (unknown === undefined) continue;
    const near = closestName(unknown, arms);
    throw new ConfigError(
      "sweep",
      `claims.${i}.arms must name arms of the sweep, got ${JSON.stringify(unknown)}`,
      { fix: near === undefined ? `the arms are ${arms.join(", ")}` : `did you mean ${near}?` },
    );
  }
  return claims;
}

/** @throws {@link ConfigError} that names the arm and what verl does not have of it. */
function refuseUnknown(name: string, job: Job): void {
  try {
    verlCommand(job, { name, results: "shared" });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { code, message, fix } = error;
    throw new ConfigError(code, `${job.run.arm}: ${message}`, {
      ...(fix === undefined ? {} : { fix }),
      cause: error,
    });
  }
}

function jobsOf(fs: FileSystem, out: string, runs: readonly SweepRun[], threads: number): Job[] {
  const places = placeRuns(fs, out, runs);
  return runs.flatMap((run) => {
    const place = places.get(run.id);
    return place === undefined ? [] : [{ run, threads, ...place }];
  });
}
