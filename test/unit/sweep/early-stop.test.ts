/** Which arms are given up: only such as lie below the best in every run, and never the best. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeTable } from "../../../src/log/table.ts";
import {
  type ArmSoFar,
  ceilingInterval,
  EarlyStopWatch,
  hopelessArms,
  type Interval,
} from "../../../src/sweep/early-stop.ts";
import type { Job } from "../../../src/sweep/launcher.ts";
import { memoryDisk } from "../../support/memory-disk.ts";
import { writeStep } from "../../support/scripted-launcher.ts";
import { fallingEntropy, rewardOf, rowNumbers, whiteNoise } from "../../support/series.ts";
import { jobsOf } from "../../support/sweep-jobs.ts";

const arm = (
  name: string,
  ceilings: readonly Interval[],
  more: Partial<ArmSoFar> = {},
): ArmSoFar => ({
  arm: name,
  ceilings,
  runs: ceilings.map((_, k) => `${name}-${k}`),
  steps: 100,
  left: 200,
  ...more,
});

const names = (arms: readonly ArmSoFar[]): string[] => hopelessArms(arms).map((one) => one.arm);

describe("hopeless arms", () => {
  test("lie below the best in every run", () => {
    const best = arm("best", [
      [0.6, 0.8],
      [0.5, 0.7],
    ]);
    expect(
      names([
        best,
        arm("below", [
          [0.1, 0.2],
          [0.3, 0.45],
        ]),
      ]),
    ).toEqual(["below"]);
    expect(
      names([
        best,
        arm("one run reaches it", [
          [0.1, 0.2],
          [0.3, 0.55],
        ]),
      ]),
    ).toEqual([]);
    expect(
      names([
        best,
        arm("touches", [
          [0.1, 0.5],
          [0.1, 0.5],
        ]),
      ]),
    ).toEqual([]);
  });

  test("say what they were held against and what giving them up saves", () => {
    const arms = [arm("best", [[0.6, 0.8]]), arm("low", [[0.1, 0.2]], { steps: 40, left: 260 })];
    expect(hopelessArms(arms)).toEqual([
      {
        arm: "low",
        ceiling: [0.1, 0.2],
        best: "best",
        best_ceiling: [0.6, 0.8],
        steps: 40,
        saved_steps: 260,
        config_hashes: ["low-0"],
      },
    ]);
  });

  test("are not judged, nor judge, by one run of several", () => {
    const low = arm("low", [[0.1, 0.2]]);
    const high = arm("high", [[0.6, 0.8]]);
    const runs = ["a", "b", "c"];
    expect(names([high, { ...low, runs }])).toEqual([]);
    expect(names([{ ...high, runs }, low])).toEqual([]);
    expect(names([high, low])).toEqual(["low"]);
  });

  test("are not such as have no steps left", () => {
    expect(names([arm("high", [[0.6, 0.8]]), arm("low", [[0.1, 0.2]], { left: 0 })])).toEqual([]);
  });

  test("never are all of them, and their interval is below another's", () => {
    const end = fc.double({ min: 0, max: 1, noNaN: true });
    const interval = fc.tuple(end, end).map(([a, b]): Interval => [Math.min(a, b), Math.max(a, b)]);
    const some = fc.array(fc.array(interval, { minLength: 2, maxLength: 4 }), { minLength: 1 });
    fc.assert(
      fc.property(some, (all) => {
        const found = hopelessArms(all.map((ceilings, k) => arm(String(k), ceilings)));
        expect(found.length).toBeLessThan(all.length);
        for (const { ceiling, best_ceiling: other } of found) {
          expect(ceiling[1]).toBeLessThan(other[0]);
        }
      }),
    );
  });
});

const STEPS = 200;

/** A run that follows the law, with the given ceiling. */
function rows(ceiling: number, name: string): Array<Record<string, number>> {
  const wiggle = whiteNoise(STEPS, 0.03, `${name} wiggle`);
  const entropy = fallingEntropy(STEPS).map((value, i) => value + Math.abs(wiggle[i] ?? 0));
  const noise = whiteNoise(STEPS, 0.003, `${name} noise`);
  const reward = rewardOf(entropy, 0.5, ceiling + 0.5).map((value, i) => value + (noise[i] ?? 0));
  return Array.from(rowNumbers(STEPS), (i) => ({
    step: i + 1,
    entropy: entropy[i] ?? 0,
    reward: reward[i] ?? 0,
  }));
}

