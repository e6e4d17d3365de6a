import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { experimentConfig } from "../../../src/config/experiment-config.ts";
import {
  checkExperiment,
  type ExperimentSource,
  parseExperiment,
} from "../../../src/config/parse-experiment.ts";
import { mergeConfig } from "../../../src/config/merge-config.ts";
import { PRESET_NAMES, PRESETS } from "../../../src/config/presets.ts";

const defaults = experimentConfig.parse({});

/** The error a source leads to. */
function refusal(source: ExperimentSource): { message: string; fix: string | undefined } {
  try {
    parseExperiment(source);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { message, fix } = error as ConfigError;
    return { message, fix };
  }
  throw new Error(`accepted: ${JSON.stringify(source)}`);
}

describe("an experiment", () => {
  test("of nothing is the default one", () => {
    expect(parseExperiment()).toEqual(defaults);
    expect(parseExperiment({ text: "" })).toEqual(defaults);
    expect(parseExperiment({ text: "# nothing\n" })).toEqual(defaults);
  });

  test("is the same from YAML and from JSON", () => {
    const yaml = "steps: 7\nrollout:\n  prompts: 8\nloss: {kind: gspo, clipLow: 1e-3}\n";
    const json =
      '{\n\t"steps": 7,\n\t"rollout": {"prompts": 8}, "loss": {"kind": "gspo", "clipLow": 0.001}\n}';
    expect(parseExperiment({ text: yaml })).toEqual(parseExperiment({ text: json }));
    expect(parseExperiment({ text: yaml })).toEqual({
      ...defaults,
      steps: 7,
      rollout: { ...defaults.rollout, prompts: 8 },
      loss: { kind: "gspo", clipLow: 0.001, clipHigh: 0.004 },
    });
  });

  test("takes from each source what the later ones leave", () => {
    const config = parseExperiment({
      preset: "clip-cov",
      text: "intervention: {share: 0.1, low: 0.2}\nsteps: 5",
      set: ["intervention.low=0.4", "seed=3"],
    });
    expect(config).toMatchObject({ steps: 5, seed: 3 });
    expect(config.intervention).toEqual({
      kind: "clip-cov",
      share: 0.1,
      low: 0.4,
      high: 5,
      scope: "mini",
    });
  });

  test("finds its preset in the text as well, and refuses a second opinion", () => {
    expect(parseExperiment({ text: "preset: rloo" }).advantage.kind).toBe("rloo");
    expect(parseExperiment({ text: "preset: rloo", preset: "rloo" }).advantage.kind).toBe("rloo");
    expect(refusal({ text: "preset: rloo", preset: "smoke" }).message).toBe(
      'the preset must be that of the configuration, "rloo", got smoke',
    );
  });

  test("with a new kind gets the defaults of that kind, and nothing of the old one", () => {
    expect(parseExperiment({ preset: "clip-cov", text: "intervention: {kind: kl-cov}" })).toEqual({
      ...parseExperiment({ preset: "clip-cov" }),
      intervention: { kind: "kl-cov", share: 0.02, coefficient: 1, scope: "mini" },
    });
  });

  test("keeps its other settings where the kind is named again", () => {
    const { loss } = parseExperiment({ preset: "clip-higher", set: ["loss.kind=ppo-clip"] });
    expect(loss).toMatchObject({ clipHigh: 0.28 });
  });

  test("takes a name for a table with that kind", () => {
    expect(parseExperiment({ text: "loss: cispo" }).loss).toEqual(
      parseExperiment({ text: "loss: {kind: cispo}" }).loss,
    );
    expect(parseExperiment({ set: ["task=chain"] }).task.kind).toBe("chain");
  });
});

