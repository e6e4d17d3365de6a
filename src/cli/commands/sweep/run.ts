/** `entlaw sweep run`: every run of a sweep that is not finished, some at a time. */
import { Flags } from "@oclif/core";
import { disk } from "../../../base/file-system.ts";
import { EntlawCommand } from "../../entlaw-command.ts";
import { sweepArgs, sweepFlags } from "../../sweep-flags.ts";
import { stopSignal } from "../../stop-signal.ts";

export default class SweepRun extends EntlawCommand {
  static override summary = "Run every run of a sweep that is not finished, some at a time.";
  static override description =
    "A sweep file names a base, arms, a grid and seeds; `docs/sweeps.md` lists its keys. Each run has a folder of its own, named by its arm, its seed and the hash of its configuration: the same file again has nothing left to do, a changed file runs what is new, and runs that were interrupted go on from their checkpoints. One that fails stops no other; the command then ends with 4.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> sweeps/smoke.yaml",
    "<%= config.bin %> <%= command.id %> sweeps/arms.yaml --dry-run",
  ];
  static override args = sweepArgs;
  static override flags = {
    ...sweepFlags,
    "dry-run": Flags.boolean({
      summary: "Print every run, with what it is estimated to cost, and start none.",
    }),
    concurrency: Flags.integer({
      min: 1,
      helpValue: "N",
      summary: "Runs at a time [default: one a core, threads divided].",
    }),
  };

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(SweepRun);
    const { launcherOf, readSweep } = await import("../../read-sweep.ts");
    const sweep = readSweep(args.sweep, flags);
    const { endText, planText } = await import("../../../sweep/sweep-text.ts");
    const { resultToJson, statusToJson } = await import("../../../sweep/sweep-to-json.ts");
    const { isLeft, sweepStatus } = await import("../../../sweep/sweep-status.ts");
    const statuses = sweepStatus(disk, sweep);
    if (flags["dry-run"]) {
      const { estimateCosts } = await import("../../../sweep/estimate-cost.ts");
      const { runPaces } = await import("../../../sweep/run-paces.ts");
      const costs = estimateCosts(statuses, runPaces(disk, sweep.out));
      this.log(planText(sweep, statuses, costs));
      const { verlPlan, verlPlanText } = await import("../../../sweep/verl/verl-plan.ts");
      const results = flags.on === "ray" ? sweep.ray.results : "shared";
      const plan = verlPlan(sweep, statuses, results);
      if (plan.length > 0) this.log(verlPlanText(plan));
      return statusToJson(sweep, statuses, { costs, plan });
    }
    const { runSweep } = await import("../../../sweep/run-sweep.ts");
    const { SweepProgress } = await import("../../sweep-progress.ts");
    const progress = new SweepProgress(statuses.filter(isLeft).length);
    const result = await runSweep(disk, {
      sweep,
      launcher: await launcherOf(sweep, flags, this.config.version),
      signal: stopSignal(),
      onEvent: (event) => progress.tell(event),
    });
    this.log(endText(sweep, result));
    const isWhole = [...result.outcomes.values()].every(
      ({ state }) => state === "finished" || state === "given-up",
    );
    if (!isWhole) process.exitCode = 4;
    return resultToJson(sweep, result);
  }
}
