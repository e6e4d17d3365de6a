/** Makes a run directory ready to be written to, new or resumed, and this process its only writer; adds no step. */
import { dirname, join, resolve } from "node:path";
import { writeFailure } from "../base/disk-failure.ts";
import { ConfigError, DataError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { makeDirectorySynced } from "../base/make-directory-synced.ts";
import { fingerprint } from "./checkpoint-list.ts";
import { configDifferences, formatDifference } from "./config-difference.ts";
import { type Manifest, SCHEMA_VERSION, readManifest, writeManifest } from "./manifest.ts";
import { refuseOccupied } from "./refuse-occupied.ts";
import { cutSteps } from "./repair-steps.ts";
import {
  CHECKPOINTS,
  LOCK,
  MANIFEST,
  ROLLOUTS,
  STEPS,
  TOKENS,
  UPDATES,
  stepOfName,
} from "./run-files.ts";
import { type RunLock, acquireRunLock, isLockLeftover } from "./run-lock.ts";
import { isHiddenName, sweepHidden } from "./sweep-hidden.ts";
import { putNewerAside } from "./write-checkpoint.ts";

/** What the manifest says of a run before its first step; keys are named as in the file. */
export type RunDescription = Required<
  Pick<Manifest, "id" | "config" | "config_hash" | "seed" | "versions" | "entropy">
>;

/** How to prepare. */
export interface PrepareOptions {
  readonly resumeAfter: number | undefined;
  readonly mayChange: readonly string[];
  readonly now: () => string;
}

/** A run directory that is ready; its manifest says `running`. */
export interface PreparedRun {
  readonly lock: RunLock;
  readonly manifest: Manifest;
  readonly warnings: readonly string[];
}

const OCCUPIED_FIX =
  "choose another folder; or, if a run is in it, resume that run instead of starting a new one";

/** What a manifest says of the end of a run that goes on. */
const NOT_ENDED = {
  status: "running",
  steps: undefined,
  steps_file: undefined,
  updates_file: undefined,
  finished: undefined,
  error: undefined,
} as const;

/** See `openTrainingRun`. */
export function prepareRun(
  fs: FileSystem,
  path: string,
  description: RunDescription,
  options: PrepareOptions,
): PreparedRun {
  const isNew = options.resumeAfter === undefined;
  try {
    if (isNew) refuseOccupied(fs, path, { ignore: isNothing, fix: OCCUPIED_FIX });
    makeDirectorySynced(fs, resolve(path));
    // It may be one that another process has made, which died before it was on the disk.
    fs.syncDirectory(dirname(resolve(path)));
  } catch (error) {
    throw writeFailure(path, error);
  }
  const lock = acquireRunLock(fs, path);
  try {
    // Another process may have had the folder between the first look and the lock.
    const isFree = isNew || !fs.list(path).some((name) => !isNothing(name));
    if (isFree) refuseOccupied(fs, path, { ignore: isNothing, fix: OCCUPIED_FIX });
    sweep(fs, path);
    const { manifest, warnings } =
      isFree && (options.resumeAfter ?? -1) < 0
        ? start(fs, path, description, options)
        : resume(fs, path, description, options);
    const taken = lock.takenFrom;
    const stale = `the lock of process ${taken}, which died while it wrote this run, was taken over`;
    return { lock, manifest, warnings: taken === undefined ? warnings : [stale, ...warnings] };
  } catch (error) {
    lock.release();
    throw writeFailure(path, error);
  }
}

type Prepared = Omit<PreparedRun, "lock">;

function isNothing(name: string): boolean {
  return name === LOCK || isLockLeftover(name) || isHiddenName(name);
}

/** Removes what processes left behind that died while they wrote. */
function sweep(fs: FileSystem, path: string): void {
  for (const name of fs.list(path)) if (isLockLeftover(name)) fs.remove(join(path, name));
  for (const folder of ["", TOKENS, ROLLOUTS, CHECKPOINTS]) sweepHidden(fs, join(path, folder));
}

function start(
  fs: FileSystem,
  path: string,
  description: RunDescription,
  { resumeAfter, now }: PrepareOptions,
): Prepared {
  const manifest: Manifest = {
    schema: SCHEMA_VERSION,
    ...description,
    status: "running",
    started: now(),
  };
  writeManifest(fs, join(path, MANIFEST), manifest);
  const warnings = resumeAfter === undefined ? [] : [`"${path}" holds no run to resume: it starts`];
  return { manifest, warnings };
}

function resume(
  fs: FileSystem,
  path: string,
  description: RunDescription,
  { resumeAfter: after = -1, mayChange }: PrepareOptions,
): Prepared {
  const found = readManifest(fs, join(path, MANIFEST));
  refuseOtherConfig(found, description, mayChange);
  const warnings = [
    ...endedBefore(found, path),
    ...otherVersions(found, description),
    ...compareLogs(fs, path, found, after),
  ];
  const manifest: Manifest = {
    ...found,
    ...description,
    ...NOT_ENDED,
    checkpoints: (found.checkpoints ?? []).filter(({ step }) => step <= after),
  };
  // Before the cut: what the manifest says of the logs is then true before and after it.
  writeManifest(fs, join(path, MANIFEST), manifest);
  for (const name of [STEPS, UPDATES]) {
    const { removedLines, keptAside } = cutSteps(fs, join(path, name), after);
    if (removedLines === 0) continue;
    warnings.push(
      `${removedLines} lines of ${name} beyond ${place(after)} were moved to "${keptAside}"`,
    );
  }
  removeTables(fs, path, after);
  for (const aside of putNewerAside(fs, path, after)) {
    warnings.push(`a checkpoint beyond ${place(after)} was put aside as "${aside}"`);
  }
  return { manifest, warnings };
}

const place = (after: number): string => (after < 0 ? "the start" : `step ${after}`);

function refuseOtherConfig(
  found: Manifest,
  { config }: RunDescription,
  mayChange: readonly string[],
): void {
  const differences = configDifferences(found.config, config, mayChange);
  if (differences.length === 0) return;
  throw new ConfigError(
    "resume-other-config",
    `a run must be resumed with the config that it was started with, got ${differences.map(formatDifference).join("; ")}`,
    { fix: "give the old values, or start a new run in another folder" },
  );
}

function endedBefore({ status, steps }: Manifest, path: string): string[] {
  if (status !== "finished") return [];
  return [`the run in "${path}" had finished after ${steps} steps: it goes on from there`];
}

function otherVersions({ versions = {} }: Manifest, description: RunDescription): string[] {
  const differences = configDifferences(versions, description.versions);
  if (differences.length === 0) return [];
  return [
    `the run goes on with other versions, which may compute other last digits: ${differences.map(formatDifference).join("; ")}`,
  ];
}

/** Compares the logs with what they were when the checkpoint was made. */
function compareLogs(
  fs: FileSystem,
  path: string,
  { checkpoints = [] }: Manifest,
  after: number,
): string[] {
  const then = checkpoints.find(({ step }) => step === after);
  if (then === undefined) return [];
  const files = [
    [STEPS, then.steps_file],
    [UPDATES, then.updates_file],
  ] as const;
  return files.flatMap(([name, recorded]) => {
    if (recorded === undefined) return [];
    const file = join(path, name);
    const size = fs.status(file)?.size ?? 0;
    if (size < recorded.bytes) {
      throw new DataError(
        "log-too-short",
        `"${file}" must have the ${recorded.bytes} bytes that it had at the checkpoint of step ${after}, got ${size}`,
        { fix: "restore the file from a copy, or start a new run in another folder" },
      );
    }
    const now = fingerprint(fs.readFile(file).subarray(0, recorded.bytes));
    return now.sha256 === recorded.sha256
      ? []
      : [
          `${name} is not what it was at the checkpoint of step ${after}; numbers may have been changed`,
        ];
  });
}

/** Removes the token and rollout files of steps that are going to be done again. */
function removeTables(fs: FileSystem, path: string, after: number): void {
  for (const folder of [TOKENS, ROLLOUTS].map((name) => join(path, name))) {
    if (fs.status(folder)?.kind !== "directory") continue;
    for (const name of fs.list(folder)) {
      const isTable = name.endsWith(".parquet") && (stepOfName(name) ?? -1) > after;
      if (isTable && fs.status(join(folder, name))?.kind === "file") fs.remove(join(folder, name));
    }
    fs.syncDirectory(folder);
  }
}
