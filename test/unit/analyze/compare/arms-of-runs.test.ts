import { describe, expect, test } from "vitest";
import { armsOfRuns, baselineOf } from "../../../../src/analyze/compare/arms-of-runs.ts";
import { identifyRun } from "../../../../src/analyze/compare/run-identity.ts";
import { armLog, type MadeUpRun, manifestDisk } from "../../../support/arm-logs.ts";

const identify = (runs: readonly MadeUpRun[]) =>
  runs.map((run) => identifyRun(manifestDisk(runs), armLog(run)));

const KL = { kind: "kl-cov" } as const;
const RUNS: readonly MadeUpRun[] = [
  { source: "/runs/k", config: { intervention: KL } },
  { source: "/runs/g0", config: {} },
  { source: "/runs/g1", config: { seed: 1 } },
  { source: "/runs/m", config: { policy: { size: "m" } } },
];

describe("a run without settings", () => {
  test.each([
    ["grpo-0.csv", "grpo", 0],
    ["logs/grpo-12.csv.gz", "grpo", 12],
    ["grpo-1-0a1b2c3d.JSONL.GZ", "grpo", 1],
    ["clip-cov-.05-2.log", "clip-cov-.05", 2],
    ["grpo-3/trainer_state.json", "grpo", 3],
    ["grpo-3/checkpoint-200/trainer_state.json", "grpo", 3],
    ["checkpoint-200/trainer_state.json", "trainer_state", undefined],
    ["grpo.csv.gz", "grpo", undefined],
  ])("%s is of the arm %s and the seed %s", (source, named, seed) => {
    expect(identifyRun(manifestDisk([]), armLog({ source }))).toMatchObject({ named, seed });
  });
});

describe("arms of runs", () => {
  test("settings tell arms and seeds, whatever the folders are called", () => {
    const { arms, notes } = armsOfRuns(identify(RUNS), {});
    const seeds = arms.map(({ name, runs }) => [
      name,
      runs.map(({ index, seed }) => [index, seed]),
    ]);
    expect(seeds).toEqual([
      ["kl-cov", [[0, 0]]],
      ["grpo", [[1, 0], [2, 1]]], // prettier-ignore
      ["size=m", [[3, 0]]],
    ]);
    expect(notes).toEqual([]);
  });

  test("arms by one setting are split by others, with a note", () => {
    const { arms, notes } = armsOfRuns(identify(RUNS), { by: ["intervention.kind"] });
    expect(arms.map(({ name }) => name)).toEqual(["kl-cov", "none", "none size=m"]);
    expect(notes).toEqual([
      "runs alike in intervention.kind differ in policy.size too, and are arms of their own",
    ]);
  });

  test("strata may differ within an arm, and seeds count within them", () => {
    const { arms } = armsOfRuns(identify(RUNS), { strata: ["policy.size"] });
    expect(arms.map(({ name, runs }) => [name, runs.map(({ stratum }) => stratum)])).toEqual([
      ["kl-cov", ['"s"']],
      ["grpo", ['"s"', '"s"', '"m"']],
    ]);
  });

  test("without settings, files or their folders are called ARM-SEED, or ARM-SEED-HASH as in sweeps", () => {
    const sources = [
      "/lab/kl-cov-.1-0.csv",
      "/lab/kl-cov-.1-1.csv",
      "/lab/grpo-256-0.csv",
      "/paper/grpo-256-1-55414dcf.csv",
      "/paper/grpo-256-2-12345678.csv", // digits alone are a hash too
      "/lab/grpo-3/verl.jsonl",
      "/lab/x.log",
    ];
    const { arms } = armsOfRuns(identify(sources.map((source) => ({ source }))), {});
    expect(arms.map(({ name, runs }) => [name, runs.map(({ seed }) => seed)])).toEqual([
      ["kl-cov-.1", [0, 1]],
      ["grpo-256", [0, 1, 2]],
      ["grpo", [3]],
      ["x", [undefined]],
    ]);
  });

  test("one log without settings makes names count for all", () => {
    const { arms, notes } = armsOfRuns(identify([...RUNS, { source: "/a-7.csv" }]), {});
    expect(arms.map(({ name }) => name)).toEqual(["k", "g0", "g1", "m", "a"]);
    expect(notes.join()).toContain("not all logs have settings");
  });

  test.each([
    [{ by: ["intervention.kin"] }, RUNS, "unknown-setting", /did you mean "intervention.kind"/],
    [{ by: ["loss.kind"] }, [{ source: "/a-1.csv" }], "no-settings", /ARM-SEED/],
    [{}, [...RUNS, { source: "/again", config: {} }], "same-seed", /once/],
    [{}, [{ source: "/a-1.csv" }, { source: "/b/a-1.csv" }], "same-seed", /once/],
  ] as const)("%o is refused with what to do", (request, runs, code, fix) => {
    expect(() => armsOfRuns(identify(runs), request)).toThrow(
      expect.objectContaining({ code, fix: expect.stringMatching(fix) as unknown }),
    );
  });
});

describe("the baseline", () => {
  const { arms } = armsOfRuns(identify(RUNS), {});

  test("is without intervention and nearest to the default experiment", () => {
    expect(baselineOf(arms)?.name).toBe("grpo");
    expect(baselineOf(arms.toReversed())?.name).toBe("grpo");
  });

  test("is the arm called grpo where there are no settings, or the first, or the one asked for", () => {
    const { arms: plain } = armsOfRuns(
      identify([{ source: "/b-0.csv" }, { source: "/a-0.csv" }]),
      {},
    );
    expect(baselineOf(plain)?.name).toBe("b");
    expect(baselineOf(plain, "a")?.name).toBe("a");
    const { arms: usual } = armsOfRuns(
      identify([{ source: "/b-0.csv" }, { source: "/grpo-0.csv" }]),
      {},
    );
    expect(baselineOf(usual)?.name).toBe("grpo");
    expect(() => baselineOf(plain, "c")).toThrow(/must be one of "b", "a", got "c"/);
  });
});
