/** From the arguments of `entlaw train` to one complete experiment; checks nothing that the configuration itself checks. */
import { basename, extname, join } from "node:path";
import { readFailure } from "../base/disk-failure.ts";
import { disk } from "../base/file-system.ts";
import type { ExperimentConfig } from "../config/experiment-config.ts";
import { parseExperiment } from "../config/parse-experiment.ts";
import { readManifest } from "../log/manifest.ts";
import { MANIFEST } from "../log/run-files.ts";

/** Arguments and flags, as parsed. */
export interface ExperimentArguments {
  /** YAML or JSON file, `-` for standard input. */
  readonly file: string | undefined;
  readonly preset?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly steps?: number | undefined;
  readonly seed?: number | undefined;
  /** Run directory that is resumed: without a file or a preset, its own settings are those that others are laid over. */
  readonly resumed?: string | undefined;
}

/** An experiment and what to call its runs. */
export interface NamedExperiment {
  readonly config: ExperimentConfig;
  readonly name: string;
}

const STDIN = 0;

/**
 * Reads the experiment that a command line describes.
 *
 * @throws {@link ConfigError} for settings that are unknown or out of range; {@link DataError} if the file cannot be read.
 */
export function readExperiment({
  file,
  preset,
  set = [],
  steps,
  seed,
  resumed,
}: ExperimentArguments): NamedExperiment {
  const flags = Object.entries({ steps, seed }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  );
  const own = file === undefined && preset === undefined ? settingsOf(resumed) : {};
  const config = parseExperiment({
    preset,
    ...(file === undefined ? own : { text: readText(file), from: file }),
    set: [...set, ...flags],
  });
  const fromFile = file === undefined || file === "-" ? undefined : basename(file, extname(file));
  return { config, name: fromFile ?? preset ?? "grpo" };
}

/** The settings that a run was started with; none where there is no run. */
function settingsOf(run: string | undefined): { readonly text?: string; readonly from?: string } {
  const from = run === undefined ? undefined : join(run, MANIFEST);
  if (from === undefined || disk.status(from) === undefined) return {};
  return { text: JSON.stringify(readManifest(disk, from).config ?? {}), from };
}

function readText(file: string): string {
  try {
    return disk.readFile(file === "-" ? `/dev/fd/${STDIN}` : file).toString("utf8");
  } catch (error) {
    throw readFailure(file, error);
  }
}
