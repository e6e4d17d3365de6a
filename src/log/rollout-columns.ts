/** The columns of `rollouts/step-NNNNNN.parquet`, the one place that has their names; knows nothing of how they are written. */
import type { ColumnSpec } from "./column-spec.ts";

const id = { dtype: "i32", shape: "[B]", unit: "1" } as const;
const words = { dtype: "text", shape: "[B]", unit: "UTF-8" } as const;

/** One row per response of a step. */
export const rolloutColumns = {
  step: { ...id, name: "step", doc: "The training step; equal in all rows of a file." },
  groupId: { ...id, name: "group_id", doc: "The prompt, as in the token table." },
  sequenceId: { ...id, name: "sequence_id", doc: "The response, as in the token table." },
  prompt: { ...words, name: "prompt", doc: "The prompt as text." },
  response: { ...words, name: "response", doc: "The response as text, without padding." },
  reward: {
    name: "reward",
    dtype: "f64",
    shape: "[B]",
    unit: "reward",
    doc: "Reward of the response, before any KL penalty.",
  },
  verdict: {
    ...words,
    name: "verdict",
    doc: "What the reward is made of: a JSON object of numbers by part, such as format and answer.",
    nullWhen: "the reward has no parts",
  },
} as const satisfies Record<string, ColumnSpec>;
