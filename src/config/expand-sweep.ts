/** From a sweep to its runs: arms x grid x zip x seeds, each with an identity; knows nothing of folders or processes. */
import { ConfigError } from "../base/errors.ts";
import { closestName } from "../base/closest-name.ts";
import { configHash } from "./config-hash.ts";
import type { ExperimentConfig } from "./experiment-config.ts";
import { changeSettings, checkExperiment, parseExperiment } from "./parse-experiment.ts";
import type { SweepConfig } from "./sweep-config.ts";
import { gridPoints, type SweepPoint } from "./sweep-points.ts";
import { armTable, baseSource, type Settings } from "./sweep-arms.ts";
import { checkVerl, type VerlConfig } from "./verl-config.ts";
import { joinVerl, splitVerl } from "./verl-settings.ts";

/** One run of a sweep. */
export interface SweepRun {
  /** ARM-SEED-HASH, a folder's name: the same for the same file, and another for every other configuration. */
  readonly id: string;
  /** The arm with its point of the grid: what runs that differ in their seed alone have in common. */
  readonly arm: string;
  readonly seed: number;
  readonly config: ExperimentConfig;
  /** What a run of verl needs beside; undefined for a run of the lab. */
  readonly verl: VerlConfig | undefined;
  /** {@link configHash} of the configuration, and of what verl needs. */
  readonly hash: string;
  /** Arms that came to the same configuration and are not run again. */
  readonly also: readonly string[];
}

/** More is a slip of the keyboard: a lab run takes minutes. */
const MOST_RUNS = 10_000;
const HASH_DIGITS = 8;
const LONGEST_ARM = 60;

interface NamedArm {
  readonly name: string;
  /** Laid over the base. */
  readonly changes: readonly Settings[];
}

/** The settings of a run but for its seed. */
type RunSettings = Pick<SweepRun, "config" | "verl">;

/**
 * The runs of a sweep, in the order of its arms, then of its grid, then of its seeds.
 *
 * **Details** An arm's settings are laid over the base, a grid point's over the arm's, `steps` over both unless the grid
 * has it; what comes of it is checked, not the parts. Arms of {@link armTable} bring their own settings, under which a table of the sweep's own may change some. Runs of
 * one configuration are one run.
 *
 * @throws {@link ConfigError} that says which arm and which setting is unknown or out of range.
 */
