import { describe, expect, test } from "vitest";
import { compareRuns } from "../../../../src/analyze/compare/comparison.ts";
import { comparisonToJson } from "../../../../src/analyze/compare/comparison-to-json.ts";
import { disk } from "../../../../src/base/file-system.ts";
import { readLog } from "../../../../src/ingest/read-log.ts";
import { armLog, type MadeUpRun, manifestDisk } from "../../../support/arm-logs.ts";

const runs: readonly MadeUpRun[] = [0, 1, 2].flatMap((seed) => [
  { source: `/runs/g-${seed}`, config: { seed }, scores: [0.1, 0.2, 0.3, 0.4] },
  {
    source: `/runs/k-${seed}`,
    config: { seed, intervention: { kind: "kl-cov" } },
    end: 0.2,
    scores: [0.1, 0.2],
  },
]);
const compare = (some: readonly MadeUpRun[], request = {}) =>
  compareRuns(manifestDisk(some), some.map(armLog), request);

describe("a comparison of made-up arms", () => {
  const finding = compare(runs);

  test("has an arm for each intervention with all seeds, held against the plain one", () => {
    expect(finding.arms.map(({ name, runs: own }) => [name, own.length])).toEqual([
      ["grpo", 3],
      ["kl-cov", 3],
    ]);
    expect(finding.baseline).toBe("grpo");
    expect(finding.differences.map(({ arm }) => arm)).toEqual(["kl-cov"]);
  });

  test("finds what the arms were made with: one law, other ends", () => {
    const [grpo, kl] = finding.arms;
    expect(grpo!.measures.ceiling?.mean).toBeCloseTo(0.7, 2);
    expect(kl!.measures.ceiling?.mean).toBeCloseTo(0.7, 2);
    expect(kl!.measures.entropy!.mean).toBeGreaterThan(grpo!.measures.entropy!.mean + 0.08);
    const { reward, ceiling } = finding.differences[0]!.measures;
    expect(reward!.ci95![1]).toBeLessThan(0);
    expect(reward).toMatchObject({ paired: true, n: 3, probabilityAbove: 0 });
    expect(ceiling!.p).toBeGreaterThan(0.05);
    const { slope, doubts, curves } = finding.between;
    expect(slope.status === "estimated" && slope.a.value).toBeCloseTo(0.5, 1);
    expect(doubts).toEqual([expect.stringContaining("two arms cannot tell the slope")]);
    expect(curves).toMatchObject([{ arm: "kl-cov", differs: false }]);
  });

  test("steps to a reward wait for the lowest end of a run, and an arm with a run that does not get there has none", () => {
    const ends = finding.arms.flatMap((arm) => arm.runs.map(({ values }) => values.reward!));
    expect(finding.frame.target).toBe(Math.min(...ends));
    expect(finding.arms.map(({ reached }) => reached)).toEqual([3, 3]);
    const high = compare(runs, { target: 0.6 });
    expect(high.arms[1]!.reached).toBe(0);
    expect(high.arms[1]!.measures.stepsToReward).toBeUndefined();
    expect(high.differences[0]!.measures.stepsToReward).toBeUndefined();
    // Where one run does not get there, the mean of the others would be too good.
    const lagging = compare(
      runs.map((run, i) => (i === 0 ? { ...run, b: 1 } : run)),
      { target: 0.6 },
    );
    expect(lagging.arms[0]).toMatchObject({
      reached: 2,
      measures: { stepsToReward: undefined, reward: { n: 3 } },
    });
  });

  test("a run that ends where others start sets no target, and without a rise there is none", () => {
    const collapsed = {
      source: "/runs/c-0",
      config: { seed: 0, loss: { kind: "cispo" } },
      b: 0.9,
    } as const;
    const found = compare([...runs, collapsed]);
    expect(found.frame.target).toBe(finding.frame.target);
    expect(found.arms.find(({ name }) => name !== "grpo" && name !== "kl-cov")?.reached).toBe(0);
    const falling = compare(runs.map((run) => ({ ...run, a: -0.5, b: 0 })));
    expect(falling.frame.target).toBeUndefined();
    expect(comparisonToJson(falling)).toMatchObject({ target: null });
  });

  test("is the same for the same logs, and in its numbers for any order of them", () => {
    const again = compare(runs.toReversed());
    expect(comparisonToJson(compare(runs))).toEqual(comparisonToJson(finding));
    expect(again.differences[0]!.measures.reward!.value).toBeCloseTo(
      finding.differences[0]!.measures.reward!.value,
      12,
    );
  });

  test("profiles reach from all runs of the better arm to none", () => {
    const { tau, arms } = finding.profiles;
    expect(tau).toHaveLength(21);
    expect(Array.from(arms[0]!.share).at(-1)).toBe(0);
    expect(arms[0]!.share[0]).toBe(1);
    expect(arms[0]!.share[10]).toBeGreaterThan(arms[1]!.share[10]!);
  });

  test("runs of other lengths are compared over the steps that all have, and it is said", () => {
    const short = runs.map((run, i) => (i === 0 ? { ...run, steps: 80 } : run));
    const { frame, notes } = compare(short);
    expect(frame.steps).toEqual([1, 80]);
    expect(notes.join()).toContain("the runs end between steps 80 and 120");
  });

  test("arms that differ in more than steering doubt the slope between them", () => {
    const sized = runs.map((run, i) =>
      i % 2 === 0 ? run : { ...run, config: { ...run.config, policy: { size: "m" as const } } },
    );
    expect(compare(sized).between.doubts.join()).toContain("policy.size");
    expect(compare(sized.map(({ source }) => ({ source }))).between.doubts.join()).toContain(
      "do not say",
    );
  });

  test("different entropies are refused unless they are asked for", () => {
    const mixed = runs.map((run, i) => (i === 0 ? { ...run, temperature: 0.7 } : run));
    expect(() => compare(mixed)).toThrow(expect.objectContaining({ code: "mixed-entropy" }));
    expect(compare(mixed, { allowsMixed: true }).notes.join()).toContain("different entropies");
    expect(() => compare([])).toThrow(expect.objectContaining({ code: "no-runs" }));
  });

  test("two single runs with other rewards at the same entropy are no evidence of two arms", () => {
    const single = [runs[0]!, { ...runs[1]!, b: 1.3 }];
    const [curve] = compare(single).between.curves;
    expect(curve).toMatchObject({ pHolm: undefined, differs: false, difference: { from: "fits" } });
    const several = runs.map((run, i) => (i % 2 === 0 ? run : { ...run, b: 1.3 }));
    expect(compare(several).between.curves).toMatchObject([{ differs: true }]);
  });

  test("strata that an arm lacks are told", () => {
    const sized = [...runs, { source: "/runs/m", config: { policy: { size: "m" as const } } }];
    expect(compare(sized, { strata: ["policy.size"] }).notes.join()).toContain(
      'not all arms have the same strata: differences are over those that both have, means and profiles are not (grpo: "m", "s"; kl-cov: "s")',
    );
    expect(compare(runs, { strata: ["policy.size"] }).notes.join()).not.toContain("strata");
  });

  test("one arm is summarised, and held against nothing", () => {
    const alone = compare(runs.filter(({ end }) => end === undefined));
    expect(alone.arms).toHaveLength(1);
    expect(alone.differences).toEqual([]);
    expect(alone.between.curves).toEqual([]);
  });
});