const tableOf = (all: ReadonlyArray<Record<string, number>>) =>
  makeTable(
    ["step", "entropy", "reward"].map(
      (name) => [name, Float64Array.from(all, (row) => row[name] ?? 0)] as const,
    ),
  );

describe("the ceiling of a run so far", () => {
  test("holds the true one, and is not stated where the law is refuted", () => {
    const [low = Number.NaN, high = Number.NaN] = ceilingInterval(tableOf(rows(0.9, "a"))) ?? [];
    expect(low).toBeLessThan(0.9);
    expect(high).toBeGreaterThan(0.9);
    const unrelated = rows(0.9, "a").map((row, i) => ({ ...row, reward: 0.3 + 0.1 * Math.sin(i) }));
    expect(ceilingInterval(tableOf(unrelated))).toBeUndefined();
  });
});

describe("the watch over a sweep", () => {
  const setUp = () => {
    const fs = memoryDisk();
    const jobs = jobsOf(fs, `{ arms: [grpo, psr], steps: ${2 * STEPS}, seeds: 2 }`);
    const rule = { after: 100, every: 50 };
    const watch = new EarlyStopWatch(fs, jobs, { rule, before: [] });
    const grow = (from: number, to: number): void => {
      for (const { run, directory } of jobs as Job[]) {
        const ceiling = run.arm === "grpo" ? 0.9 : 0.4;
        for (const row of rows(ceiling, run.id).slice(from, to)) writeStep(fs, directory, row);
      }
    };
    return { fs, jobs, watch, grow, rule };
  };

  test("names the worse arm once, when its runs have had their steps", () => {
    const { watch, grow } = setUp();
    expect(watch.look()).toEqual([]);
    grow(0, 99);
    expect(watch.look()).toEqual([]);
    grow(99, 120);
    const found = watch.look();
    expect(found.map((one) => one.arm)).toEqual(["psr"]);
    expect(found[0]).toMatchObject({ steps: 2 * 120, saved_steps: 2 * (2 * STEPS - 120) });
    grow(120, STEPS);
    expect(watch.look()).toEqual([]);
  });

  test("names none that was named before", () => {
    const { fs, jobs, watch, grow, rule } = setUp();
    grow(0, 150);
    const before = watch.look();
    expect(new EarlyStopWatch(fs, jobs, { rule, before }).look()).toEqual([]);
    expect(new EarlyStopWatch(fs, jobs, { rule, before: [] }).look()).toEqual(before);
  });

  test("names an arm again that was given up with other configurations", () => {
    const { fs, jobs, watch, grow, rule } = setUp();
    grow(0, 150);
    const before = watch.look().map((one) => ({ ...one, config_hashes: ["another"] }));
    const again = new EarlyStopWatch(fs, jobs, { rule, before }).look();
    expect(again.map(({ config_hashes: hashes }) => hashes)).toEqual([
      jobs.flatMap(({ run }) => (run.arm === "psr" ? [run.hash] : [])),
    ]);
  });

  test("judges by every so many steps alone, whenever it looks", () => {
    const { watch, grow, fs, jobs, rule } = setUp();
    grow(0, 100);
    const [at100] = watch.look();
    grow(100, 149);
    const late = new EarlyStopWatch(fs, jobs, { rule, before: [] }).look();
    expect(late[0]?.ceiling).toEqual(at100?.ceiling);
  });

  test("passes over a log that is damaged", () => {
    const { fs, jobs, watch } = setUp();
    const [first] = jobs as [Job];
    fs.makeDirectory(first.directory);
    const log = fs.open(`${first.directory}/steps.jsonl`, "write");
    fs.write(log, Buffer.from('nonsense\n{"step": 2}\n'));
    expect(watch.look()).toEqual([]);
  });
});