export function expandSweep(sweep: SweepConfig): SweepRun[] {
  const base = parseBase(sweep);
  const arms = armsOf(sweep, base.name);
  const points = gridPoints(sweep);
  const seeds = Array.isArray(sweep.seeds) ? sweep.seeds : countUp(sweep.seeds);
  const total = arms.length * points.length * seeds.length;
  if (total > MOST_RUNS) {
    throw new ConfigError("sweep", `a sweep must have at most ${MOST_RUNS} runs, got ${total}`);
  }
  const runs = new Map<string, SweepRun>();
  for (const arm of arms) {
    for (const point of points) {
      const { config, verl } = settingsOf(sweep, base, arm, point);
      for (const seed of seeds)
        add(runs, nameOf(arm, point), { config: { ...config, seed }, verl });
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

function add(runs: Map<string, SweepRun>, { label, slug }: RunNames, settings: RunSettings): void {
  const { config, verl } = settings;
  const hash = configHash(verl === undefined ? config : { ...config, verl });
  const same = runs.get(hash);
  if (same !== undefined) {
    const isNamed = same.arm === label || same.also.includes(label);
    runs.set(hash, isNamed ? same : { ...same, also: [...same.also, label] });
    return;
  }
  const { seed } = config;
  const id = `${slug}-${seed}-${hash.slice(0, HASH_DIGITS)}`;
  runs.set(hash, { id, arm: label, seed, config, verl, hash, also: [] });
}

type Pairs = ReadonlyArray<readonly [key: string, value: unknown]>;

interface Base {
  readonly name: string;
  /** The preset. */
  readonly start: ExperimentConfig;
  /** Laid over it. */
  readonly lab: Pairs;
  /** Settings of verl, in the order in which they are laid over each other. */
  readonly verl: readonly Settings[];
}

function parseBase(sweep: SweepConfig): Base {
  refuseSeed("base", sweep.base);
  const { preset, ...settings } = sweep.base;
  const { lab, verl } = splitFor(sweep, Object.entries(settings));
  return naming("base", () => {
    const source = baseSource(sweep.runner, preset);
    const start = parseExperiment({ text: JSON.stringify(source.config) });
    return { name: source.name, start, lab, verl: [source.verl, sweep.verl, ...verl] };
  });
}

/** Settings of the lab and, in a sweep of verl, those of verl among them. */
function splitFor({ runner }: SweepConfig, pairs: Pairs) {
  return runner === "verl" ? splitVerl(pairs) : { lab: pairs, verl: [] };
}

/** The settings of an arm at a point; its seed is not set yet. */
function settingsOf(
  sweep: SweepConfig,
  base: Base,
  { name, changes }: NamedArm,
  point: SweepPoint,
): RunSettings {
  const steps: Pairs = sweep.steps === undefined ? [] : [["steps", sweep.steps]];
  const ofArm = changes.map((change) => splitFor(sweep, Object.entries(change)));
  const ofPoint = splitFor(
    sweep,
    point.map(({ key, value }) => [key, value] as const),
  );
  const where = [name, ...point.map(({ key, shown }) => `${key}=${shown}`)].join(", ");
  const verl = [...base.verl, ...ofArm.flatMap((one) => one.verl), ...ofPoint.verl];
  return {
    config: checkParts(base.start, [
      { where: "base", pairs: [...base.lab, ...steps] },
      ...ofArm.map(({ lab }) => ({ where: `arms.${name}`, pairs: [...lab, ...steps] })),
      { where, pairs: ofPoint.lab },
    ]),
    verl: sweep.runner === "verl" ? naming(where, () => checkVerl(joinVerl(verl))) : undefined,
  };
}

/** Settings and the place in the file where they stand. */
interface Part {
  readonly where: string;
  readonly pairs: Pairs;
}

/** All parts over each other, checked as a whole: one may make good what another lacks. A mistake is named by the part that brings it. */
function checkParts(start: ExperimentConfig, parts: readonly Part[]): ExperimentConfig {
  let config: unknown = start;
  const upTo = parts.map(({ where, pairs }) => {
    config = naming(where, () => changeSettings(config, toPairs(pairs)));
    return { where, config };
  });
  try {
    return checkExperiment(config);
  } catch (error) {
    // The last part brings it, if none before does.
    const { where = "" } = upTo.find((one) => refusalOf(one.config) === String(error)) ?? {};
    return naming(where, () => checkExperiment(config));
  }
}

/** Why an experiment is refused; undefined for one that is not. */
function refusalOf(config: unknown): string | undefined {
  try {
    checkExperiment(config);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** As `--set` has them; JSON is YAML. */
const toPairs = (settings: Pairs): string[] =>
  settings.map(([key, value]) => `${key}=${JSON.stringify(value)}`);

/** @param base - name of the preset, which is the only arm where the sweep names none. */
function armsOf({ arms, runner }: SweepConfig, base: string): NamedArm[] {
  const table = armTable(runner);
  const known = (name: string): NamedArm => {
    const changes = table.get(name);
    if (changes !== undefined) return { name, changes };
    throw unknownArm(name, [...table.keys()]);
  };
  if (arms === undefined) return [{ name: base, changes: [] }];
  if (arms === "all") return [...table.keys()].map(known);
  if (Array.isArray(arms)) return arms.map(known);
  return Object.entries(arms).map(([name, changes]) => {
    refuseSeed(`arms.${name}`, changes);
    return { name, changes: [...(table.get(name) ?? []), changes] };
  });
}

function unknownArm(name: string, names: readonly string[]): ConfigError {
  const near = closestName(name, names);
  return new ConfigError(
    "sweep",
    `arms must name ${names.join(", ")}, got ${JSON.stringify(name)}`,
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
