/** What every log becomes once it is read: a table of steps, and which columns mean what; knows no format. */
import type { Table } from "./table.ts";

/** How an entropy column was computed. Numbers of different definitions must not be fitted together. */
export interface EntropyDefinition {
  /** `exact`: from the full vocabulary distribution; `sampled`: minus the mean log-probability of sampled tokens. */
  readonly kind: "exact" | "sampled" | "unknown";
  /** Whether the policy measured is the one before the step's updates or the one during them. */
  readonly when: "before-update" | "during-update" | "unknown";
  /** Tokens pooled over the batch, or the mean over sequences of per-sequence means. */
  readonly aggregation: "token-mean" | "sequence-mean" | "unknown";
  /** Sampling temperature the logits were divided by; `"rollout"`: that of the rollout, whose value the log does not say. */
  readonly temperature: number | "rollout" | "unknown";
}

/** A column chosen for a role, and why, in words a user can check. */
interface ChosenColumn {
  readonly column: string;
  readonly reason: string;
}

/** One training log: what was found, and what was decided about it. */
export interface StepLog {
  /** The path as the user gave it. */
  readonly source: string;
  /** Name of the format found, a key of the table of formats. */
  readonly format: string;
  /** What the format was recognised by, where it was. */
  readonly formatReason?: string;
  /** Rows in order of step, each step once; the column `step` is always there. Names are the log's own. */
  readonly table: Table;
  readonly entropy: (ChosenColumn & { readonly definition: EntropyDefinition }) | undefined;
  readonly reward: ChosenColumn | undefined;
  /** Columns that hold validation scores, best guess first. */
  readonly validation: readonly string[];
  /** Steps for which the log had more than one row; the last one was kept. */
  readonly repeatedSteps: readonly number[];
  /** Ranges [from, to] of missing steps, where the steps are otherwise one apart. */
  readonly gaps: ReadonlyArray<readonly [number, number]>;
  /** Sentences about what was doubtful, each with what to do. */
  readonly warnings: readonly string[];
}