describe("--set", () => {
  test.each([
    ["steps=12", { steps: 12 }],
    ["optimizer.learningRate=1e-4", { optimizer: { learningRate: 1e-4 } }],
    ["warmStart.from=runs/a=b.c", { warmStart: { from: "runs/a=b.c" } }],
    ["warmStart.from=null", { warmStart: { from: null } }],
    ["warmStart.from=", { warmStart: { from: null } }],
    ["rollout.dynamicSampling.enabled=true", { rollout: { dynamicSampling: { enabled: true } } }],
    [" steps = 12", { steps: 12 }],
  ])("%s sets one value", (pair, expected) => {
    expect(parseExperiment({ set: [pair] })).toMatchObject(expected);
  });

  test("takes lists", () => {
    const { task } = parseExperiment({ preset: "bandit", set: ["task.payoffs=[0, 1, 0.5]"] });
    expect(task).toEqual({ kind: "bandit", payoffs: [0, 1, 0.5] });
  });

  test("of a kind and of its settings may come in any order", () => {
    const pairs = [
      "loss.kind=cispo",
      "loss.clipLow=0.3",
      "intervention=kl-cov",
      "intervention.coefficient=2",
    ];
    const expected = parseExperiment({ set: pairs });
    expect(expected.loss).toEqual({ kind: "cispo", clipLow: 0.3, clipHigh: 5 });
    fc.assert(
      fc.property(fc.shuffledSubarray(pairs, { minLength: pairs.length }), (set) => {
        expect(parseExperiment({ set })).toEqual(expected);
      }),
      { numRuns: 24 },
    );
  });

  test("of the same setting twice takes the last", () => {
    expect(parseExperiment({ set: ["steps=1", "steps=2"] }).steps).toBe(2);
  });

  test.each(["steps", "=3", "", ".=3", "rollout..prompts=3", "rollout.=3"])(
    "%j is refused, since it is no KEY=VALUE",
    (pair) => {
      expect(refusal({ set: [pair] }).message).toBe(`--set must be KEY=VALUE, got "${pair}"`);
    },
  );

  test("names the setting whose value is no YAML", () => {
    expect(refusal({ set: ["task.payoffs=[1,"] }).message).toMatch(
      /^the value of --set task.payoffs must be a document of YAML or JSON/,
    );
  });
});

