/** Runs of a sweep of verl for tests, from the text of its file. */
import { expandSweep, type SweepRun } from "../../src/config/expand-sweep.ts";
import { parseSweep } from "../../src/config/parse-sweep.ts";
import { overrideText } from "../../src/sweep/verl/override.ts";
import { renderExperiment } from "../../src/sweep/verl/render-experiment.ts";
import type { Rendering } from "../../src/sweep/verl/rendering.ts";

/** What every run of verl must name. */
const FILES = { train: "/data/train.parquet", validation: "/data/test.parquet" };

/** The runs of a sweep of verl with these keys beside its files. */
export function verlRuns(sweep: Readonly<Record<string, unknown>>): SweepRun[] {
  const verl = { ...FILES, ...(sweep["verl"] as object | undefined) };
  return expandSweep(parseSweep(JSON.stringify({ runner: "verl", ...sweep, verl }), "test.yaml"));
}

/** The rendering of a run. */
export function renderRun({ config, verl }: Pick<SweepRun, "config" | "verl">): Rendering {
  if (verl === undefined) throw new Error("it must be a run of verl");
  return renderExperiment(config, verl);
}

/** The rendering of the only run of a sweep of verl whose one arm has these settings. */
export function renderArm(arm: string | Readonly<Record<string, unknown>>): Rendering {
  const [run] = verlRuns({ arms: typeof arm === "string" ? [arm] : { arm } });
  if (run === undefined) throw new Error("a sweep must have a run");
  return renderRun(run);
}

/** KEY=VALUE each. */
export const textsOf = ({ overrides }: Rendering): string[] => overrides.map(overrideText);
