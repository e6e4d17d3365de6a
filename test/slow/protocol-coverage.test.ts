/** The promises of the intervals and of the verdict, by simulation; `scripts/simulate.ts` prints the full tables. */
import { describe, expect, test } from "vitest";
import { confusion } from "../../scripts/simulation/confusion.ts";
import { coverage } from "../../scripts/simulation/coverage.ts";
import { formCoverage, TRUE_FORMS } from "../../scripts/simulation/form-coverage.ts";
import { LAW_SETTINGS, MEMORIES } from "../../scripts/simulation/law-run.ts";
import { WORLDS } from "../../scripts/simulation/worlds.ts";

const REPLICATES = 600;
const SEED = 41;
/** Three Monte-Carlo standard errors of a share near 95 %. */
const SLACK = 3 * Math.sqrt((0.95 * 0.05) / REPLICATES);

const settings = Object.entries(LAW_SETTINGS);

describe("95 % intervals", () => {
  test.each(settings)(
    "%s noise, white: a, b and the ceiling are covered 93 to 97 % of the time",
    (_, setting) => {
      const memory = MEMORIES.white;
      const found = coverage({ n: 250, setting, memory, replicates: REPLICATES, seed: SEED });
      for (const share of [found.a, found.b, found.ceiling]) {
        expect(share).toBeGreaterThan(0.93 - SLACK);
        expect(share).toBeLessThan(0.97 + SLACK);
      }
    },
  );

  test.each(settings)("%s noise with memory .7 in both: at least 90 %", (_, setting) => {
    const memory = MEMORIES["AR .7 both"];
    for (const n of [250, 400]) {
      const found = coverage({ n, setting, memory, replicates: REPLICATES, seed: SEED });
      for (const share of [found.a, found.b, found.ceiling])
        expect(share).toBeGreaterThan(0.9 - SLACK);
    }
  });

  test("the wide gap is what repairs strong noise with memory: without it a is covered clearly less", () => {
    const cell = {
      n: 400,
      setting: LAW_SETTINGS.strong,
      memory: MEMORIES["AR .7 both"],
      replicates: REPLICATES,
      seed: SEED,
    };
    const narrow = coverage({ ...cell, neighbourhood: { reach: 10, gap: 2 } });
    expect(coverage(cell).a).toBeGreaterThan(narrow.a + 0.02);
  });
});

describe("long runs", () => {
  const setting = LAW_SETTINGS.moderate;

  test("3,000 steps, memory .9 in both: at least 90 %", () => {
    const memory = { entropy: 0.9, reward: 0.9 };
    const found = coverage({ n: 3000, setting, memory, replicates: 200, seed: SEED });
    for (const share of [found.a, found.b, found.ceiling])
      expect(share).toBeGreaterThan(0.9 - 3 * Math.sqrt((0.9 * 0.1) / 200));
    expect(Math.abs(found.bias)).toBeLessThan(0.03);
  });

  test("entropy that collapses in the first hundredth of 3,000 steps: 93 to 97 %", () => {
    const early = { ...setting, decay: { start: 0.6, end: 0.1, timeConstant: 0.01 } };
    const memory = MEMORIES.white;
    const found = coverage({ n: 3000, setting: early, memory, replicates: 400, seed: SEED });
    const slack = 3 * Math.sqrt((0.95 * 0.05) / 400);
    for (const share of [found.a, found.b, found.ceiling]) {
      expect(share).toBeGreaterThan(0.93 - slack);
      expect(share).toBeLessThan(0.97 + slack);
    }
  });
});

describe("bias under noise in entropy", () => {
  test.each(["strong", "high"] as const)(
    "%s noise: below 5 % where least squares loses 30 % or more",
    (noise) => {
      const setting = LAW_SETTINGS[noise];
      const found = coverage({
        n: 400,
        setting,
        memory: MEMORIES.white,
        replicates: REPLICATES,
        seed: SEED,
      });
      expect(found.leastSquaresBias).toBeLessThan(-0.3);
      expect(Math.abs(found.bias)).toBeLessThan(0.05);
    },
  );
});

describe("the ceiling band", () => {
  test.each(Object.entries(TRUE_FORMS))(
    "%s: it holds the true ceiling at least 90 % of the time",
    (_, curve) => {
      const noise = { entropy: 0.015, reward: 0.01 };
      const found = formCoverage({ curve, end: 0.15, noise, replicates: 200, seed: SEED });
      expect(found.band).toBeGreaterThan(0.9);
    },
  );
});

describe("verdicts", () => {
  test("fewer than 2 % of the runs where reward does not follow entropy are given yes", () => {
    const unrelated = WORLDS.filter(({ truth }) => truth === "unrelated");
    const shares = unrelated.map((world) => confusion(world, 250, 80, SEED).yes);
    expect(unrelated).toHaveLength(12);
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeLessThan(0.02);
  });

  test("fewer than 2 % of the runs where the law is true are called contradicted", () => {
    const lawful = WORLDS.filter(({ truth }) => truth === "law");
    const shares = [60, 250].flatMap((n) =>
      lawful.map((world) => confusion(world, n, 50, SEED).contradicted),
    );
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeLessThan(0.02);
  });

  test("batch noise that entropy and reward share, with a short memory, earns no yes in a long run", () => {
    const shared = WORLDS.filter(({ name }) => /^N1[23] /.test(name));
    for (const world of shared) expect(confusion(world, 1000, 80, SEED).yes).toBeLessThan(0.04);
    expect(shared).toHaveLength(2);
  });

  test("rebounds of entropy without reward are found out, and lively law runs are supported", () => {
    const named = (name: string) => WORLDS.find((world) => world.name.startsWith(name))!;
    expect(confusion(named("N4"), 250, 50, SEED).contradicted).toBeGreaterThan(0.9);
    expect(confusion(named("L4"), 400, 50, SEED).yes).toBeGreaterThan(0.5);
  });
});
