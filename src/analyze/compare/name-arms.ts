/** Groups settings that are alike and names the groups by what tells them apart; knows no run and no number. */
import { ConfigError } from "../../base/errors.ts";
import { checkExperiment } from "../../config/parse-experiment.ts";
import { configDifferences } from "../../log/config-difference.ts";
import type { Settings } from "./run-identity.ts";

/** Settings of one arm. */
export interface NamedGroup {
  /** Values that tell it from the others, such as `clip-cov share=0.05`. */
  readonly name: string;
  /** Indices of the settings that are alike. */
  readonly members: readonly number[];
  /** Paths, other than those asked for, that it took to tell it from the others. */
  readonly besides: readonly string[];
}

/** What may differ within an arm, and what is named first. */
export interface Naming {
  /** Paths, each with all below it, that arms are named by first; none: by whatever differs. */
  readonly by: readonly string[];
  /** Paths, each with all below it, that may differ within an arm. */
  readonly ignored: readonly string[];
}

/** The value at a dotted path, undefined where there is none. */
export const valueAt = (settings: Settings, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null && Object.hasOwn(value, key)
          ? (value as Settings)[key]
          : undefined,
      settings,
    );

/** Whether a path is one of the keys, or below one. */
const isWithin = (path: string, keys: readonly string[]): boolean =>
  keys.some((key) => path === key || path.startsWith(`${key}.`));

const KINDS = ["task", "advantage", "loss", "intervention"] as const;
/** Settings that say least of what an arm is. */
const LATE = ["evaluation", "steps"] as const;
const NAMELESS = "all";

/** The defaults of the kinds that are chosen; none where the settings are none of our experiments. */
function defaultsOf(settings: Settings): Settings {
  const kinds = KINDS.flatMap((key) => {
    const kind = valueAt(settings, `${key}.kind`);
    return kind === undefined ? [] : [[key, { kind }]];
  });
  try {
    return checkExperiment(Object.fromEntries(kinds));
  } catch (error) {
    if (error instanceof ConfigError) return {};
    throw error;
  }
}

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "none");

/** `clip-cov`, `share=0.05`, or the whole path where another has the same end. */
function shortLabel(path: string, value: unknown, paths: readonly string[]): string {
  if (path.endsWith(".kind")) return textOf(value);
  const end = path.slice(path.lastIndexOf(".") + 1);
  const isAlone = paths.every((other) => other === path || !`.${other}`.endsWith(`.${end}`));
  return `${isAlone ? end : path}=${textOf(value)}`;
}

const kindOf = (settings: Settings): string =>
  textOf(valueAt(settings, "advantage.kind") ?? NAMELESS);

/** The paths at which settings differ, in the order in which they are asked about. */
function pathsThatDiffer(all: readonly Settings[], { by, ignored }: Naming): string[] {
  const first = all[0] ?? {};
  const paths = new Set(
    all.flatMap((other) => configDifferences(first, other, ignored).map(({ path }) => path)),
  );
  // Asked for before the rest, in the order asked; kinds first in either; then by name.
  const place = (path: string): readonly number[] => {
    const asked = by.findIndex((key) => isWithin(path, [key]));
    const isKind = path.endsWith(".kind");
    return [asked < 0 ? by.length : asked, isKind ? 0 : 1, isWithin(path, LATE) ? 1 : 0];
  };
  return [...paths].toSorted((one, other) => {
    const [x, y] = [place(one), place(other)];
    const at = x.findIndex((value, i) => value !== y[i]);
    return at < 0 ? (one < other ? -1 : 1) : x[at]! - y[at]!;
  });
}

/**
 * Groups settings that are alike but for what is ignored.
 *
 * **Details** The settings are split by one path after the other: those asked for, then kinds, then the rest. A name has
 * the values at which its group was split, so that what always goes with a kind is left out, and so are defaults that
 * were not asked for. If nothing is left it is the kind of advantage.
 */
export function nameArms(all: readonly Settings[], naming: Naming): NamedGroup[] {
  const paths = pathsThatDiffer(all, naming);
  const short = split(all, paths, ([member, path]) => {
    const value = valueAt(all[member]!, path);
    // A kind is held against the default experiment, other settings against the defaults of their kind.
    const defaults = defaultsOf(path.endsWith(".kind") ? {} : all[member]!);
    const isDefault = textOf(valueAt(defaults, path)) === textOf(value);
    return isDefault && !isWithin(path, naming.by) ? "" : shortLabel(path, value, paths);
  });
  const names = short.map((group) => ({
    ...group,
    name: group.name || kindOf(all[group.members[0]!]!),
  }));
  const isClear = new Set(names.map(({ name }) => name)).size === names.length;
  const groups = isClear
    ? names
    : split(all, paths, ([member, path]) => `${path}=${textOf(valueAt(all[member]!, path))}`);
  return groups.map((group) => ({
    ...group,
    besides: group.besides.filter((path) => !isWithin(path, naming.by)),
  }));
}

/** Splits the settings by the first path at which they differ, and each part again. */
function split(
  all: readonly Settings[],
  paths: readonly string[],
  label: (at: readonly [member: number, path: string]) => string,
): NamedGroup[] {
  const descend = (group: NamedGroup): NamedGroup[] => {
    for (const path of paths) {
      const parts = Map.groupBy(group.members, (member) =>
        JSON.stringify(valueAt(all[member]!, path)),
      );
      if (parts.size < 2) continue;
      return [...parts.values()].flatMap((members) =>
        descend({
          name: `${group.name} ${label([members[0]!, path])}`.trim(),
          members,
          besides: [...group.besides, path],
        }),
      );
    }
    return [group];
  };
  return descend({ name: "", members: [...all.keys()], besides: [] });
}
