/** Every arm is rendered for verl, or refused by the name of the setting that verl does not have; nothing is dropped. */
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../../src/base/errors.ts";
import { ARM_NAMES } from "../../../../src/config/arms.ts";
import { estimatorNamed, lossNamed } from "../../../../src/train/verify/verl-names.ts";
import { makeMatrix } from "../../../../src/base/matrix.ts";
import type { Rendering } from "../../../../src/sweep/verl/rendering.ts";
import { renderArm, textsOf } from "../../../support/verl-runs.ts";

const valueOf = ({ overrides }: Rendering, key: string): unknown =>
  overrides.find(([one]) => one === `actor_rollout_ref.actor.${key}`)?.[1];

/** The error that an arm is refused with. */
function refusal(arm: string | Readonly<Record<string, unknown>>): ConfigError {
  try {
    renderArm(arm);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("it must be refused");
}

/** Arms of the lab that verl has, and its name of their loss. */
const LOSS_MODES: Readonly<Record<string, string>> = {
  "clip-cov": "clip_cov",
  "kl-cov": "kl_cov",
  "clip-higher": "vanilla",
  "entropy-bonus": "vanilla",
  "reference-kl": "vanilla",
};

describe("an arm of the lab", () => {
  test.each(ARM_NAMES)("%s is rendered, or refused by the setting that verl lacks", (name) => {
    const expected = LOSS_MODES[name];
    if (expected === undefined) {
      expect(refusal(name).message).toMatch(
        /^(loss\.kind|intervention\.kind|aggregation|advantage\.\w+|rollout\.\w+) must /,
      );
      return;
    }
    const rendering = renderArm(name);
    expect(valueOf(rendering, "policy_loss.loss_mode")).toBe(expected);
    const keys = rendering.overrides.map(([key]) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test.each(["clip-cov", "kl-cov"])("%s says that verl looks at micro-batches", (name) => {
    expect(renderArm(name).notes.join()).toContain("micro-batch");
    expect(renderArm(`paper-7b-${name}`).notes.join()).not.toContain("scope");
  });
});

/** What the translation of verl's names, made for cases that verl computed, reads in a rendering. */
function readBack(rendering: Rendering) {
  const matrix = makeMatrix(1, 1);
  const settings = rendering.overrides.flatMap(([key, value]) => {
    const name =
      /^actor_rollout_ref\.actor\.(?:policy_loss\.)?(clip_\w+|tau_\w+|kl_cov_ratio|ppo_kl_coef)$/;
    const own = name.exec(key)?.[1];
    return own !== undefined && typeof value === "number" ? [[own, value] as const] : [];
  });
  const given = {
    loss_mode: String(valueOf(rendering, "policy_loss.loss_mode")),
    config: Object.fromEntries(settings),
    loss_agg_mode: String(valueOf(rendering, "loss_agg_mode")),
    selection: "row-major",
    old_log_prob: matrix,
    log_prob: matrix,
    advantages: matrix,
    response_mask: matrix,
    expected: { loss: 0, grad_log_prob: matrix },
  };
  return lossNamed(given, "test");
}

const NONE = { kind: "none" };

describe("a loss, read back by verl's names", () => {
  test.each([
    { loss: { kind: "ppo-clip", clipLow: 0.1, clipHigh: 0.3, dualClip: 7 } },
    { loss: { kind: "cispo", clipLow: 0.9, clipHigh: 4 } },
    { loss: { kind: "gspo", clipLow: 0.0003, clipHigh: 0.0004 } },
    { loss: { kind: "gmpo", clipLow: 0.3, clipHigh: 0.5 } },
    { loss: { kind: "sapo", temperaturePositive: 0.9, temperatureNegative: 1.2 } },
    { loss: { kind: "gpg" }, aggregation: "seq-mean-token-sum-norm" },
    {
      loss: { kind: "ppo-clip", clipLow: 1, clipHigh: 1, dualClip: null },
      intervention: { kind: "clip-cov", share: 0.003, low: 0.5, high: 6, scope: "mini" },
    },
    {
      loss: { kind: "policy-gradient" },
      intervention: { kind: "kl-cov", share: 0.002, coefficient: 0.3, scope: "mini" },
      aggregation: "seq-mean-token-mean",
    },
  ])("$loss.kind $intervention.kind is the same", (arm) => {
    expect(readBack(renderArm(arm))).toEqual({
      aggregation: "token-mean",
      intervention: NONE,
      ...arm,
    });
  });

  test("a ratio without limits is one that verl's clips never reach", () => {
    // verl cuts log-ratios at 20.
    const largest = Math.exp(20);
    const { loss } = readBack(renderArm({ loss: "policy-gradient" }));
    expect(loss).toMatchObject({ kind: "ppo-clip", clipLow: 1 });
    expect(loss).toHaveProperty(
      "clipHigh",
      expect.toSatisfy((high: number) => high > largest),
    );
    expect(loss).toHaveProperty(
      "dualClip",
      expect.toSatisfy((high: number) => high > largest),
    );
  });
});

describe("an advantage, read back by verl's names", () => {
  test.each([
    { kind: "grpo", normalizeByStd: false, stdOver: "group" },
    { kind: "grpo", normalizeByStd: true, stdOver: "group" },
    { kind: "rloo" },
    { kind: "reinforce-plus-plus", gamma: 0.5 },
    { kind: "reinforce-plus-plus-baseline" },
    { kind: "remax" },
    { kind: "opo" },
    { kind: "gpg" },
    { kind: "grpo-pass-k", normalizeByStd: false },
  ])("$kind is the same", (advantage) => {
    const { overrides } = renderArm({ advantage });
    const given = Object.fromEntries(
      overrides.map(([key, value]) => [key.replace(/^algorithm\./, ""), value]),
    );
    const matrix = makeMatrix(1, 1);
    const estimator = given["adv_estimator"];
    const case_ = { ...given, estimator, rewards: matrix, response_mask: matrix };
    expect(estimatorNamed(case_ as never, "test")).toEqual(advantage);
  });

  test("gae has a critic, with the model of the policy", () => {
    const texts = textsOf(renderArm({ advantage: { kind: "gae", lambda: 0.9, valueClip: 0.4 } }));
    expect(texts).toContain("algorithm.adv_estimator=gae");
    expect(texts).toContain("algorithm.lam=0.9");
    expect(texts).toContain("critic.cliprange_value=0.4");
    expect(texts).toContain("critic.model.path=Qwen/Qwen2.5-7B");
  });
});

describe("what has no counterpart", () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["task", { "task.numbers": 4 }],
    ["policy", { "policy.size": "m" }],
    ["warmStart", { "warmStart.passRate": 0.3 }],
    ["log", { "log.tokens": 5 }],
    ["rollout.zeroVariance", { "rollout.zeroVariance": "drop" }],
    ["rollout.retireAt", { "rollout.retireAt": 0.9 }],
    ["advantage.stdOver", { advantage: { kind: "grpo", stdOver: "batch" } }],
    ["advantage.valueClip", { advantage: { kind: "gae", valueClip: null } }],
    ["advantage.kind", { advantage: "prime" }],
    ["loss.kind", { loss: "ce-gppo" }],
    ["loss.kind", { loss: "cispo", intervention: "clip-cov" }],
    ["loss.dualClip", { "loss.dualClip": 3, intervention: "clip-cov" }],
    ["loss.kind", { intervention: "kl-cov" }],
    ["aggregation", { aggregation: "prompt-mean-token-mean" }],
    ["optimizer.schedule", { "optimizer.schedule": "linear" }],
    ["optimizer.epsilon", { "optimizer.epsilon": 1e-6 }],
    ["update.miniBatches", { "rollout.prompts": 36 }],
    ["evaluation.prompts", { "evaluation.prompts": 64 }],
    ["evaluation.samples", { "evaluation.samples": 4 }],
  ])("%s is refused: %o", (setting, arm) => {
    expect(refusal(arm).message).toMatch(
      new RegExp(`^${setting.replace(".", String.raw`\.`)} must `),
    );
  });
});

test("interventions beside the loss have keys of their own", () => {
  expect(
    textsOf(renderArm({ intervention: { kind: "entropy-bonus", coefficient: 0.005 } })),
  ).toContain("actor_rollout_ref.actor.entropy_coeff=0.005");
  const kl = textsOf(
    renderArm({ intervention: { kind: "reference-kl", coefficient: 0.01, estimator: "k2" } }),
  );
  expect(kl).toContain("actor_rollout_ref.actor.use_kl_loss=True");
  expect(kl).toContain("actor_rollout_ref.actor.kl_loss_coef=0.01");
  expect(kl).toContain("actor_rollout_ref.actor.kl_loss_type=mse");
});

test("several samples of validation are drawn at a temperature", () => {
  const texts = textsOf(renderArm({ "evaluation.samples": 32, "verl.validationTemperature": 0.6 }));
  expect(texts).toContain("actor_rollout_ref.rollout.val_kwargs.do_sample=True");
  expect(texts).toContain("actor_rollout_ref.rollout.val_kwargs.temperature=0.6");
  expect(texts).toContain("actor_rollout_ref.rollout.val_kwargs.n=32");
});
