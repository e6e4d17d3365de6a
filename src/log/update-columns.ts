/** The columns of `updates.jsonl`, the one place that has their names; knows nothing of how they are written. */
import type { ColumnSpec } from "./column-spec.ts";

const UNMEASURED = "the run did not measure it";
const NO_CLIP = "the loss does not clip";
const NO_INTERVENTION = "the run has no intervention";
const NO_LOG_Z = "the run has no intervention with a log Z";
const NO_MATCHING = "the run has not the intervention `dmpo`";
const id = { dtype: "i32", shape: "[U]", unit: "1" } as const;
const number = { dtype: "f64", shape: "[U]" } as const;
const nats = { ...number, unit: "nats" } as const;
const clipped = { ...number, unit: "1", nullWhen: NO_CLIP } as const;
const selected = { ...number, unit: "1", nullWhen: NO_INTERVENTION } as const;

/** One row per update, which is one step of the optimiser on one mini-batch. */
export const updateColumns = {
  step: { ...id, name: "step", doc: "The training step that the update belongs to." },
  update: { ...id, name: "update", doc: "Number of the update within its step, from 1." },
  loss: {
    ...number,
    name: "loss",
    unit: "loss",
    doc: "The loss that was minimised, on the mini-batch, before the update.",
    elsewhere: "verl: `actor/pg_loss`, averaged over the step's updates. TRL: `loss`.",
  },
  gradNorm: {
    ...number,
    name: "grad_norm",
    unit: "1",
    doc: "Global L2 norm of the gradient before clipping.",
  },
  learningRate: {
    ...number,
    name: "learning_rate",
    unit: "1",
    doc: "Learning rate of the update.",
  },
  tokens: {
    name: "tokens",
    dtype: "i32",
    shape: "[U]",
    unit: "tokens",
    doc: "Number of valid response tokens of the mini-batch.",
  },
  entropy: {
    ...nats,
    name: "entropy",
    doc: "Mean token entropy over the mini-batch's tokens before the update: full vocabulary, temperature 1.",
  },
  predictedEntropyChange: {
    ...nats,
    name: "predicted_entropy_change",
    doc: "First-order prediction: mean over the mini-batch's tokens of −Cov_p(log p, dz), p the policy before the update and dz the change of its logits by it (arXiv:2505.22617, Lemma 1).",
    nullWhen: "the run made no prediction",
  },
  measuredEntropyChange: {
    ...nats,
    name: "measured_entropy_change",
    doc: "Mean token entropy over the same tokens after the update, minus before it.",
    nullWhen: UNMEASURED,
  },
  approxKl: {
    ...nats,
    name: "approx_kl",
    doc: "Mean over the mini-batch's tokens of the log-probability before the step minus the one after this update.",
    nullWhen: UNMEASURED,
    elsewhere:
      "verl: `actor/ppo_kl`, averaged over the step's updates, is measured before each update.",
  },
  clipLowShare: {
    ...clipped,
    name: "clip_low_share",
    doc: "Share of the mini-batch's tokens clipped at the lower bound of the ratio.",
  },
  clipHighShare: {
    ...clipped,
    name: "clip_high_share",
    doc: "Share of the mini-batch's tokens clipped at the upper bound of the ratio.",
  },
  selectedShare: {
    ...selected,
    name: "selected_share",
    doc: "Share of the mini-batch's tokens that the intervention chose. The next four add up to it, but for chosen tokens whose advantage is 0.",
  },
  selectedPositiveHigh: {
    ...selected,
    name: "selected_positive_high",
    doc: "Share of the mini-batch's tokens that were chosen, and have a positive advantage and a log-probability above the mean of the scope in which the intervention chose.",
  },
  selectedPositiveLow: {
    ...selected,
    name: "selected_positive_low",
    doc: "The same with a log-probability of at most that mean.",
  },
  selectedNegativeHigh: {
    ...selected,
    name: "selected_negative_high",
    doc: "The same with a negative advantage and a log-probability above that mean.",
  },
  selectedNegativeLow: {
    ...selected,
    name: "selected_negative_low",
    doc: "The same with a negative advantage and a log-probability of at most that mean.",
  },
  logZ: {
    ...nats,
    name: "log_z",
    doc: "Mean over the mini-batch's responses of their prompt's log Z in trajectory balance, before the update.",
    nullWhen: NO_LOG_Z,
  },
  logZResidual: {
    ...number,
    name: "log_z_residual",
    unit: "nats²",
    doc: "Mean over the mini-batch's responses of the squared residual of trajectory balance, before the update.",
    nullWhen: NO_LOG_Z,
  },
  groupEntropy: {
    ...nats,
    name: "group_entropy",
    doc: "Entropy of softmax over a group's length-normalised log-probabilities, before the update; mean over the mini-batch's groups.",
    nullWhen: NO_MATCHING,
  },
  groupDistance: {
    ...number,
    name: "group_distance",
    unit: "1",
    doc: "Mean squared difference between that distribution and the one that the group's rewards set; mean over the mini-batch's groups.",
    nullWhen: NO_MATCHING,
  },
} as const satisfies Record<string, ColumnSpec>;
