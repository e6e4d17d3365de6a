/** `entlaw sweep status`: how far every run of a sweep is. */
import { setTimeout as wait } from "node:timers/promises";
import { Flags } from "@oclif/core";
import { disk } from "../../../base/file-system.ts";
import { EntlawCommand } from "../../entlaw-command.ts";
import { sweepArgs, sweepFlags } from "../../sweep-flags.ts";

/** Time between two tables. */
const REFRESH_MS = 2000;
const CLEAR_SCREEN = "\u001b[H\u001b[2J";

export default class SweepStatus extends EntlawCommand {
  static override summary = "Say how far every run of a sweep is.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> sweeps/smoke.yaml",
    "<%= config.bin %> <%= command.id %> sweeps/arms.yaml --watch",
  ];
  static override args = sweepArgs;
  static override flags = {
    ...sweepFlags,
    watch: Flags.boolean({
      summary: "Print it again every two seconds, until nothing of the sweep is running.",
      exclusive: ["json"],
    }),
  };

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(SweepStatus);
    const { launcherOf, readSweep } = await import("../../read-sweep.ts");
    const { lockHolder } = await import("../../../sweep/lock-holder.ts");
    const { statusText } = await import("../../../sweep/sweep-text.ts");
    const { statusToJson } = await import("../../../sweep/sweep-to-json.ts");
    const { sweepStatus, withJobs } = await import("../../../sweep/sweep-status.ts");
    for (;;) {
      const sweep = readSweep(args.sweep, flags); // again each time: the file and the folder may change
      const isDriven = lockHolder(disk, sweep.out) !== undefined; // before the runs are looked at: no last one is missed
      const found = sweepStatus(disk, sweep);
      // What verl trains has no run directory before its end: its process is asked.
      const saysItself = flags.on === "local" && sweep.runner === "lab";
      const statuses = saysItself
        ? found
        : await withJobs(found, await launcherOf(sweep, flags, this.config.version));
      const goesOn =
        flags.watch &&
        (isDriven || statuses.some(({ state }) => state === "running" || state === "waiting"));
      const clear = flags.watch && process.stdout.isTTY ? CLEAR_SCREEN : "";
      if (clear !== "") process.stdout.write(clear);
      this.log(statusText(sweep, statuses));
      if (!goesOn) return statusToJson(sweep, statuses);
      await wait(REFRESH_MS);
    }
  }
}
