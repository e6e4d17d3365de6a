import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { ARM_NAMES } from "../../../src/config/arms.ts";
import { configHash } from "../../../src/config/config-hash.ts";
import { expandSweep } from "../../../src/config/expand-sweep.ts";
import { parseExperiment } from "../../../src/config/parse-experiment.ts";
import { parseSweep } from "../../../src/config/parse-sweep.ts";

const expand = (text: string) => expandSweep(parseSweep(text, "sweep.yaml"));

function failure(text: string): ConfigError {
  try {
    expand(text);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error(`taken: ${text}`);
}

describe("the runs of a sweep", () => {
  test("are arms x grid x zip x seeds, each another", () => {
    const runs = expand(`
      base: { preset: smoke }
      arms: [grpo, clip-cov]
      grid: { optimizer.learningRate: [1e-4, 2e-4, 3e-4], aggregation: [token-mean, seq-mean-token-mean] }
      zip: { rollout.prompts: [16, 32], rollout.samples: [8, 4] }
      seeds: [3, 5]`);
    expect(runs).toHaveLength(2 * 3 * 2 * 2 * 2);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
    const pairs = new Set(runs.map(({ config: { rollout: r } }) => `${r.prompts}x${r.samples}`));
    expect([...pairs].toSorted()).toEqual(["16x8", "32x4"]);
    expect(new Set(runs.map(({ seed }) => seed))).toEqual(new Set([3, 5]));
  });

  test("are the configurations that `entlaw train` makes of the same settings", () => {
    const [run] = expand(`
      base: { preset: smoke, optimizer: { learningRate: 1e-4 } }
      arms: { mine: { intervention: entropy-bonus } }
      grid: { intervention.coefficient: [0.25] }
      seeds: [7]
      steps: 9`);
    const config = parseExperiment({
      preset: "smoke",
      set: [
        "optimizer.learningRate=1e-4",
        "intervention=entropy-bonus",
        "intervention.coefficient=0.25",
        "seed=7",
        "steps=9",
      ],
    });
    expect(run?.config).toEqual(config);
    expect(run?.hash).toBe(configHash(config));
    expect(run?.id).toBe(`mine-coefficient-0.25-7-${configHash(config).slice(0, 8)}`);
    expect(run?.arm).toBe("mine intervention.coefficient=0.25");
  });

  test("keep their configuration through a file, as a process of its own reads it", () => {
    for (const { config, hash } of expand("{ base: { preset: smoke }, arms: all }")) {
      expect(configHash(parseExperiment({ text: JSON.stringify(config, null, 2) }))).toBe(hash);
    }
  });

  test("of `arms: all` are the presets of that name, and plain GRPO", () => {
    const runs = expand("arms: all");
    expect(runs.map(({ arm }) => arm)).toEqual(["grpo", ...ARM_NAMES]);
    for (const { arm, config } of runs) {
      expect(config).toEqual(parseExperiment({ preset: arm as "grpo" }));
    }
  });

  test("of a table start from the arm of the same name", () => {
    const [small, own] = expand("arms: { clip-cov: { intervention.share: 0.01 }, plain: {} }");
    const clipCov = parseExperiment({ preset: "clip-cov", set: ["intervention.share=0.01"] });
    expect(small?.config).toEqual(clipCov);
    expect(own?.config).toEqual(parseExperiment());
  });

  test("depend on values alone: not on the order of keys, nor on where a setting is written", () => {
    const ids = (text: string) => expand(text).map(({ hash }) => hash);
    const inBase = ids("{ base: { steps: 30, rollout: { prompts: 16, samples: 4 } } }");
    expect(ids("{ steps: 30, base: { rollout: { samples: 4, prompts: 16 } } }")).toEqual(inBase);
    expect(ids("{ grid: { steps: [30], rollout.prompts: [16], rollout.samples: [4] } }")).toEqual(
      inBase,
    );
  });

  test("of one configuration are one run, which names the others", () => {
    const runs = expand(`
      arms: { one: {}, two: { loss.clipHigh: 0.2 }, three: { loss.clipHigh: 0.3 } }
      seeds: [1, 1, 2]`);
    expect(runs.map(({ arm, seed, also }) => [arm, seed, also])).toEqual([
      ["one", 1, ["two"]],
      ["one", 2, ["two"]],
      ["three", 1, []],
      ["three", 2, []],
    ]);
  });

  test.each([
    ["", "grpo"],
    ["base: { steps: 9 }", "grpo"],
    ["base: { preset: kl-cov, intervention.share: 0.01 }", "kl-cov"],
    ["base: { preset: smoke }", "smoke"],
    ["{ runner: verl, verl: { train: t, validation: v } }", "paper-7b"],
    [
      "{ runner: verl, base: { preset: paper-32b }, verl: { train: t, validation: v } }",
      "paper-32b",
    ],
  ])("without arms are called by the preset of the base: %s", (text, name) => {
    const [run] = expand(text);
    expect(run?.arm).toBe(name);
    expect(run?.id).toBe(`${name}-0-${run?.hash.slice(0, 8)}`);
    const named = expand(JSON.stringify({ ...parseSweep(text, "x"), arms: { other: {} } }));
    expect(named.map(({ hash }) => hash)).toEqual([run?.hash]);
  });

  test.each(["grid", "zip"])("of different values in the %s are different arms", (axes) => {
    const loss = "[{ kind: ppo-clip, clipHigh: 0.2 }, cispo, { kind: ppo-clip, clipHigh: 0.6 }]";
    const runs = expand(`{ ${axes}: { loss: ${loss} }, seeds: 2 }`);
    expect([...new Set(runs.map(({ arm }) => arm))]).toEqual([
      'grpo loss={"kind":"ppo-clip","clipHigh":0.2}',
      "grpo loss=cispo",
      'grpo loss={"kind":"ppo-clip","clipHigh":0.6}',
    ]);
    for (const { id } of runs) expect(id).toMatch(/^grpo-loss-[\w.-]+-[01]-[0-9a-f]{8}$/);
  });

  test.each([
    "{ base: { optimizer.warmUp: 300 }, steps: 1000 }",
    "{ base: { optimizer.warmUp: 300 }, arms: { long: { steps: 1000 } } }",
    "{ base: { optimizer.warmUp: 300 }, grid: { steps: [1000] } }",
    "{ arms: { slow: { optimizer.warmUp: 300 } }, steps: 1000 }",
    "{ arms: { slow: { optimizer.warmUp: 300 } }, grid: { steps: [1000] } }",
  ])("of %s are valid as a whole, though a part alone is not", (text) => {
    expect(expand(text).map(({ config }) => [config.optimizer.warmUp, config.steps])).toEqual([
      [300, 1000],
    ]);
  });

  test("stay the same when others are added", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), (seeds) => {
        const some = expand(`{ arms: [kl-cov], seeds: [${seeds.join()}] }`);
        const more = new Set(expand("{ arms: [grpo, kl-cov], seeds: 10 }").map(({ id }) => id));
        expect(some.every(({ id }) => more.has(id))).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  test.each([
    ["base: { rolout: { prompts: 3 } }", "base: rolout is no setting"],
    ["base: { preset: grop }", "base: the preset must be one of"],
    ["base: { seed: 3 }", "base.seed must be left out"],
    ["arms: { a: { seed: 3 } }", "arms.a.seed must be left out"],
    ["arms: { a: { steps: 1.5 } }", "arms.a: steps must be a whole number"],
    ["arms: [clip-cow]", 'got "clip-cow"'],
    ["grid: { seed: [1, 2] }", "leave seed out"],
    ["{ grid: { steps: [1] }, zip: { steps: [2] } }", "got steps in both"],
    ["grid: { optimizer.learningrate: [1] }", "grpo, optimizer.learningrate=1: "],
    ["{ base: { rolout: 3 }, steps: 9, arms: { a: {}, b: {} } }", "base: rolout is no setting"],
    ["{ base: { optimizer.warmUp: 300 }, steps: 200 }", "base: optimizer.warmUp must be"],
    ["{ base: { optimizer.warmUp: 20 }, arms: { a: { steps: 9 } } }", "arms.a: optimizer.warmUp"],
    [
      "{ base: { optimizer.warmUp: 300 }, arms: { a: { rolout: 3 } }, grid: { steps: [1000] } }",
      "arms.a: rolout is no setting",
    ],
    ["{ arms: [dmpo], grid: { update.miniBatches: [128] } }", "dmpo, update.miniBatches=128: "],
    [
      "{ grid: { steps: [1, 2, 3] }, seeds: 1000, arms: [grpo, psr, nsr, dmpo] }",
      "at most 10000 runs, got 12000",
    ],
  ])("of %s are refused by the path", (text, message) => {
    expect(failure(text).message).toContain(message);
  });
});
