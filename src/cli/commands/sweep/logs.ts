/** `entlaw sweep logs`: what the process of one run of a sweep says. */
import { Args } from "@oclif/core";
import { printable } from "../../../base/printable.ts";
import { EntlawCommand } from "../../entlaw-command.ts";
import { sweepArgs, sweepFlags } from "../../sweep-flags.ts";

export default class SweepLogs extends EntlawCommand {
  static override summary = "Print what the process of a run has said, and says until it ends.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> sweeps/smoke.yaml grpo-0-7d240f74",
    "<%= config.bin %> <%= command.id %> sweeps/smoke.yaml grpo-0-7d240f74 --on ray --address http://head:8265",
  ];
  static override args = {
    ...sweepArgs,
    run: Args.string({ required: true, description: "Run, as `entlaw sweep status` names it." }),
  };
  static override flags = sweepFlags;

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(SweepLogs);
    const { launcherOf, readSweep } = await import("../../read-sweep.ts");
    const { jobOf } = await import("../../sweep-runs.ts");
    const sweep = readSweep(args.sweep, flags);
    const job = jobOf(sweep, args.run);
    const launcher = await launcherOf(sweep, flags, this.config.version);
    let log = "";
    for await (const text of launcher.logs(job, new AbortController().signal)) {
      log += text;
      if (!this.jsonEnabled()) process.stdout.write(printable(text));
    }
    return { run: job.run.id, log };
  }
}
