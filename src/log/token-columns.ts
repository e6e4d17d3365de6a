/** The columns of `tokens/step-NNNNNN.parquet`, the one place that has their names; knows nothing of how they are written. */
import type { ColumnSpec } from "./column-spec.ts";

const id = { dtype: "i32", shape: "[N]", unit: "1" } as const;
const flag = { dtype: "i8", shape: "[N]", unit: "1" } as const;
const float = { dtype: "f32", shape: "[N]" } as const;
const UNUPDATED = "the step made no update";

/** One row per valid response token of a step. */
export const tokenColumns = {
  step: { ...id, name: "step", doc: "The training step; equal in all rows of a file." },
  groupId: {
    ...id,
    name: "group_id",
    doc: "The prompt: responses to the same prompt share it within a step.",
  },
  sequenceId: { ...id, name: "sequence_id", doc: "The response, unique within a step." },
  position: { ...id, name: "position", doc: "Place of the token in its response, from 0." },
  update: {
    ...id,
    name: "update",
    doc: "Number of the first update of the step that the token took part in, from 1, as in updates.jsonl.",
    nullWhen: UNUPDATED,
  },
  tokenId: { ...id, name: "token_id", doc: "The sampled token's number in the vocabulary." },
  oldLogProb: {
    ...float,
    name: "old_log_prob",
    unit: "nats",
    doc: "Log-probability of the sampled token before the step's updates.",
  },
  logProb: {
    ...float,
    name: "log_prob",
    unit: "nats",
    doc: "Log-probability of the same token after the step's updates.",
    nullWhen: UNUPDATED,
  },
  entropy: {
    ...float,
    name: "entropy",
    unit: "nats",
    doc: "Entropy of the full next-token distribution at this token, temperature 1, before the step's updates.",
  },
  advantage: {
    ...float,
    name: "advantage",
    unit: "advantage",
    doc: "Advantage that the loss gave this token.",
  },
  covariance: {
    ...float,
    name: "covariance",
    unit: "nats × advantage",
    doc: "(old_log_prob − its mean) × (advantage − its mean), means over the step's tokens.",
  },
  ratio: {
    ...float,
    name: "ratio",
    unit: "1",
    doc: "exp(log_prob − old_log_prob).",
    nullWhen: UNUPDATED,
  },
  polarity: {
    ...float,
    name: "polarity",
    unit: "nats",
    doc: "D = Σ p² (log p + H) over the vocabulary − p (log p + H) of the sampled token: the change of H at this token, to first order, for a unit step of the logits that raises its log-probability.",
    nullWhen: "the trainer does not have the full distribution",
  },
  selected: {
    ...flag,
    name: "selected",
    doc: "1 if the intervention chose the token, otherwise 0.",
    nullWhen: "the run has no intervention",
  },
  clipped: {
    ...flag,
    name: "clipped",
    doc: "−1 if the surrogate loss clipped the ratio at its lower bound, 1 at its upper bound, otherwise 0.",
    nullWhen: "the loss does not clip",
  },
} as const satisfies Record<string, ColumnSpec>;