describe("its JSON", () => {
  test("has the contract's fields, and null where there is no number", () => {
    const json = JSON.parse(
      JSON.stringify(comparisonToJson(compare(runs.slice(0, 3), { target: 0.9 }))),
    ) as { arms: Array<Record<string, unknown>> };
    expect(Object.keys(json)).toEqual(
      expect.arrayContaining(["arms", "differences", "between_arms", "profiles"]),
    );
    const [grpo, kl] = json.arms;
    const summary = {
      n: 2,
      iqm: expect.any(Number) as number,
      ci95: expect.any(Array) as number[],
    };
    for (const name of ["reward", "entropy", "ceiling"]) {
      expect(grpo).toMatchObject({ arm: "grpo", seeds: 2, [name]: summary });
      expect(kl).toMatchObject({ arm: "kl-cov", seeds: 1, [name]: { n: 1, ci95: null } });
    }
    expect(kl!["steps_to_reward"]).toBeNull();
  });
});

describe("the lab's arms, as docs/experiments.md has them", async () => {
  const names = ["grpo", "clip-cov", "kl-cov", "clip-higher"].flatMap((arm) =>
    [0, 1, 2].map((seed) => `data/lab/${arm}-${seed}.csv`),
  );
  const logs = await Promise.all(names.map((name) => readLog(name, {})));
  const finding = compareRuns(disk, logs, { baseline: "grpo" });

  test("a between the four arms is 0.72 [0.60, 0.85]", () => {
    const { slope } = finding.between;
    if (slope.status === "degenerate") throw new Error(slope.explanation);
    expect([slope.a.value, ...slope.a.ci95].map((value) => value.toFixed(2))).toEqual([
      "0.72",
      "0.60",
      "0.85",
    ]);
  });

  test("a and ceiling of GRPO are the means of its rows", () => {
    const { a, ceiling } = finding.arms[0]!.measures;
    expect(a!.mean).toBeCloseTo((1.15 + 1.26 + 1.19) / 3, 2);
    expect(ceiling!.mean).toBeCloseTo((0.64 + 0.66 + 0.65) / 3, 2);
  });

  test("Clip-Cov and KL-Cov keep entropy and cost reward beyond doubt, clip-higher does neither", () => {
    const clear = finding.differences.map(({ arm, measures }) => [
      arm,
      measures.entropy!.pHolm! < 0.05,
      measures.reward!.pHolm! < 0.05,
    ]);
    expect(clear).toEqual([
      ["clip-cov", true, true],
      ["kl-cov", true, true],
      ["clip-higher", false, false],
    ]);
  });
});
