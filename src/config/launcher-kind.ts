/** Where the runs of a sweep can go on; knows nothing of how they are started there. */

/** The names. */
export const LAUNCHER_KINDS = ["local", "ray"] as const;

/** Where runs can be started. */
export type LauncherKind = (typeof LAUNCHER_KINDS)[number];
