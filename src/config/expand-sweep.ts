/** From a sweep to its runs: arms x grid x zip x seeds, each with an identity; knows nothing of folders or processes. */
import { ConfigError } from "../base/errors.ts";
import { ARM_NAMES, ARMS } from "./arms.ts";
import { closestName } from "../base/closest-name.ts";
import { configHash } from "./config-hash.ts";
import type { ExperimentConfig } from "./experiment-config.ts";
import { parseExperiment } from "./parse-experiment.ts";
import type { SweepConfig } from "./sweep-config.ts";
import { gridPoints, type SweepPoint } from "./sweep-points.ts";

/** One run of a sweep. */
export interface SweepRun {
  /** ARM-SEED-HASH, a folder's name: the same for the same file, and another for every other configuration. */
  readonly id: string;
  /** The arm with its point of the grid: what runs that differ in their seed alone have in common. */
  readonly arm: string;
  readonly seed: number;
  readonly config: ExperimentConfig;
  /** {@link configHash} of the configuration. */
  readonly hash: string;
  /** Arms that came to the same configuration and are not run again. */
  readonly also: readonly string[];
}

/** The plain run, which every arm is an arm beside. */
const PLAIN = "grpo";
/** More is a slip of the keyboard: a lab run takes minutes. */
const MOST_RUNS = 10_000;
const HASH_DIGITS = 8;
const LONGEST_ARM = 60;

interface NamedArm {
  readonly name: string;
  /** Laid over the base. */
  readonly changes: readonly Readonly<Record<string, unknown>>[];
}

/**
 * The runs of a sweep, in the order of its arms, then of its grid, then of its seeds.
 *
 * **Details** An arm's settings are laid over the base, a grid point's over the arm's, `steps` over both unless the grid
 * has it. Arms of {@link ARMS} bring their own settings, under which a table of the sweep's own may change some. Runs of
 * one configuration are one run.
 *
 * @throws {@link ConfigError} that says which arm and which setting is unknown or out of range.
 */
export function expandSweep(sweep: SweepConfig): SweepRun[] {
  const arms = armsOf(sweep);
  const points = gridPoints(sweep);
  const seeds = Array.isArray(sweep.seeds) ? sweep.seeds : countUp(sweep.seeds);
  const total = arms.length * points.length * seeds.length;
  if (total > MOST_RUNS) {
    throw new ConfigError("sweep", `a sweep must have at most ${MOST_RUNS} runs, got ${total}`);
  }
  const base = parseBase(sweep);
  const runs = new Map<string, SweepRun>();
  for (const arm of arms) {
    for (const point of points) {
      const config = configOf(sweep, base, arm, point);
      for (const seed of seeds) add(runs, nameOf(arm, point), { ...config, seed });
    }
  }
  return [...runs.values()];
}

const countUp = (length: number): number[] => Array.from({ length }, (_, k) => k);

interface RunNames {
  readonly label: string;
  readonly slug: string;
}

function nameOf({ name }: NamedArm, point: SweepPoint): RunNames {
  const label = [name, ...point.map(({ key, shown }) => `${key}=${shown}`)].join(" ");
  const parts = point.map(({ key, shown }) => `${key.split(".").at(-1) ?? key}-${shown}`);
  const slug = [name, ...parts].join("-").replaceAll(/[^A-Za-z0-9_.]+/g, "-");
  return { label, slug: slug.slice(0, LONGEST_ARM) };
}

function add(runs: Map<string, SweepRun>, { label, slug }: RunNames, config: ExperimentConfig) {
  const hash = configHash(config);
  const same = runs.get(hash);
  if (same !== undefined) {
    const isNamed = same.arm === label || same.also.includes(label);
    runs.set(hash, isNamed ? same : { ...same, also: [...same.also, label] });
    return;
  }
  const { seed } = config;
  const id = `${slug}-${seed}-${hash.slice(0, HASH_DIGITS)}`;
  runs.set(hash, { id, arm: label, seed, config, hash, also: [] });
}

function parseBase({ base }: SweepConfig): ExperimentConfig {
  refuseSeed("base", base);
  const { preset, ...settings } = base;
  const text = preset === undefined ? {} : { text: JSON.stringify({ preset }) };
  return naming("base", () => parseExperiment({ ...text, set: toPairs(Object.entries(settings)) }));
}

/** The configuration of an arm at a point; its seed is not set yet. */
function configOf(
  { steps }: SweepConfig,
  base: ExperimentConfig,
  { name, changes }: NamedArm,
  point: SweepPoint,
): ExperimentConfig {
  const pairs = [
    ...(steps === undefined ? [] : [["steps", steps] as const]),
    ...point.map(({ key, value }) => [key, value] as const),
  ];
  const withArm = changes.reduce<ExperimentConfig>(
    (config, change) => naming(`arms.${name}`, () => layOver(config, Object.entries(change))),
    base,
  );
  const where = [name, ...point.map(({ key, shown }) => `${key}=${shown}`)].join(", ");
  return naming(where, () => layOver(withArm, pairs));
}

function layOver(
  config: ExperimentConfig,
  pairs: ReadonlyArray<readonly [string, unknown]>,
): ExperimentConfig {
  return parseExperiment({ text: JSON.stringify(config), set: toPairs(pairs) });
}

/** As `--set` has them; JSON is YAML. */
const toPairs = (settings: ReadonlyArray<readonly [string, unknown]>): string[] =>
  settings.map(([key, value]) => `${key}=${JSON.stringify(value)}`);

function armsOf({ arms }: SweepConfig): NamedArm[] {
  if (arms === undefined) return [knownArm(PLAIN)];
  if (arms === "all") return [PLAIN, ...ARM_NAMES].map(knownArm);
  if (Array.isArray(arms)) return arms.map(knownArm);
  return Object.entries(arms).map(([name, changes]) => {
    refuseSeed(`arms.${name}`, changes);
    return { name, changes: [...(isKnown(name) ? knownArm(name).changes : []), changes] };
  });
}

const isKnown = (name: string): name is (typeof ARM_NAMES)[number] | typeof PLAIN =>
  name === PLAIN || ARM_NAMES.some((arm) => arm === name);

function knownArm(name: string): NamedArm {
  if (isKnown(name)) return { name, changes: name === PLAIN ? [] : [ARMS[name].config] };
  const near = closestName(name, [PLAIN, ...ARM_NAMES]);
  throw new ConfigError(
    "sweep",
    `arms must name ${[PLAIN, ...ARM_NAMES].join(", ")}, got ${JSON.stringify(name)}`,
    {
      fix:
        near === undefined
          ? "write a table of names and settings for arms of your own"
          : `did you mean ${near}?`,
    },
  );
}

function refuseSeed(where: string, settings: Readonly<Record<string, unknown>>): void {
  if (!Object.hasOwn(settings, "seed")) return;
  throw new ConfigError("sweep", `${where}.seed must be left out, got a seed`, {
    fix: "list the seeds of all arms under seeds",
  });
}

/** Puts the place before the message of an error of the configuration. */
function naming<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { code, message, fix } = error;
    throw new ConfigError(code, `${where}: ${message}`, {
      ...(fix === undefined ? {} : { fix }),
      cause: error,
    });
  }
}
