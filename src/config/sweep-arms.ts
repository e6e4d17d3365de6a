/** Which arms and presets a sweep may name, by what trains its runs; knows nothing of grids and seeds. */
import { closestName } from "../base/closest-name.ts";
import { ConfigError } from "../base/errors.ts";
import { ARM_NAMES, ARMS } from "./arms.ts";
import { PRESET_NAMES } from "./presets.ts";
import type { RunnerKind } from "./runner-kind.ts";
import { VERL_PRESET_NAMES, VERL_PRESETS, type VerlPresetName } from "./verl-presets.ts";

/** Settings by key or dotted path. */
export type Settings = Readonly<Record<string, unknown>>;

/** Plain GRPO, which every arm is an arm beside. */
const PLAIN = "grpo";

/** Where a sweep of verl starts from unless it says otherwise: the lab's own defaults are of another scale. */
const VERL_BASE: VerlPresetName = "paper-7b";

/** What each arm lays over the base, by its name; verl has the paper's runs beside the arms of the lab. */
export function armTable(runner: RunnerKind): ReadonlyMap<string, readonly Settings[]> {
  const lab = ARM_NAMES.map((name) => [name, [ARMS[name].config]] as const);
  const verl = VERL_PRESET_NAMES.map((name) => {
    const { config, verl: needs } = VERL_PRESETS[name];
    return [name, [{ ...config, verl: needs }]] as const;
  });
  return new Map<string, readonly Settings[]>([
    [PLAIN, []],
    ...lab,
    ...(runner === "verl" ? verl : []),
  ]);
}

/** What a sweep starts from. */
export interface BaseSource {
  /** Of the preset. */
  readonly name: string;
  /** Names a preset of the lab, or has the settings. */
  readonly config: Settings;
  /** Settings of verl. */
  readonly verl: Settings;
}

/**
 * The settings that a sweep's preset stands for.
 *
 * @throws {@link ConfigError} for a preset that verl's sweeps do not have; the lab's are checked where they are read.
 */
export function baseSource(runner: RunnerKind, preset: unknown): BaseSource {
  const name = preset ?? (runner === "lab" ? PLAIN : VERL_BASE);
  // Where it is no text it is refused when it is read.
  const lab = { name: typeof name === "string" ? name : "", config: { preset: name }, verl: {} };
  if (runner === "lab") return lab;
  const own = VERL_PRESET_NAMES.find((one) => one === name);
  if (own !== undefined) return { name: own, ...VERL_PRESETS[own] };
  if (PRESET_NAMES.some((one) => one === name)) return lab;
  const names = [...VERL_PRESET_NAMES, ...PRESET_NAMES];
  const near = typeof name === "string" ? closestName(name, names) : undefined;
  throw new ConfigError(
    "preset",
    `the preset must be one of ${names.join(", ")}, got ${JSON.stringify(name)}`,
    near === undefined ? {} : { fix: `did you mean ${near}?` },
  );
}
