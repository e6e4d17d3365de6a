/** Finds the column that counts steps where a format does not say; knows nothing of other columns. */
import type { StepRows } from "./row-collector.ts";

/** Best first, in lower case. `epoch` is last: it counts steps only in the smallest of loops. */
const STEP_NAMES = [
  "step",
  "global_step",
  "training/global_step",
  "train/global_step",
  "trainer/global_step",
  "_step",
  "progress/batch",
  "train_step",
  "training_step",
  "trainer_step",
  "train/step",
  "rollout/step",
  "steps",
  "iteration",
  "iter",
  "update",
  "batch",
  "epoch",
] as const;
/** A step that fewer rows have is a second axis, such as that of evaluations. */
const MIN_SHARE = 0.5;

/** The column that counts the steps of most rows, or undefined. */
export function findStepColumn(rows: StepRows): string | undefined {
  const counts = new Map<string, number>();
  for (let cell = 0; cell < rows.cellColumn.length; cell += 1) {
    if (Number.isNaN(rows.cellValue[cell]!)) continue;
    const name = rows.names[rows.cellColumn[cell]!]!;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const frequent = rows.names.filter((name) => (counts.get(name) ?? 0) >= MIN_SHARE * rows.length);
  for (const wanted of STEP_NAMES) {
    const found = frequent.find((name) => name.trim().toLowerCase() === wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
