/** A run of verl as a command: its arguments and its environment; starts nothing. */
import { join, resolve } from "node:path";
import { ConfigError } from "../../base/errors.ts";
import { shellCommand } from "../../report/shell-command.ts";
import type { Job } from "../launcher.ts";
import { type Override, overrideText } from "./override.ts";
import { renderExperiment } from "./render-experiment.ts";
import { notInVerl } from "./rendering.ts";
import { VERL_LOG } from "./verl-log.ts";

/** Where a run of verl leaves its log. */
export interface VerlUse {
  /** Name of the sweep. */
  readonly name: string;
  /** `shared`: a file that is seen here; `log`: what the job prints. */
  readonly results: "shared" | "log";
}

/** The whole of it. */
export interface VerlCommand {
  /** How the Python that has verl is called. */
  readonly file: string;
  readonly args: readonly string[];
  /** Variables beside those that are there. */
  readonly env: Readonly<Record<string, string>>;
  /** KEY=VALUE as Hydra takes them; also the last of the arguments. */
  readonly overrides: readonly string[];
  /** What of the experiment is not carried over exactly. */
  readonly notes: readonly string[];
}

const MODULE = "verl.trainer.main_ppo";

/**
 * The command of a job.
 *
 * @throws {@link ConfigError} that names the setting that verl does not have, or a key that is set twice.
 */
export function verlCommand({ run, verlFolder }: Job, { name, results }: VerlUse): VerlCommand {
  const { config, verl } = run;
  if (verl === undefined) throw notInVerl("runner", "be verl", { got: "lab" });
  const isShared = results === "shared";
  const folder = resolve(verlFolder);
  const { overrides, notes } = renderExperiment(config, verl);
  const place: readonly Override[] = [
    ["trainer.project_name", name],
    ["trainer.experiment_name", run.id],
    ["trainer.logger", isShared ? ["console", "file"] : ["console"]],
    ...(isShared ? [["trainer.default_local_dir", join(folder, "checkpoints")] as const] : []),
  ];
  const texts = [...overrides, ...place, ...ownOf(verl.set, [...overrides, ...place])].map(
    overrideText,
  );
  return {
    file: verl.python,
    args: ["-m", MODULE, ...texts],
    env: isShared ? { VERL_FILE_LOGGER_PATH: join(folder, VERL_LOG) } : {},
    overrides: texts,
    notes,
  };
}

type Own = NonNullable<Job["run"]["verl"]>["set"];

/** Overrides by verl's own keys, none of which is one that the run decides. */
function ownOf(set: Own, others: readonly Override[]): readonly Override[] {
  const taken = new Set(others.map(([key]) => key));
  const twice = Object.keys(set).find((key) => taken.has(key.replace(/^\++/, "")));
  if (twice === undefined) return Object.entries(set);
  throw new ConfigError(
    "verl",
    `verl.set must not have a key that the settings of the run decide, got ${twice}`,
    { fix: "change the setting itself" },
  );
}

/** The command as a line for a POSIX shell. */
export const verlLine = ({ file, args }: VerlCommand): string => shellCommand([file, ...args]);
