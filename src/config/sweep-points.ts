/** The points of a sweep's grid and zip: which values go together; knows nothing of what the settings mean. */
import { ConfigError } from "../base/errors.ts";
import { isRecord } from "./merge-config.ts";
import type { SweepConfig } from "./sweep-config.ts";

/** One setting at its value. */
interface SweepSetting {
  /** Dotted path. */
  readonly key: string;
  readonly value: unknown;
  /** The value as names of runs have it. */
  readonly shown: string;
}

/** Settings that go together; none for a sweep that varies nothing. */
export type SweepPoint = readonly SweepSetting[];

/** More is a slip of the keyboard. */
const MOST_POINTS = 10_000;

/** The kinds of a whole part, such as a loss, name it. */
const shortOf = (value: unknown): string => {
  if (isRecord(value) && typeof value["kind"] === "string") return value["kind"];
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** A value among those of its key: whole where another one has the same short name. */
function shownOf(value: unknown, values: readonly unknown[]): string {
  const [short, whole] = [shortOf(value), JSON.stringify(value)];
  const isShared = values.some((one) => shortOf(one) === short && JSON.stringify(one) !== whole);
  return isShared ? whole : short;
}

/**
 * Every combination of the grid's values, each with every row of the zip's.
 *
 * @throws {@link ConfigError} if a key is in both, is `seed`, or the points are more than 10,000.
 */
export function gridPoints({ grid, zip }: Pick<SweepConfig, "grid" | "zip">): SweepPoint[] {
  for (const key of [...Object.keys(grid), ...Object.keys(zip)]) {
    if (key === "seed") {
      throw new ConfigError("sweep", "grid and zip must leave seed out, got seed", {
        fix: "list the seeds under seeds",
      });
    }
    if (Object.hasOwn(grid, key) && Object.hasOwn(zip, key)) {
      throw new ConfigError("sweep", `a key must be in grid or in zip, got ${key} in both`);
    }
  }
  const total = [...Object.values(grid), Object.values(zip)[0] ?? [undefined]].reduce(
    (product, { length }) => product * length,
    1,
  );
  if (total > MOST_POINTS) {
    throw new ConfigError("sweep", `a grid must have at most ${MOST_POINTS} points, got ${total}`);
  }
  return Object.entries(grid).reduce<SweepPoint[]>(
    (points, [key, values]) =>
      points.flatMap((point) => values.map((value) => [...point, settingOf(key, value, values)])),
    rowsOf(zip),
  );
}

const settingOf = (key: string, value: unknown, values: readonly unknown[]): SweepSetting => ({
  key,
  value,
  shown: shownOf(value, values),
});

function rowsOf(zip: SweepConfig["zip"]): SweepPoint[] {
  const columns = Object.entries(zip);
  const [first] = columns;
  if (first === undefined) return [[]];
  return first[1].map((_, row) =>
    columns.map(([key, values]) => settingOf(key, values[row], values)),
  );
}
