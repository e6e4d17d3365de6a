/** The table of commands: the one place where a command's name is written. */
import type { Command } from "@oclif/core";
import Agree from "./commands/agree.ts";
import Budget from "./commands/budget.ts";
import Chart from "./commands/chart.ts";
import Diversity from "./commands/diversity.ts";
import Compare from "./commands/compare.ts";
import Doctor from "./commands/doctor.ts";
import Drift from "./commands/drift.ts";
import Engine from "./commands/engine.ts";
import Fit from "./commands/fit.ts";
import Formats from "./commands/formats.ts";
import Ingest from "./commands/ingest.ts";
import Inspect from "./commands/inspect.ts";
import Predict from "./commands/predict.ts";
import Report from "./commands/report.ts";
import Scaling from "./commands/scaling.ts";
import SweepLogs from "./commands/sweep/logs.ts";
import SweepReport from "./commands/sweep/report.ts";
import SweepRun from "./commands/sweep/run.ts";
import SweepStatus from "./commands/sweep/status.ts";
import SweepStop from "./commands/sweep/stop.ts";
import Train from "./commands/train.ts";
import Verify from "./commands/verify.ts";

export const commands: Readonly<Record<string, Command.Class>> = {
  agree: Agree,
  budget: Budget,
  chart: Chart,
  diversity: Diversity,
  compare: Compare,
  doctor: Doctor,
  drift: Drift,
  engine: Engine,
  fit: Fit,
  formats: Formats,
  ingest: Ingest,
  inspect: Inspect,
  predict: Predict,
  report: Report,
  scaling: Scaling,
  "sweep:logs": SweepLogs,
  "sweep:report": SweepReport,
  "sweep:run": SweepRun,
  "sweep:status": SweepStatus,
  "sweep:stop": SweepStop,
  train: Train,
  verify: Verify,
};
