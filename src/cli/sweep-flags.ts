/** Argument and flags that all sweep commands share; loads nothing that reads or runs a sweep. */
import { Args, Flags } from "@oclif/core";
import { LAUNCHER_KINDS, type LauncherKind } from "../config/launcher-kind.ts";

/** The argument of every sweep command. */
export const sweepArgs = {
  sweep: Args.string({ required: true, description: "Sweep file, YAML or JSON." }),
};

/** Flags of every sweep command. */
export const sweepFlags = {
  on: Flags.option({
    options: LAUNCHER_KINDS,
    default: "local" as const,
    summary: "Where the runs go on.",
  })(),
  address: Flags.string({
    helpValue: "URL",
    summary: "Ray's dashboard [default: RAY_API_SERVER_ADDRESS, or http://127.0.0.1:8265].",
  }),
  "allow-http": Flags.boolean({
    default: false,
    summary: "Send Ray's token over plain http to another machine.",
  }),
  out: Flags.string({
    helpValue: "DIR",
    summary: "Folder of the sweep [default: runs/sweeps/NAME].",
  }),
};

/** Flags, as parsed. */
export interface SweepFlags {
  readonly on: LauncherKind;
  readonly out?: string | undefined;
  readonly concurrency?: number | undefined;
  readonly address?: string | undefined;
  readonly "allow-http": boolean;
}
