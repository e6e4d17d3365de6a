/** The paper's eight scripts as overrides of verl, written out by hand from what is known of them. */
import { describe, expect, test } from "vitest";
import { VERL_PRESET_NAMES, VERL_PRESETS } from "../../../../src/config/verl-presets.ts";
import { renderRun, textsOf, verlRuns } from "../../../support/verl-runs.ts";

const ACTOR = "actor_rollout_ref.actor";
const ROLLOUT = "actor_rollout_ref.rollout";

/** One script of `recipe/dapo`: what it has of its own. */
interface Script {
  readonly model: string;
  readonly lr: string;
  readonly steps: number;
  readonly tokens: number;
  readonly epochs: number;
  readonly nodes: number;
  readonly loss: readonly string[];
}

const SIZE_7B = { model: "Qwen/Qwen2.5-7B", lr: "5e-7", steps: 2600, epochs: 1000, nodes: 4 };
const SIZE_32B = { model: "Qwen/Qwen2.5-32B", lr: "0.000001", steps: 1090, epochs: 1000, nodes: 4 };

const vanilla = (high: string): string[] => [
  `${ACTOR}.policy_loss.loss_mode=vanilla`,
  `${ACTOR}.clip_ratio_low=0.2`,
  `${ACTOR}.clip_ratio_high=${high}`,
  // No limit: the paper's code reads no dual clip.
  `${ACTOR}.clip_ratio_c=1000000000`,
];
const CLIP_COV = [
  `${ACTOR}.policy_loss.loss_mode=clip_cov`,
  `${ACTOR}.clip_ratio_low=1`,
  `${ACTOR}.clip_ratio_high=1`,
  `${ACTOR}.policy_loss.clip_cov_ratio=0.0002`,
  `${ACTOR}.policy_loss.clip_cov_lb=1`,
  `${ACTOR}.policy_loss.clip_cov_ub=5`,
];
const klCov = (ratio: string): string[] => [
  `${ACTOR}.policy_loss.loss_mode=kl_cov`,
  `${ACTOR}.policy_loss.kl_cov_ratio=${ratio}`,
  `${ACTOR}.policy_loss.ppo_kl_coef=1`,
];

/** `k_percent` is 0.2 at 7B and 0.02 at 32B: fractions of 0.002 and 0.0002. */
const SCRIPTS: Readonly<Record<string, Script>> = {
  "paper-7b": { ...SIZE_7B, tokens: 30720, loss: vanilla("0.2") },
  "paper-7b-clip-higher": { ...SIZE_7B, tokens: 10240, nodes: 1, loss: vanilla("0.28") },
  "paper-7b-clip-cov": { ...SIZE_7B, tokens: 20480, loss: CLIP_COV },
  "paper-7b-kl-cov": { ...SIZE_7B, tokens: 30720, epochs: 15, loss: klCov("0.002") },
  "paper-32b": { ...SIZE_32B, tokens: 20480, loss: vanilla("0.2") },
  "paper-32b-clip-higher": { ...SIZE_32B, tokens: 10240, loss: vanilla("0.28") },
  "paper-32b-clip-cov": { ...SIZE_32B, tokens: 20480, loss: CLIP_COV },
  "paper-32b-kl-cov": { ...SIZE_32B, tokens: 20480, loss: klCov("0.0002") },
};

/** 256 prompts x 8 responses in eight updates of 32 prompts; no reference, no entropy bonus, no warm-up. */
const overridesOf = ({ model, lr, steps, tokens, epochs, nodes, loss }: Script): string[] => [
  `actor_rollout_ref.model.path=${model}`,
  "data.train_files=[/data/train.parquet]",
  "data.val_files=[/data/test.parquet]",
  "data.max_prompt_length=2048",
  "data.max_response_length=8192",
  `${ROLLOUT}.name=vllm`,
  `${ROLLOUT}.tensor_model_parallel_size=2`,
  `${ACTOR}.ppo_max_token_len_per_gpu=${tokens}`,
  "reward.reward_manager.name=dapo",
  `trainer.nnodes=${nodes}`,
  "trainer.n_gpus_per_node=8",
  `trainer.total_epochs=${epochs}`,
  "data.train_batch_size=256",
  `${ROLLOUT}.n=8`,
  `${ROLLOUT}.temperature=1`,
  `${ROLLOUT}.top_p=1`,
  "algorithm.filter_groups.enable=True",
  "algorithm.filter_groups.metric=acc",
  "algorithm.filter_groups.max_num_gen_batches=10",
  "algorithm.adv_estimator=grpo",
  "algorithm.norm_adv_by_std_in_grpo=True",
  ...loss,
  `${ACTOR}.entropy_coeff=0`,
  `${ACTOR}.use_kl_loss=False`,
  `${ACTOR}.loss_agg_mode=token-mean`,
  `${ACTOR}.optim.lr=${lr}`,
  `${ACTOR}.optim.lr_scheduler_type=constant`,
  `${ACTOR}.optim.lr_warmup_steps=0`,
  `${ACTOR}.optim.betas=[0.9,0.999]`,
  `${ACTOR}.optim.weight_decay=0`,
  `${ACTOR}.optim.clip_grad=1`,
  `${ACTOR}.grad_clip=1`,
  `${ACTOR}.ppo_mini_batch_size=32`,
  `${ACTOR}.ppo_epochs=1`,
  `${ACTOR}.use_dynamic_bsz=True`,
  "trainer.test_freq=4",
  `${ROLLOUT}.val_kwargs.do_sample=False`,
  `${ROLLOUT}.val_kwargs.temperature=0`,
  `${ROLLOUT}.val_kwargs.n=1`,
  "trainer.save_freq=32",
  "trainer.max_actor_ckpt_to_keep=2",
  `trainer.total_training_steps=${steps}`,
  "data.seed=0",
  `${ACTOR}.data_loader_seed=0`,
  `${ROLLOUT}.seed=0`,
];

describe("the paper's runs", () => {
  test.each(VERL_PRESET_NAMES)("%s is rendered as its script has it", (name) => {
    const script = SCRIPTS[name];
    if (script === undefined) throw new Error(`${name} must be in the table`);
    const [asArm] = verlRuns({ arms: [name] });
    const [asBase] = verlRuns({ base: { preset: name } });
    expect(asArm && textsOf(renderRun(asArm))).toEqual(overridesOf(script));
    expect(asBase?.hash).toBe(asArm?.hash);
    expect(VERL_PRESETS[name].what).toContain(name.includes("32b") ? "32B" : "7B");
  });

  test.each(VERL_PRESET_NAMES)("%s is the same arm whatever preset it is laid over", (name) => {
    const [alone] = verlRuns({ arms: [name] });
    const over = VERL_PRESET_NAMES.map((preset) => verlRuns({ base: { preset }, arms: [name] })[0]);
    expect(over.map((run) => run?.hash)).toEqual(over.map(() => alone?.hash));
  });

  test("is what a sweep of verl starts from", () => {
    expect(verlRuns({})[0]?.hash).toBe(verlRuns({ arms: ["paper-7b"] })[0]?.hash);
  });
});
