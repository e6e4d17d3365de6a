/** An experiment and what verl needs beside, as the settings of a run of verl; starts nothing. */
import { isDeepStrictEqual } from "node:util";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import { checkExperiment } from "../../config/parse-experiment.ts";
import type { VerlConfig } from "../../config/verl-config.ts";
import type { Override } from "./override.ts";
import { renderAdvantage } from "./render-advantage.ts";
import { renderPolicyLoss } from "./render-policy-loss.ts";
import { renderVerlConfig } from "./render-verl-config.ts";
import { exactly, insist, joinRenderings, type Rendering } from "./rendering.ts";

const ACTOR = "actor_rollout_ref.actor";
const ROLLOUT = "actor_rollout_ref.rollout";

const DEFAULTS = checkExperiment({});

type Renderer = (config: ExperimentConfig, verl: VerlConfig) => Rendering;

/** A part that verl knows nothing of: it must be left at its default. */
const ofLab =
  (key: keyof ExperimentConfig, instead: string): Renderer =>
  (config) => {
    insist(isDeepStrictEqual(config[key], DEFAULTS[key]), key, "be left out", {
      got: config[key],
      fix: instead,
    });
    return exactly([]);
  };

const renderRollout: Renderer = ({ rollout }, { filterMetric }) => {
  const { prompts, samples, temperature, topP, dynamicSampling, zeroVariance, retireAt } = rollout;
  insist(zeroVariance === "keep", "rollout.zeroVariance", "be keep", {
    got: zeroVariance,
    fix: "take rollout.dynamicSampling instead",
  });
  insist(retireAt === null, "rollout.retireAt", "be null", { got: retireAt });
  const { enabled, maxRounds } = dynamicSampling;
  const filter: readonly Override[] = [
    ["algorithm.filter_groups.metric", filterMetric],
    ["algorithm.filter_groups.max_num_gen_batches", maxRounds],
  ];
  return {
    overrides: [
      ["data.train_batch_size", prompts],
      [`${ROLLOUT}.n`, samples],
      [`${ROLLOUT}.temperature`, temperature],
      [`${ROLLOUT}.top_p`, topP],
      ["algorithm.filter_groups.enable", enabled],
      ...(enabled ? filter : []),
    ],
    notes: enabled
      ? ["rollout.dynamicSampling.maxRounds: the trainer of verl 0.9 samples until a batch is full"]
      : [],
  };
};

const renderOptimizer: Renderer = ({ optimizer }) => {
  const { learningRate, schedule, warmUp, floor, beta1, beta2, weightDecay, gradientClip } =
    optimizer;
  const { epsilon } = DEFAULTS.optimizer;
  insist(schedule !== "linear", "optimizer.schedule", "be constant or cosine", { got: schedule });
  insist(optimizer.epsilon === epsilon, "optimizer.epsilon", `be ${epsilon}`, {
    got: optimizer.epsilon,
  });
  const optim = `${ACTOR}.optim`;
  return exactly([
    [`${optim}.lr`, learningRate],
    [`${optim}.lr_scheduler_type`, schedule],
    [`${optim}.lr_warmup_steps`, warmUp],
    ...(schedule === "cosine" ? [[`${optim}.min_lr_ratio`, floor] as const] : []),
    [`${optim}.betas`, [beta1, beta2]],
    [`${optim}.weight_decay`, weightDecay],
    [`${optim}.clip_grad`, gradientClip],
    [`${ACTOR}.grad_clip`, gradientClip],
  ]);
};

/** A mini-batch of verl is a number of prompts, with all their responses. */
const renderUpdate: Renderer = ({ update, rollout: { prompts } }) => {
  const { miniBatches, epochs, microBatch } = update;
  insist(prompts % miniBatches === 0, "update.miniBatches", `divide the ${prompts} prompts`, {
    got: miniBatches,
  });
  return {
    overrides: [
      [`${ACTOR}.ppo_mini_batch_size`, prompts / miniBatches],
      [`${ACTOR}.ppo_epochs`, epochs],
      [`${ACTOR}.use_dynamic_bsz`, true],
    ],
    notes:
      microBatch === DEFAULTS.update.microBatch
        ? []
        : ["update.microBatch: verl counts the tokens of a micro-batch, verl.maxTokensPerGpu"],
  };
};

const renderEvaluation: Renderer = ({ evaluation }, { validationTemperature }) => {
  const { every, prompts, samples } = evaluation;
  insist(prompts === DEFAULTS.evaluation.prompts, "evaluation.prompts", "be left out", {
    got: prompts,
    fix: "verl validates on the whole of verl.validation; set data.val_max_samples under verl.set for less",
  });
  const isGreedy = validationTemperature === 0;
  insist(!isGreedy || samples === 1, "evaluation.samples", "be 1 for greedy validation", {
    got: samples,
    fix: "set verl.validationTemperature above 0 for several samples",
  });
  return exactly([
    ["trainer.test_freq", every === 0 ? -1 : every],
    [`${ROLLOUT}.val_kwargs.do_sample`, !isGreedy],
    [`${ROLLOUT}.val_kwargs.temperature`, validationTemperature],
    [`${ROLLOUT}.val_kwargs.n`, samples],
  ]);
};

/** Every part of an experiment, in the order in which they are written. */
const PARTS: { readonly [K in keyof ExperimentConfig]: Renderer } = {
  task: ofLab("task", "the data of verl are verl.train and verl.validation"),
  policy: ofLab("policy", "the model of verl is verl.model"),
  warmStart: ofLab("warmStart", "verl starts from verl.model"),
  rollout: renderRollout,
  advantage: ({ advantage }) => renderAdvantage(advantage),
  loss: renderPolicyLoss,
  aggregation: () => exactly([]), // with the loss
  intervention: () => exactly([]), // with the loss
  optimizer: renderOptimizer,
  update: renderUpdate,
  evaluation: renderEvaluation,
  log: ofLab("log", "verl logs steps alone"),
  checkpoint: ({ checkpoint: { every, keep }, steps }) =>
    exactly([
      ["trainer.save_freq", every === 0 ? steps : every],
      ["trainer.max_actor_ckpt_to_keep", keep],
    ]),
  steps: ({ steps }) => exactly([["trainer.total_training_steps", steps]]),
  seed: ({ seed }) =>
    exactly([
      ["data.seed", seed],
      [`${ACTOR}.data_loader_seed`, seed],
      [`${ROLLOUT}.seed`, seed],
    ]),
};

/**
 * Renders an experiment for verl 0.9.
 *
 * **Details** Settings that verl has by another name or in another unit are translated; those that it has in part are
 * carried over with a note; those that it does not have are refused, not dropped.
 *
 * @returns overrides, each key once; those of `verl.set` are not among them.
 * @throws {@link ConfigError} that names the setting that verl does not have.
 */
export function renderExperiment(config: ExperimentConfig, verl: VerlConfig): Rendering {
  const parts = Object.values(PARTS).map((render) => render(config, verl));
  const needs = renderVerlConfig(verl, config.advantage.kind === "gae");
  return joinRenderings([exactly(needs), ...parts]);
}
