import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import { chooseRoles } from "../../../src/ingest/choose-roles.ts";
import { parseValidationKey } from "../../../src/ingest/validation-columns.ts";
import { makeTable } from "../../../src/log/table.ts";

const table = (names: readonly string[], value = 0.5) =>
  makeTable([
    ["step", Float64Array.of(1)],
    ...names.map((name) => [name, Float64Array.of(value)] as const),
  ]);

const roles = (names: readonly string[], format = "csv") => chooseRoles(table(names), { format });

describe("which columns mean what", () => {
  // Names as the trainers log them; the second list is also there and must not win.
  test.each([
    ["actor/entropy", "exact", "before-update", ["actor/entropy_loss", "actor/entropy_coeff"]],
    ["actor/entropy_loss", "exact", "unknown", ["train_entropy/all"]],
    ["train/entropy", "exact", "during-update", ["train/reward"]],
    ["train/approx_entropy", "sampled", "during-update", ["train/reward"]],
    ["optim/entropy", "sampled", "before-update", ["optim/lr"]],
    ["policy/policy_entropy", "exact", "during-update", ["policy/policy_loss"]],
    ["ppo_actor/update/entropy/avg", "exact", "during-update", ["ppo_actor/update/entropy/max"]],
    ["entropy/all/mean", "exact", "unknown", ["entropy/gsm8k/mean"]],
    ["rollout/entropy", "exact", "before-update", ["train/entropy_loss"]],
    ["entropy_mean", "unknown", "unknown", ["target_entropy", "cross_entropy"]],
    ["Entropy", "unknown", "unknown", ["max_entropy"]],
    ["Policy entropy (nats)", "unknown", "unknown", ["Policy entropy (nats) (2)", "max entropy"]],
    ["my/policy/entropy", "unknown", "unknown", ["entropy_coef"]],
  ] as const)("%s is %s entropy, %s", (column, kind, when, others) => {
    const { entropy, warnings } = roles([...others, column]);
    expect(entropy).toMatchObject({ column, definition: { kind, when } });
    expect(entropy?.reason).toMatch(/./);
    expect(warnings).toEqual([]);
  });

  test.each([
    "target_entropy",
    "cross_entropy",
    "max_entropy",
    "actor/entropy_coeff",
    "entropy_std",
  ])("%s is no policy entropy, even if nothing else is there", (name) => {
    expect(roles([name]).entropy).toBeUndefined();
  });

  test("the same name means what its format says: TRL's entropy is known, a table's is not", () => {
    expect(roles(["entropy"], "trl").entropy?.definition.kind).toBe("exact");
    expect(roles(["entropy"], "csv").entropy?.definition.kind).toBe("unknown");
  });

  test("what a run directory says of its entropy counts more than any guess", () => {
    const definition = {
      kind: "sampled",
      when: "unknown",
      aggregation: "unknown",
      temperature: 0.7,
    } as const;
    const chosen = chooseRoles(table(["actor/entropy", "entropy", "critic/score/mean", "reward"]), {
      format: "entlaw",
      definition,
    });
    expect(chosen.entropy).toMatchObject({ column: "entropy", definition });
    expect(chosen.reward?.column).toBe("reward");
  });

  test("in a recent verl, entropy_loss alone is the one during the update, with a warning", () => {
    const { entropy, warnings } = roles(
      ["actor/entropy_loss", "response/aborted_ratio"],
      "verl-jsonl",
    );
    expect(entropy?.definition.when).toBe("during-update");
    expect(warnings.join()).toContain("did not log actor/entropy");
  });

  test.each([
    ["critic/score/mean", ["critic/rewards/mean", "critic/score/max"]],
    ["critic/rewards/mean", ["critic/returns/mean"]],
    ["rollout/raw_reward", ["rollout/rewards"]],
    ["reward", ["reward_std", "rewards/format/mean"]],
    ["train/reward", ["train/reward_std"]],
    ["reward/avg_raw_reward", ["reward/avg_pass_at_8"]],
    ["env/all/reward/total", ["env/gsm8k/reward/total"]],
    ["reward_avg", ["format_reward_avg"]],
    ["mean_reward", []],
    ["Mean reward", ["Mean reward (2)", "reward std"]],
    ["metrics/reward/mean", ["metrics/eval/reward", "metrics/kl_reward", "metrics/reward/std"]],
    ["score", []],
    ["accuracy", []],
  ] as const)("%s is the reward", (column, others) => {
    expect(roles([...others, column]).reward?.column).toBe(column);
  });

  test("a reward that is normalised or penalised is taken with a doubt", () => {
    expect(roles(["rollout/rewards"]).warnings.join()).toContain("normalised");
    expect(roles(["critic/rewards/mean"]).warnings.join()).toContain("KL penalty");
    expect(roles(["critic/score/mean"]).warnings).toEqual([]);
  });

  test("the reason names the columns that were there as well", () => {
    expect(roles(["critic/rewards/mean", "critic/score/mean"]).reward?.reason).toContain(
      "critic/rewards/mean",
    );
    expect(roles(["actor/entropy", "actor/entropy_loss"]).entropy?.reason).toContain(
      "preferred to actor/entropy_loss",
    );
  });

  test("validation scores stand in order of trust, whatever their logger made of the @", () => {
    expect(
      roles([
        "val-aux/s/reward/std@8",
        "val-core/openai/gsm8k/reward/mean_at_8",
        "val-core/openai/gsm8k/acc/best@8/mean",
        "val-core/openai/gsm8k/acc/mean_8",
        "eval/runtime",
        "eval/gsm8k-truncated_ratio",
        "reward",
      ]).validation,
    ).toEqual([
      "val-core/openai/gsm8k/acc/mean_8",
      "val-core/openai/gsm8k/acc/best@8/mean",
      "val-core/openai/gsm8k/reward/mean_at_8",
    ]);
  });

  test.each([
    "val/test_score/openai/gsm8k",
    "test_score/openai/gsm8k",
    "val",
    "validation",
    "eval_reward",
    "eval/reward",
    "eval_acc",
    "validation/accuracy",
    "eval/all/avg_score",
    "eval/eval_aime_pass1",
    "eval/aime",
    "test/env/all/correct",
    "eval/aime/effective/solver/avg@16",
  ])("%s is a validation score", (name) => {
    expect(roles([name, "reward"])).toMatchObject({
      validation: [name],
      reward: { column: "reward" },
    });
  });

  test("a validation key is read from its right end, since a data source may hold slashes", () => {
    expect(parseValidationKey("val-core/openai/gsm8k/acc/mean@8")).toEqual({
      dataSource: "openai/gsm8k",
      variable: "acc",
      metric: "mean@8",
    });
    expect(parseValidationKey("val-aux/a/b/c/reward/best_at_4/std")).toEqual({
      dataSource: "a/b/c",
      variable: "reward",
      metric: "best@4/std",
    });
    expect(parseValidationKey("val-core/acc/mean@8")).toBeUndefined();
    expect(parseValidationKey("actor/entropy")).toBeUndefined();
  });

  test("a column without a value is never chosen", () => {
    const empty = makeTable([
      ["step", Float64Array.of(1, 2)],
      ["actor/entropy", Float64Array.of(Number.NaN, Number.NaN)],
      ["actor/entropy_loss", Float64Array.of(0.5, 0.4)],
    ]);
    expect(chooseRoles(empty, { format: "verl-jsonl" }).entropy?.column).toBe("actor/entropy_loss");
    expect(roles(["a", "b"])).toMatchObject({
      entropy: undefined,
      reward: undefined,
      validation: [],
    });
  });

  test("numbers that no entropy or share can be are doubted, not changed", () => {
    const doubtsOf = (name: string, value: number) =>
      chooseRoles(table([name], value), { format: "csv" }).warnings.join();
    expect(doubtsOf("actor/entropy", 3000)).toContain("loss_agg_mode");
    expect(doubtsOf("actor/entropy", -0.4)).toContain("negative");
    expect(doubtsOf("actor/entropy", 12)).toBe("");
    expect(doubtsOf("eval_acc", 56.5)).toContain("percent");
    expect(doubtsOf("eval_acc", 0.565)).toBe("");
  });

  test("a run directory's own entropy keeps its definition when it is named", () => {
    const definition = {
      kind: "sampled",
      when: "unknown",
      aggregation: "unknown",
      temperature: 1,
    } as const;
    const options = { format: "entlaw", entropy: "entropy", definition };
    expect(chooseRoles(table(["entropy"]), options).entropy?.definition).toEqual(definition);
  });

  test("a column named by the user is taken, with the definition its name implies", () => {
    const chosen = chooseRoles(table(["actor/entropy", "x", "reward"]), {
      format: "csv",
      entropy: "x",
      reward: "x",
    });
    expect(chosen.entropy).toMatchObject({ column: "x", definition: { kind: "unknown" } });
    expect(chosen.reward?.column).toBe("x");
    const known = chooseRoles(table(["train/entropy", "actor/entropy"]), {
      format: "csv",
      entropy: "train/entropy",
    });
    expect(known.entropy?.definition.when).toBe("during-update");
  });

  test("a table of several runs gives the columns of one, and says so", () => {
    const runs = table([
      "b - critic/score/mean",
      "a - actor/entropy",
      "a - actor/entropy__MIN",
      "b - actor/entropy",
      "b - val-core/s/acc/mean@1",
      "a - critic/score/mean",
    ]);
    const first = chooseRoles(runs, { format: "csv" });
    expect(first.entropy?.column).toBe("a - actor/entropy");
    expect(first.reward?.column).toBe("a - critic/score/mean");
    expect(first.validation).toEqual([]);
    expect(first.warnings.join()).toContain('2 runs with "actor/entropy"');
    const named = chooseRoles(runs, { format: "csv", reward: "b - critic/score/mean" });
    expect(named.entropy?.column).toBe("b - actor/entropy");
    expect(named.validation).toEqual(["b - val-core/s/acc/mean@1"]);
    expect(named.warnings).toEqual([]);
  });

  test("entropy of one run is never paired with the reward of another", () => {
    const { entropy, reward } = roles(["a - actor/entropy", "b - critic/score/mean"]);
    expect(entropy?.column).toBe("a - actor/entropy");
    expect(reward).toBeUndefined();
  });

  test("a name that is not there is answered by the nearest one", () => {
    const ask = (entropy: string) => () =>
      chooseRoles(table(["actor/entropy", "val/mean_at_8"]), { format: "csv", entropy });
    expect(ask("actor/entrpy")).toThrow(DataError);
    expect(ask("actor/entrpy")).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('"actor/entropy"') }),
    );
    expect(ask("entropy")).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('"actor/entropy"') }),
    );
    expect(ask("zzz")).toThrow(
      expect.objectContaining({ fix: expect.not.stringContaining("did you mean") }),
    );
    expect(ask("val/mean@8")().entropy?.column).toBe("val/mean_at_8");
  });
});