describe("a wrong setting is named by its path, with what must hold and what was got", () => {
  test.each([
    ["optimizer.learningRate=-1", "optimizer.learningRate must be at least 0, got -1"],
    ["steps=2.5", "steps must be a whole number, got 2.5"],
    ["steps=many", 'steps must be a number, got "many"'],
    ["steps=.inf", "steps must be a number, got Infinity"],
    ["steps=null", "steps must be a number, got null"],
    ["seed=4294967296", "seed must be at most 4294967295, got 4294967296"],
    ["warmStart.passRate=1", "warmStart.passRate must be below 1, got 1"],
    ["rollout.topP=0", "rollout.topP must be above 0, got 0"],
    ["policy.size=xl", 'policy.size must be one of xxs, xs, s, m, l, got "xl"'],
    ["policy=xs", 'policy must be a table of settings, got "xs"'],
    [
      "rollout.dynamicSampling.enabled=yes",
      'rollout.dynamicSampling.enabled must be true or false, got "yes"',
    ],
    ["warmStart.from=3", "warmStart.from must be a text, got 3"],
    ["task.numbers=5", "task.numbers must be one of 3, 4, got 5"],
    ["task.operators=++", 'task.operators must be one or more of "+-*/", none twice, got "++"'],
    ["loss.clipLow=1.5", "loss.clipLow must be at most 1, got 1.5"],
    ["loss.dualClip=1", "loss.dualClip must be above 1, got 1"],
    [
      "loss.kind=ppo",
      'loss.kind must be one of ppo-clip, cispo, gspo, gpg, gmpo, sapo, ce-gppo, policy-gradient, got "ppo"',
    ],
    ["intervention={kind: clip-cov, low: 6}", "intervention.low must be below high, got 6"],
    ["task={kind: transform, fewest: 5}", "task.fewest must not be above most, got 5"],
    ["task={kind: bandit, payoffs: [1]}", "task.payoffs must have at least 2 entries, got [1]"],
    ["task={kind: bandit, payoffs: [0, 2]}", "task.payoffs.1 must be at most 1, got 2"],
    ["warmStart.from=''", 'warmStart.from must have at least 1 characters, got ""'],
  ])("%s: %s", (pair, message) => {
    expect(refusal({ set: [pair] }).message).toBe(message);
  });

  test.each([
    [
      ["rollout.samples=1"],
      "rollout.samples must be at least 2 for the advantage grpo, which compares the responses to a prompt, got 1",
    ],
    [
      ["rollout.samples=1", "advantage=remax", "rollout.dynamicSampling.enabled=true"],
      "rollout.samples must be at least 2 for dynamic sampling, since one response has no variance, got 1",
    ],
    [
      ["update.miniBatches=7"],
      "update.miniBatches must divide the 512 responses of a step (rollout.prompts x rollout.samples), got 7",
    ],
    [
      ["update.microBatch=129"],
      "update.microBatch must be at most the 128 responses of a mini-batch, got 129",
    ],
    [
      ["aggregation=prompt-mean-token-mean", "rollout.prompts=66"],
      "update.miniBatches must divide the 66 prompts of a step for the aggregation prompt-mean-token-mean, which looks at whole groups, got 4",
    ],
    [
      ["rollout.zeroVariance=drop", "rollout.samples=1", "advantage=remax"],
      "rollout.samples must be at least 2 to drop prompts, since one response has no variance, got 1",
    ],
    [
      ["advantage=gae", "intervention=flowrl"],
      'advantage.kind must not be gae with the intervention flowrl: both would teach the value head, got "gae"',
    ],
    [["optimizer.warmUp=300"], "optimizer.warmUp must be below the 300 steps of the run, got 300"],
    [
      ["task=bandit"],
      "warmStart.passRate must be 0 for the task bandit, which starts from a policy that prefers no arm, got 0.2",
    ],
  ])("between settings: %j", (set, message) => {
    expect(refusal({ set }).message).toBe(message);
  });

  test.each(["grpo", "rloo", "reinforce-plus-plus-baseline", "opo", "grpo-pass-k", "gpg"])(
    "one sample a prompt is too few for %s, whose advantages would all be 0",
    (kind) => {
      expect(refusal({ set: ["rollout.samples=1", `advantage=${kind}`] }).message).toContain(
        `must be at least 2 for the advantage ${kind}`,
      );
    },
  );

  test("one sample a prompt is enough for estimators that compare nothing", () => {
    for (const kind of ["remax", "gae", "reinforce-plus-plus"]) {
      expect(parseExperiment({ set: ["rollout.samples=1", `advantage=${kind}`] })).toBeDefined();
    }
  });

  test("and so are all the others, a line each, up to ten", () => {
    const { message } = refusal({ text: "steps: -1\nseed: x\nrollout: {prompts: 0}\n" });
    expect(message.split("\n").toSorted()).toEqual([
      "rollout.prompts must be at least 1, got 0",
      'seed must be a number, got "x"',
      "steps must be at least 1, got -1",
    ]);
    const many = Array.from({ length: 15 }, (_, i) => `x${i}: 1`).join("\n");
    expect(refusal({ text: many }).message.split("\n").at(-1)).toBe("and 5 more");
  });

  test("a long value is cut", () => {
    expect(refusal({ set: [`policy.size=${"x".repeat(1000)}`] }).message.length).toBeLessThan(120);
  });
});

