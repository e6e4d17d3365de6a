/** The names inside a run directory, the one place that has them; knows nothing of what is in the files. */
export const MANIFEST = "run.json";
export const STEPS = "steps.jsonl";
export const STEPS_PARQUET = "steps.parquet";
export const UPDATES = "updates.jsonl";
export const LOCK = "run.lock";
export const TOKENS = "tokens";
export const ROLLOUTS = "rollouts";
export const CHECKPOINTS = "checkpoints";

const STEP_DIGITS = 6;
const STEP_NAME = /^step-(\d{6,})(\.parquet)?$/;

/** What is made for one step, such as `step-000123`; more than six digits where the step needs them. */
export function stepName(step: number): string {
  return `step-${String(step).padStart(STEP_DIGITS, "0")}`;
}

/** The step that a name, with or without `.parquet`, is for; undefined if no step has exactly this name. */
export function stepOfName(name: string): number | undefined {
  const match = STEP_NAME.exec(name);
  const step = Number(match?.[1]);
  return match !== null && name === stepName(step) + (match[2] ?? "") ? step : undefined;
}
