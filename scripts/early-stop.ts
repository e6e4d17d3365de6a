/**
 * What the early stop of a sweep would have saved in runs that are finished, and what it would have got wrong.
 *
 *     node scripts/early-stop.ts [FOLDER]     logs ARM-SEED.csv with step, reward and entropy [default: data/lab]
 *
 * Runs go on side by side, a step at a time. A mistake is an arm that was given up and ends above the arm that it was held
 * against, by the mean reward of the last 50 steps over seeds.
 */
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { makeTable, type Table } from "../src/log/table.ts";
import { type ArmSoFar, ceilingInterval, hopelessArms } from "../src/sweep/early-stop.ts";
import type { GivenUp } from "../src/sweep/sweep-manifest.ts";
import { markdownTable } from "./simulation/markdown-table.ts";

const COLUMNS = ["step", "reward", "entropy"];
const LAST_STEPS = 50;
const AFTER = 100;
const EVERY = 25;

interface Arm {
  readonly name: string;
  readonly runs: readonly Table[];
}

function readRun(path: string): Table | undefined {
  const [head = "", ...lines] = readFileSync(path, "utf8").trim().split("\n");
  const names = head.split(",");
  if (!COLUMNS.every((name) => names.includes(name))) return undefined;
  const cells = lines.map((line) => line.split(","));
  return makeTable(
    COLUMNS.map((name) => {
      const k = names.indexOf(name);
      return [name, Float64Array.from(cells, (row) => Number(row[k]))] as const;
    }),
  );
}

function readArms(folder: string): Arm[] {
  const runs = globSync(`${folder}/*-*.csv`)
    .toSorted()
    .flatMap((path) => {
      const run = readRun(path);
      const arm = basename(path, ".csv").replace(/-[^-]*$/, "");
      return run === undefined ? [] : [{ arm, run }];
    });
  const arms = Map.groupBy(runs, ({ arm }) => arm);
  return [...arms].map(([name, own]) => ({ name, runs: own.map(({ run }) => run) }));
}

const prefix = ({ columns }: Table, length: number): Table =>
  makeTable(new Map([...columns].map(([name, values]) => [name, values.slice(0, length)])));

/** An arm when each of its runs has had so many steps, or has ended. */
function armAt({ name, runs }: Arm, step: number): ArmSoFar {
  const taken = runs.reduce((sum, { length }) => sum + Math.min(step, length), 0);
  const all = runs.reduce((sum, { length }) => sum + length, 0);
  const ceilings = runs.flatMap((run) => {
    const found = ceilingInterval(prefix(run, Math.min(step, run.length)));
    return found === undefined ? [] : [found];
  });
  const names = runs.map((_, k) => `${name}-${k}`);
  return { arm: name, ceilings, runs: names, steps: taken, left: all - taken };
}

/** Arms that would have been given up, each at its first time; an arm that was takes no more steps. */
function replay(arms: readonly Arm[]): GivenUp[] {
  const longest = Math.max(...arms.flatMap(({ runs }) => runs.map(({ length }) => length)));
  const found = new Map<string, { readonly given: GivenUp; readonly step: number }>();
  for (let step = AFTER; step <= longest; step += EVERY) {
    const now = arms.map((arm) => armAt(arm, found.get(arm.name)?.step ?? step));
    for (const given of hopelessArms(now)) {
      if (!found.has(given.arm)) found.set(given.arm, { given, step });
    }
  }
  return [...found.values()].map(({ given }) => given);
}

/** Mean reward of the last steps, over the runs of an arm. */
function endOf({ runs }: Arm): number {
  const ends = runs.map((run) => {
    const last = run.columns.get("reward")!.slice(-LAST_STEPS);
    return last.reduce((sum, value) => sum + value, 0) / last.length;
  });
  return ends.reduce((sum, value) => sum + value, 0) / ends.length;
}

const arms = readArms(process.argv[2] ?? "data/lab");
const end = (name: string): number => endOf(arms.find((arm) => arm.name === name)!);
const interval = ([low, high]: readonly number[]): string =>
  `[${low!.toFixed(2)}, ${high!.toFixed(2)}]`;
const given = replay(arms);
const all = arms.flatMap(({ runs }) => runs).reduce((sum, { length }) => sum + length, 0);
const saved = given.reduce((sum, one) => sum + one.saved_steps, 0);
const mistakes = given.filter(({ arm, best }) => end(arm) > end(best)).length;
const rows = given.map(({ arm, ceiling, best, best_ceiling: other, steps, saved_steps: left }) => [
  arm,
  interval(ceiling),
  best,
  interval(other),
  `${steps} of ${steps + left}`,
  end(arm).toFixed(3),
  end(best).toFixed(3),
]);
const head = ["arm", "ceiling", "best", "its ceiling", "steps taken", "end reward", "end of best"];
process.stdout.write(
  `${markdownTable(head, rows)}\n\n${arms.length} arms, ${given.length} given up, ${mistakes} of them by mistake; ` +
    `${saved} of ${all} steps saved (${((100 * saved) / all).toFixed(0)} %)\n`,
);