describe("an unknown setting", () => {
  test.each([
    ["optimiser.learningRate=1", "did you mean optimizer?"],
    ["optimizer.learningrate=1", "did you mean optimizer.learningRate?"],
    ["rollout.topp=1", "did you mean rollout.topP?"],
    ["learningRate=1", "did you mean warmStart.learningRate or optimizer.learningRate?"],
    ["prompts=1", "did you mean rollout.prompts or evaluation.prompts?"],
    ["loss.temperatureNegative=1", "temperatureNegative belongs to the kind sapo"],
    ["intervention.share=0.1", "share belongs to the kind clip-cov, kl-cov, high-entropy, stare"],
    ["rollout.dynamicSamplng.enabled=true", "did you mean rollout.dynamicSampling?"],
    ["dynamicSampling=true", "did you mean rollout.dynamicSampling?"],
    ["zzzzzzzzzzz=1", undefined],
    ["__proto__.steps=1", undefined],
    ["constructor=1", undefined],
  ])("%s: %s", (pair, expected) => {
    const { message, fix } = refusal({ set: [pair] });
    expect(message).toContain(" is no setting; ");
    expect(fix).toBe(expected);
  });

  test("is answered with those there are, of the kind in question", () => {
    expect(refusal({ set: ["loss=cispo", "loss.dualClip=3"] })).toEqual({
      message: "loss.dualClip is no setting; loss of the kind cispo has kind, clipLow, clipHigh",
      fix: "dualClip belongs to the kind ppo-clip",
    });
  });

  test("does not reach the prototype of objects", () => {
    refusal({ text: "__proto__: {polluted: true}" });
    refusal({ set: ["__proto__.polluted=true", "constructor.prototype.polluted=true"] });
    expect("polluted" in {}).toBe(false);
    expect(mergeConfig({}, JSON.parse('{"__proto__": {"polluted": true}}'))).not.toHaveProperty(
      "polluted",
    );
  });
});

describe("a preset", () => {
  test.each(PRESET_NAMES)("%s is a whole experiment, and says what it is", (preset) => {
    const config = parseExperiment({ preset });
    expect(checkExperiment(JSON.parse(JSON.stringify(config)))).toEqual(config);
    expect(PRESETS[preset].what).not.toBe("");
  });

  test("that does not exist is answered with the nearest", () => {
    expect(refusal({ preset: "clipcov" })).toEqual({
      message: `the preset must be one of ${PRESET_NAMES.join(", ")}, got "clipcov"`,
      fix: "did you mean clip-cov?",
    });
    expect(refusal({ text: "preset: [grpo]" }).fix).toBeUndefined();
    expect(refusal({ preset: "toString" }).message).toContain("must be one of");
  });

  test("grpo is the default", () => {
    expect(parseExperiment({ preset: "grpo" })).toEqual(defaults);
  });

  test("holds the values that the paper's are scaled to", () => {
    expect(parseExperiment({ preset: "clip-cov" })).toMatchObject({
      loss: { kind: "ppo-clip", clipLow: 0.2, clipHigh: 0.2, dualClip: null },
      intervention: { share: 0.02, low: 0.3, high: 5 },
    });
    expect(parseExperiment({ preset: "kl-cov" })).toMatchObject({
      loss: { kind: "policy-gradient" },
      intervention: { share: 0.02, coefficient: 1 },
    });
    expect(parseExperiment({ preset: "clip-higher" }).loss).toMatchObject({
      clipLow: 0.2,
      clipHigh: 0.28,
    });
  });
});

describe("data from elsewhere", () => {
  test("is checked as text is", () => {
    expect(() => checkExperiment({ steps: 0 })).toThrow("steps must be at least 1, got 0");
    expect(() => checkExperiment(null)).toThrow(
      "an experiment must be a table of settings, got null",
    );
    expect(() => checkExperiment([])).toThrow("an experiment must be a table of settings, got []");
  });

  test("of any shape leads to an experiment or to a ConfigError", () => {
    fc.assert(
      fc.property(
        fc.object({ key: fc.constantFrom("task", "loss", "kind", "steps", "rollout", "x") }),
        (data) => {
          try {
            checkExperiment(data);
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError);
          }
        },
      ),
    );
  });
});
