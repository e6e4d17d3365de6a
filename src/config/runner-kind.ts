/** What trains the runs of a sweep; knows nothing of how they are started. */

/** The names: the lab of this package, or verl. */
export const RUNNER_KINDS = ["lab", "verl"] as const;

/** What trains the runs of a sweep. */
export type RunnerKind = (typeof RUNNER_KINDS)[number];
