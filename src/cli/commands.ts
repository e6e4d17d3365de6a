/** The table of commands: the one place where a command's name is written. */
import type { Command } from "@oclif/core";
import Chart from "./commands/chart.ts";
import Doctor from "./commands/doctor.ts";
import Engine from "./commands/engine.ts";
import Fit from "./commands/fit.ts";
import Formats from "./commands/formats.ts";
import Ingest from "./commands/ingest.ts";
import Inspect from "./commands/inspect.ts";
import Predict from "./commands/predict.ts";
import Report from "./commands/report.ts";
import Train from "./commands/train.ts";
import Verify from "./commands/verify.ts";

export const commands: Readonly<Record<string, Command.Class>> = {
  chart: Chart,
  doctor: Doctor,
  engine: Engine,
  fit: Fit,
  formats: Formats,
  ingest: Ingest,
  inspect: Inspect,
  predict: Predict,
  report: Report,
  train: Train,
  verify: Verify,
};
