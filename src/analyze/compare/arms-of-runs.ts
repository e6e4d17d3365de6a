/** Which runs are the seeds of one arm, by their settings or, without those, by their names; computes no number. */
import { closestName } from "../../base/closest-name.ts";
import { ConfigError, DataError } from "../../base/errors.ts";
import { configDifferences } from "../../log/config-difference.ts";
import { checkExperiment } from "../../config/parse-experiment.ts";
import { nameArms, valueAt } from "./name-arms.ts";
import type { RunIdentity, Settings } from "./run-identity.ts";

/** A run in its arm. */
interface ArmRun {
  /** Its place among all runs. */
  readonly index: number;
  readonly seed: number | undefined;
  /** Runs with the same text here are draws of one thing; empty without strata. */
  readonly stratum: string;
}

/** Runs that differ in their seed alone, and in what strata are made of. */
export interface RunArm {
  readonly name: string;
  readonly runs: readonly ArmRun[];
  /** Settings of its first run. */
  readonly config: Settings | undefined;
}

/** What arms and strata are made of. */
export interface ArmRequest {
  /** Settings that arms are named by. */
  readonly by?: readonly string[] | undefined;
  /** Settings, such as the task, that runs of one arm may differ in: statistics are taken within them. */
  readonly strata?: readonly string[] | undefined;
  /** Whether arms are told by {@link RunIdentity.named} though the runs have settings. */
  readonly byName?: boolean | undefined;
}

/** Settings that change nothing of what is compared. */
const HARMLESS = ["seed", "log", "checkpoint"] as const;

/**
 * Sorts runs into arms, in the order of the runs.
 *
 * @throws {@link ConfigError} if a setting is named that no run has, or that runs without settings should have;
 * {@link DataError} if two runs of an arm have the same seed.
 */
export function armsOfRuns(
  runs: readonly RunIdentity[],
  { by = [], strata = [], byName: isNamed = false }: ArmRequest,
): { readonly arms: RunArm[]; readonly notes: string[] } {
  const configs = runs.flatMap(({ config }) => (config === undefined ? [] : [config]));
  const hasConfigs = configs.length === runs.length;
  for (const path of [...by, ...strata]) requireSetting(path, hasConfigs ? configs : []);
  const { arms, notes } =
    hasConfigs && !isNamed
      ? byConfig(runs, configs, { by, strata })
      : {
          arms: byName(runs, hasConfigs),
          notes: hasConfigs || configs.length === 0 ? [] : [MIXED],
        };
  for (const arm of arms) refuseTwins(arm, runs);
  return { arms, notes };
}

const MIXED = "not all logs have settings: arms are told by the names of files, ARM-SEED, alone";

function byConfig(
  runs: readonly RunIdentity[],
  configs: readonly Settings[],
  { by, strata }: { readonly by: readonly string[]; readonly strata: readonly string[] },
): { readonly arms: RunArm[]; readonly notes: string[] } {
  const groups = nameArms(configs, { by, ignored: [...HARMLESS, ...strata] });
  const besides = new Set(by.length === 0 ? [] : groups.flatMap((group) => group.besides));
  const arms = groups.map(({ name, members }): RunArm => ({
    name,
    config: configs[members[0]!],
    runs: members.map((index) => ({
      index,
      seed: runs[index]!.seed,
      stratum: strata
        .map((path) => JSON.stringify(valueAt(configs[index]!, path)) ?? "none")
        .join(" "),
    })),
  }));
  const note = `runs alike in ${by.join(", ")} differ in ${[...besides].join(", ")} too, and are arms of their own`;
  return { arms, notes: besides.size === 0 ? [] : [note] };
}

function byName(runs: readonly RunIdentity[], hasConfigs: boolean): RunArm[] {
  const groups = Map.groupBy(runs.keys(), (index) => runs[index]!.named);
  return [...groups].map(([name, members]) => ({
    name,
    config: hasConfigs ? runs[members[0]!]!.config : undefined,
    runs: members.map((index) => ({ index, seed: runs[index]!.seed, stratum: "" })),
  }));
}

function requireSetting(path: string, configs: readonly Settings[]): void {
  if (configs.some((config) => valueAt(config, path) !== undefined)) return;
  if (configs.length === 0) {
    throw new ConfigError(
      "no-settings",
      `arms by the setting "${path}" need run directories of the lab, got logs without settings`,
      { fix: "leave the setting out: arms are then told by the names of files, ARM-SEED" },
    );
  }
  const close = closestName(
    path,
    configs.flatMap((config) => pathsOf(config)),
  );
  throw new ConfigError("unknown-setting", `the runs must have the setting "${path}", got none`, {
    fix: close === undefined ? "docs/config.md lists the settings" : `did you mean "${close}"?`,
  });
}

/** The dotted paths of all settings, of tables and of what is in them. */
function pathsOf(settings: Settings): string[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? [key, ...pathsOf(value as Settings).map((path) => `${key}.${path}`)]
      : [key],
  );
}

/** A run counted twice makes intervals too narrow. */
function refuseTwins({ name, runs: members }: RunArm, runs: readonly RunIdentity[]): void {
  const seen = new Map<string, string>();
  for (const { index, seed, stratum } of members) {
    if (seed === undefined) continue;
    const key = `${seed} ${stratum}`;
    const twin = seen.get(key);
    if (twin !== undefined) {
      throw new DataError(
        "same-seed",
        `the runs of the arm "${name}" must have seeds of their own, got ${seed} in "${twin}" and "${runs[index]!.log}"`,
        { fix: "name each run once" },
      );
    }
    seen.set(key, runs[index]!.log);
  }
}

/** What the default experiment is called among the presets. */
const USUAL_BASELINE = "grpo";

/**
 * The arm that the others are held against: of those without intervention the one whose settings are nearest to the
 * default experiment; without settings the one called `grpo`, or the first.
 *
 * @throws {@link ConfigError} if `asked` is none of the arms.
 */
export function baselineOf(arms: readonly RunArm[], asked?: string): RunArm | undefined {
  if (asked !== undefined) {
    const found = arms.find(({ name }) => name === asked);
    if (found !== undefined) return found;
    const names = arms.map(({ name }) => `"${name}"`).join(", ");
    throw new ConfigError("baseline", `the baseline must be one of ${names}, got "${asked}"`);
  }
  const standard = checkExperiment({});
  const distance = ({ config }: RunArm): number =>
    configDifferences(standard, config, HARMLESS).length;
  const plain = arms.filter(
    ({ config }) => config !== undefined && valueAt(config, "intervention.kind") === "none",
  );
  const nearest = plain.toSorted((one, other) => distance(one) - distance(other))[0];
  return nearest ?? arms.find(({ name }) => name === USUAL_BASELINE) ?? arms[0];
}
