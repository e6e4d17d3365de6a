/** verl itself, from PyPI, composes and checks what runs are rendered to: every loss mode, every estimator, the paper's eight runs. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { VERL_PRESET_NAMES } from "../../src/config/verl-presets.ts";
import { renderRun, textsOf, verlRuns } from "../support/verl-runs.ts";

const PYTHON = process.env["ENTLAW_VERL_PYTHON"];

if (PYTHON === undefined) {
  process.stderr.write(
    "The tests against verl are skipped: ENTLAW_VERL_PYTHON must name a Python that has it (test/requirements-verl.txt).\n",
  );
}

interface Found {
  readonly id: string;
  readonly error?: string;
  readonly adv_estimator: string;
  readonly policy_loss: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

interface Rendered {
  readonly id: string;
  readonly overrides: readonly string[];
}

/** What verl makes of runs; its exit code and a line each. */
function check(runs: readonly Rendered[]): {
  readonly code: number | null;
  readonly found: Found[];
} {
  const { status, stdout, stderr } = spawnSync(PYTHON ?? "", ["scripts/verl-config.py"], {
    input: JSON.stringify({ runs }),
    encoding: "utf8",
  });
  const lines = stdout.trim().split("\n");
  if (lines[0] === "") throw new Error(stderr);
  return { code: status, found: lines.map((line) => JSON.parse(line) as Found) };
}

const rendered = (sweep: Readonly<Record<string, unknown>>): Rendered[] =>
  verlRuns(sweep).map((run) => ({ id: run.arm, overrides: textsOf(renderRun(run)) }));

/** Our losses and estimators, and verl's names for them. */
const MODES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  vanilla: { loss: "ppo-clip" },
  clip_cov: { "loss.dualClip": null, intervention: "clip-cov" },
  kl_cov: { loss: "policy-gradient", intervention: "kl-cov" },
  gspo: { loss: "gspo" },
  cispo: { loss: "cispo" },
  sapo: { loss: "sapo" },
  geo_mean: { loss: "gmpo" },
  gpg: { loss: "gpg", advantage: "gpg" },
};
const ESTIMATORS: Readonly<Record<string, string>> = {
  grpo: "grpo",
  rloo: "rloo",
  reinforce_plus_plus: "reinforce-plus-plus",
  reinforce_plus_plus_baseline: "reinforce-plus-plus-baseline",
  remax: "remax",
  opo: "opo",
  gae: "gae",
  grpo_passk: "grpo-pass-k",
  gpg: "gpg",
};
const AGGREGATIONS = [
  "token-mean",
  "seq-mean-token-sum",
  "seq-mean-token-mean",
  "seq-mean-token-sum-norm",
];

/** A folder with what verl reads of a critic's model: its shape and its tokenizer. */
const model = mkdtempSync(join(tmpdir(), "entlaw-verl-model-"));
afterAll(() => rmSync(model, { recursive: true }));
const MODEL_FILES = {
  "config.json": { model_type: "qwen2", architectures: ["Qwen2ForCausalLM"], hidden_size: 8 },
  "tokenizer.json": {
    version: "1.0",
    added_tokens: [],
    model: { type: "WordLevel", vocab: { "<end>": 0, a: 1 }, unk_token: "<end>" },
  },
  "tokenizer_config.json": {
    tokenizer_class: "PreTrainedTokenizerFast",
    eos_token: "<end>",
    pad_token: "<end>",
  },
};
for (const [name, content] of Object.entries(MODEL_FILES)) {
  writeFileSync(join(model, name), JSON.stringify(content));
}

describe.skipIf(PYTHON === undefined)("verl", () => {
  test("takes every loss mode", () => {
    const { code, found } = check(rendered({ arms: MODES }));
    expect(found.map(({ error }) => error)).toEqual(found.map(() => undefined));
    expect(found.map(({ id, policy_loss: loss }) => [id, loss["loss_mode"]])).toEqual(
      Object.keys(MODES).map((mode) => [mode, mode]),
    );
    expect(code).toBe(0);
  });

  test("takes every estimator, aggregation and penalty", () => {
    const estimators = Object.entries(ESTIMATORS).map(([id, kind]) => [id, { advantage: kind }]);
    const { code, found } = check([
      ...rendered({ arms: Object.fromEntries(estimators), verl: { model } }),
      ...rendered({ grid: { aggregation: AGGREGATIONS } }),
      ...rendered({
        arms: { bonus: { intervention: "entropy-bonus" }, kl: { intervention: "reference-kl" } },
      }),
    ]);
    expect(found.filter(({ error }) => error !== undefined)).toEqual([]);
    const count = Object.keys(ESTIMATORS).length;
    expect(found.slice(0, count).map((one) => one.adv_estimator)).toEqual(Object.keys(ESTIMATORS));
    const rest = found.slice(count);
    expect(rest.slice(0, AGGREGATIONS.length).map((one) => one["loss_agg_mode"])).toEqual(
      AGGREGATIONS,
    );
    expect(rest.slice(AGGREGATIONS.length)).toMatchObject([
      { id: "bonus", entropy_coeff: 0.001 },
      { id: "kl", use_kl_loss: true },
    ]);
    expect(code).toBe(0);
  });

  test("reads the paper's values out of the paper's runs", () => {
    const { found } = check(rendered({ arms: VERL_PRESET_NAMES }));
    const by = new Map(found.map((one) => [one.id, one]));
    expect([...by.keys()]).toEqual([...VERL_PRESET_NAMES]);
    expect(by.get("paper-7b-clip-higher")).toMatchObject({
      lr: 5e-7,
      clip_ratio_low: 0.2,
      clip_ratio_high: 0.28,
      ppo_mini_batch_size: 32,
    });
    expect(by.get("paper-7b-kl-cov")?.policy_loss).toMatchObject({
      loss_mode: "kl_cov",
      kl_cov_ratio: 0.002,
      ppo_kl_coef: 1,
    });
    expect(by.get("paper-32b-kl-cov")).toMatchObject({
      lr: 1e-6,
      policy_loss: { kl_cov_ratio: 0.0002, ppo_kl_coef: 1 },
    });
    expect(by.get("paper-32b-clip-cov")).toMatchObject({
      clip_ratio_low: 1,
      clip_ratio_high: 1,
      policy_loss: { clip_cov_ratio: 0.0002, clip_cov_lb: 1, clip_cov_ub: 5 },
    });
  });

  test("reads texts as they were, whatever is in them", () => {
    const texts = ["/a b/c,d", "it's", "x=y", String.raw`C:\it's\ `, "C:\\", "null", "12", "${x}"];
    const runs = texts.flatMap((model) => rendered({ verl: { model } }));
    const { found } = check(runs);
    expect(found.map(({ model, error }) => error ?? model)).toEqual(texts);
  });

  test("refuses a key that it does not have, and a value that it does not take", () => {
    const [run] = rendered({});
    if (run === undefined) throw new Error("a sweep must have a run");
    const actor = "actor_rollout_ref.actor";
    const { code, found } = check([
      { id: "key", overrides: [...run.overrides, `${actor}.policy_loss.k_percent=0.2`] },
      { id: "value", overrides: [...run.overrides, `${actor}.loss_agg_mode=prompt-mean`] },
      { id: "mode", overrides: [...run.overrides, `${actor}.policy_loss.loss_mode=steer`] },
    ]);
    expect(code).toBe(1);
    for (const { error } of found) expect(error).toBeTypeOf("string");
  });
});
