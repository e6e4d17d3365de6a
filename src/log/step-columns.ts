/** The columns of `steps.jsonl` and `steps.parquet`, the one place that has their names; knows nothing of how they are written. */
import type { ColumnSpec } from "./column-spec.ts";

const EVERY_STEP_OF_OURS = "the run did not measure it";
const NO_VALIDATION = "no validation ran at this step";
const NO_LOG_Z = "the run has no intervention with a log Z";
const NO_PROPOSALS = "the run does not estimate log Z from proposals";
const NO_PROCESS_REWARDS = "the run has no model of process rewards";
const NO_MATCHING = "the run has not the intervention `dmpo`";
const number = { dtype: "f64", shape: "[S]" } as const;
const share = { ...number, unit: "1" } as const;
const nats = { ...number, unit: "nats" } as const;
const covariance = { ...number, unit: "nats × advantage", nullWhen: EVERY_STEP_OF_OURS } as const;
const seconds = { ...number, unit: "s", nullWhen: EVERY_STEP_OF_OURS } as const;

/** One row per training step. A log may have more columns; they are kept under their own names. */
export const stepColumns = {
  step: {
    name: "step",
    dtype: "i32",
    shape: "[S]",
    unit: "1",
    doc: "Number of the training step; increases from row to row.",
    elsewhere: "verl: `training/global_step`. TRL: `step`.",
  },
  reward: {
    ...number,
    name: "reward",
    unit: "reward",
    doc: "Mean reward over the step's sampled responses, before any KL penalty. R of the entropy law.",
    nullWhen: "the log has none for this step",
    elsewhere:
      "verl: `critic/score/mean` (`critic/rewards/mean` is after the KL penalty). TRL: `reward`.",
  },
  rewardStd: {
    ...number,
    name: "reward_std",
    unit: "reward",
    doc: "Standard deviation of the rewards over the step's responses, with divisor n − 1.",
    nullWhen: EVERY_STEP_OF_OURS,
    elsewhere: "TRL: `reward_std`.",
  },
  validation: {
    ...number,
    name: "validation",
    unit: "score",
    doc: "Mean score of sampled responses to held-out problems: avg@k.",
    nullWhen: NO_VALIDATION,
    elsewhere: "verl: `val-core/<source>/<acc or reward>/mean@N`. TRL: `eval_reward`.",
  },
  validationGreedy: {
    ...share,
    name: "validation_greedy",
    doc: "Share of held-out problems that the likeliest response, token by token, solves.",
    nullWhen: NO_VALIDATION,
  },
  validationPass: {
    ...share,
    name: "validation_pass",
    doc: "Share of held-out problems with at least one right response among the k sampled ones: pass@k.",
    nullWhen: NO_VALIDATION,
  },
  validationEntropy: {
    ...nats,
    name: "validation_entropy",
    doc: "Like `entropy`, over the tokens of the sampled responses to held-out problems.",
    nullWhen: NO_VALIDATION,
  },
  entropy: {
    ...nats,
    name: "entropy",
    doc: "Entropy of the policy's next-token distribution: full vocabulary, temperature 1, mean over the valid response tokens of the step, before the step's updates. H of the entropy law.",
    nullWhen: "the log has none for this step",
    elsewhere:
      "verl: `actor/entropy` (`actor/entropy_loss` up to 0.4.0, positive all the same) is the same number if `rollout.temperature` is 1 and `loss_agg_mode` is `token-mean`: verl divides the logits by the temperature, and aggregates as the loss does. TRL: `entropy` is measured during the update, not before it.",
  },
  entropySeqMean: {
    ...nats,
    name: "entropy_seq_mean",
    doc: "Like `entropy`, but the mean over responses of each response's mean, so that long responses weigh no more than short ones (arXiv:2505.22617, Eq. 5).",
    nullWhen: EVERY_STEP_OF_OURS,
    elsewhere:
      "verl: `actor/entropy` with `loss_agg_mode` `seq-mean-token-mean`. The paper's code: `train_entropy/all`.",
  },
  tokenCovarianceMean: {
    ...covariance,
    name: "token_covariance_mean",
    doc: "Mean over the step's tokens of (log-probability − its mean) × (advantage − its mean).",
    elsewhere: "No trainer logs it.",
  },
  covarianceP50: {
    ...covariance,
    name: "covariance_p50",
    doc: "Median of the token covariance over the step's tokens.",
  },
  covarianceP98: {
    ...covariance,
    name: "covariance_p98",
    doc: "Its 98th percentile.",
  },
  covarianceP998: {
    ...covariance,
    name: "covariance_p998",
    doc: "Its 99.8th percentile: above it lie the tokens that KL-Cov with a share of 0.002 acts on.",
  },
  covarianceMax: {
    ...covariance,
    name: "covariance_max",
    doc: "Its maximum.",
  },
  predictedEntropyChange: {
    ...nats,
    name: "predicted_entropy_change",
    doc: "First-order prediction: mean over the step's tokens of −Cov_p(log p, dz), p the policy before the step's updates and dz the change of its logits by them (arXiv:2505.22617, Lemma 1).",
    nullWhen: "the run made no prediction",
  },
  measuredEntropyChange: {
    ...nats,
    name: "measured_entropy_change",
    doc: "Mean token entropy on the step's own tokens after its updates, minus before them. Unlike the difference of two rows of `entropy`, it compares the same tokens.",
    nullWhen: EVERY_STEP_OF_OURS,
  },
  approxKl: {
    ...nats,
    name: "approx_kl",
    doc: "Mean over tokens of the old log-probability minus the one after the step's updates; estimates the KL divergence and can be negative.",
    nullWhen: EVERY_STEP_OF_OURS,
    elsewhere:
      "verl: `actor/ppo_kl`, averaged over the step's mini-batches (with `kl_cov` verl logs its absolute value).",
  },
  clipShare: {
    ...share,
    name: "clip_share",
    doc: "Share of response tokens whose ratio the surrogate loss clipped, on either side.",
    nullWhen: "the loss does not clip",
    elsewhere: "verl: `actor/pg_clipfrac`.",
  },
  clipLowShare: {
    ...share,
    name: "clip_low_share",
    doc: "Share of response tokens clipped at the lower bound of the ratio.",
    nullWhen: "the loss does not clip",
    elsewhere:
      "TRL: `clip_ratio/low_mean`. Not verl's `actor/pg_clipfrac_lower`, which counts tokens cut by dual clipping.",
  },
  clipHighShare: {
    ...share,
    name: "clip_high_share",
    doc: "Share of response tokens clipped at the upper bound of the ratio.",
    nullWhen: "the loss does not clip",
    elsewhere: "TRL: `clip_ratio/high_mean`.",
  },
  selectedShare: {
    ...share,
    name: "selected_share",
    doc: "Share of response tokens that the intervention chose.",
    nullWhen: "the run has no intervention",
  },
  coefficient: {
    ...number,
    name: "coefficient",
    unit: "1",
    doc: "Strength that the intervention's controller chose for the step.",
    nullWhen: "the intervention has no controller",
  },
  logZ: {
    ...nats,
    name: "log_z",
    doc: "Mean over responses of their prompt's log Z in trajectory balance, before each update; mean over the step's updates. Learnt by `flowrl`, estimated by `disa`.",
    nullWhen: NO_LOG_Z,
    elsewhere: "FlowRL: `actor/log_z`.",
  },
  logZResidual: {
    ...number,
    name: "log_z_residual",
    unit: "nats²",
    doc: "Mean over responses of the squared residual of trajectory balance, before each update; mean over the step's updates.",
    nullWhen: NO_LOG_Z,
    elsewhere: "FlowRL: `actor/tb_loss`, times the importance weight.",
  },
  logZEss: {
    ...share,
    name: "log_z_ess",
    doc: "Effective share of the proposals behind an estimated log Z, (Σ w)² / (K Σ w²); mean over the step's prompts.",
    nullWhen: NO_PROPOSALS,
  },
  logZMaxWeight: {
    ...share,
    name: "log_z_max_weight",
    doc: "Share that the largest weight of a prompt's proposals has of their sum; mean over the step's prompts.",
    nullWhen: NO_PROPOSALS,
  },
  logZBias: {
    ...nats,
    name: "log_z_bias",
    doc: "Bias of an estimated log Z to first order in 1 / K, −Var(w) / (2 K Z²); mean over the step's prompts.",
    nullWhen: NO_PROPOSALS,
  },
  groupEntropy: {
    ...nats,
    name: "group_entropy",
    doc: "Entropy of softmax over a group's length-normalised log-probabilities, log G at most; mean over groups, then over the step's updates.",
    nullWhen: NO_MATCHING,
    elsewhere: "DMPO in TRL: `dm/q_entropy_mean`.",
  },
  groupDistance: {
    ...number,
    name: "group_distance",
    unit: "1",
    doc: "Mean squared difference between that distribution and the one that the group's rewards set; mean over groups, then over the step's updates.",
    nullWhen: NO_MATCHING,
    elsewhere: "DMPO in TRL: `dm/loss`.",
  },
  processLoss: {
    ...nats,
    name: "process_loss",
    doc: "Mean over responses of the cross-entropy of their outcome and its probability by the model of process rewards, before that model's updates.",
    nullWhen: NO_PROCESS_REWARDS,
  },
  processAccuracy: {
    ...share,
    name: "process_accuracy",
    doc: "Share of the pairs of responses to one prompt with different rewards that the sums of their process rewards order rightly; equal sums count half.",
    nullWhen: "the run has no model of process rewards, or no such pair",
    elsewhere: "PRIME in verl-recipe: `reward_model/dpo_acc`.",
  },
  gradNorm: {
    ...number,
    name: "grad_norm",
    unit: "1",
    doc: "Global L2 norm of the gradient before clipping, mean over the step's updates.",
    nullWhen: EVERY_STEP_OF_OURS,
    elsewhere: "verl: `actor/grad_norm`. TRL: `grad_norm`.",
  },
  learningRate: {
    ...number,
    name: "learning_rate",
    unit: "1",
    doc: "Learning rate of the step's last update.",
    nullWhen: EVERY_STEP_OF_OURS,
    elsewhere: "verl: `actor/lr`. TRL: `learning_rate`.",
  },
  responseLength: {
    ...number,
    name: "response_length",
    unit: "tokens",
    doc: "Mean number of valid tokens of a response.",
    nullWhen: EVERY_STEP_OF_OURS,
    elsewhere: "verl: `response_length/mean`. TRL: `completions/mean_length`.",
  },
  zeroVarianceGroupShare: {
    ...share,
    name: "zero_variance_group_share",
    doc: "Share of prompt groups whose responses all got one reward, and so teach nothing under group-relative advantages.",
    nullWhen: EVERY_STEP_OF_OURS,
    elsewhere: "TRL: `frac_reward_zero_std`.",
  },
  retiredProblems: {
    name: "retired_problems",
    dtype: "i32",
    shape: "[S]",
    unit: "problems",
    doc: "Number of problems that were solved often enough to be drawn no more, after the step.",
    nullWhen: "the run retires no problems",
  },
  tokens: {
    name: "tokens",
    dtype: "i32",
    shape: "[S]",
    unit: "tokens",
    doc: "Number of valid response tokens of the step.",
    nullWhen: EVERY_STEP_OF_OURS,
    elsewhere: "verl: `perf/total_num_tokens` counts the prompts' tokens as well.",
  },
  secondsRollout: {
    ...seconds,
    name: "seconds_rollout",
    doc: "Time spent sampling responses.",
    elsewhere: "verl: `timing_s/gen`.",
  },
  secondsUpdate: {
    ...seconds,
    name: "seconds_update",
    doc: "Time spent in the step's updates.",
    elsewhere: "verl: `timing_s/update_actor`.",
  },
  secondsLog: {
    ...seconds,
    name: "seconds_log",
    doc: "Time spent measuring and writing what the log holds.",
  },
} as const satisfies Record<string, ColumnSpec>;
