/** From preset, file text and `--set` to one complete experiment, or a message that names the path; reads no file. */
import { closestName } from "../base/closest-name.ts";
import { ConfigError } from "../base/errors.ts";
import { describeIssues } from "./describe-issues.ts";
import { type ExperimentConfig, experimentConfig } from "./experiment-config.ts";
import { isRecord, mergeConfig } from "./merge-config.ts";
import { PRESET_NAMES, PRESETS, type PresetName } from "./presets.ts";
import { readYaml } from "./read-yaml.ts";

/** Where an experiment comes from; each part overrides those before it. */
export interface ExperimentSource {
  /** Name of the preset to start from; `grpo`, the default experiment, unless one is named here or in the text. */
  readonly preset?: string | undefined;
  /** YAML or JSON; may name its preset under the key `preset`. */
  readonly text?: string | undefined;
  /** Where the text comes from, as messages name it. */
  readonly from?: string | undefined;
  /** `key=value` each: a dotted path, and a value as YAML writes it. */
  readonly set?: readonly string[] | undefined;
}

/**
 * Puts an experiment together and checks it.
 *
 * **Details** The text and `set` change single settings of the preset. A new `kind` of task, advantage, loss or
 * intervention brings its own defaults, whatever the order of the settings; `loss: cispo` is short for
 * `loss: {kind: cispo}`. Lists are replaced whole.
 *
 * @throws {@link ConfigError} that names, by its path, every setting that is unknown or out of range.
 */
export function parseExperiment(source: ExperimentSource = {}): ExperimentConfig {
  const { preset, ...settings } = readSettings(source);
  const start = checkExperiment(PRESETS[choosePreset(source.preset, preset)].config);
  return checkExperiment(changeSettings(mergeConfig(start, settings), source.set ?? []));
}

/** Lays `key=value` pairs over an experiment, as {@link ExperimentSource} has them; what comes of it is not checked. */
export const changeSettings = (experiment: unknown, set: readonly string[]): unknown =>
  readOverrides(set).reduce((config, change) => mergeConfig(config, change), experiment);

/**
 * Checks an experiment that is there as data, such as that of a manifest; what is left out gets its default.
 *
 * @throws {@link ConfigError} as {@link parseExperiment} does.
 */
export function checkExperiment(data: unknown): ExperimentConfig {
  const parsed = experimentConfig.safeParse(data);
  if (parsed.success) return parsed.data;
  const { message, fix } = describeIssues(parsed.error.issues, data);
  throw new ConfigError("config", message, fix === undefined ? {} : { fix });
}

function readSettings({ text, from = "the configuration" }: ExperimentSource) {
  const value = text === undefined ? {} : (readYaml(text, from) ?? {});
  if (isRecord(value)) return value;
  throw new ConfigError(
    "config",
    `${from} must hold settings by name, got ${Array.isArray(value) ? "a list" : JSON.stringify(value)}`,
    {
      fix: 'write for example "steps: 100"',
    },
  );
}

const isPreset = (name: unknown): name is PresetName =>
  PRESET_NAMES.some((preset) => preset === name);

function choosePreset(chosen: string | undefined, named: unknown): PresetName {
  if (chosen !== undefined && named !== undefined && chosen !== named) {
    throw new ConfigError(
      "preset",
      `the preset must be that of the configuration, ${JSON.stringify(named)}, got ${chosen}`,
      { fix: "leave one of the two out" },
    );
  }
  const name = chosen ?? named ?? "grpo";
  if (isPreset(name)) return name;
  const near = typeof name === "string" ? closestName(name, PRESET_NAMES) : undefined;
  throw new ConfigError(
    "preset",
    `the preset must be one of ${PRESET_NAMES.join(", ")}, got ${JSON.stringify(name)}`,
    near === undefined ? {} : { fix: `did you mean ${near}?` },
  );
}

/** Changes in an order in which none undoes another: whole tables before their settings, a `kind` before its own. */
function readOverrides(pairs: readonly string[]): unknown[] {
  return pairs
    .map(readOverride)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ change }) => change);
}

function readOverride(pair: string): { readonly rank: number; readonly change: unknown } {
  const equals = pair.indexOf("=");
  const path = pair.slice(0, Math.max(equals, 0)).trim().split(".");
  if (path.includes("")) {
    throw new ConfigError("set", `--set must be KEY=VALUE, got "${pair}"`, {
      fix: "write for example --set optimizer.learningRate=1e-4",
    });
  }
  const value = readYaml(pair.slice(equals + 1), `the value of --set ${path.join(".")}`);
  return {
    rank: 2 * path.length - (path.at(-1) === "kind" ? 1 : 0),
    change: path.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value),
  };
}
