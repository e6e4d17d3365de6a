/** `entlaw sweep stop`: ends a sweep that goes on, so that it can go on later. */
import { disk } from "../../../base/file-system.ts";
import { EntlawCommand } from "../../entlaw-command.ts";
import { sweepArgs, sweepFlags } from "../../sweep-flags.ts";

export default class SweepStop extends EntlawCommand {
  static override summary = "End a sweep that goes on; `sweep run` goes on with it later.";
  static override description =
    "Every run ends after its step in flight, with a checkpoint. No run counts as finished by it.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> sweeps/smoke.yaml",
    "<%= config.bin %> <%= command.id %> sweeps/arms.yaml --json",
  ];
  static override args = sweepArgs;
  static override flags = sweepFlags;

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(SweepStop);
    const { launcherOf, readSweep } = await import("../../read-sweep.ts");
    const sweep = readSweep(args.sweep, flags);
    const { stopSweep } = await import("../../../sweep/stop-sweep.ts");
    const result = await stopSweep(
      disk,
      sweep,
      await launcherOf(sweep, flags, this.config.version),
    );
    const { driver, runs } = result;
    if (driver !== null) this.log(`process ${driver} was asked to end the sweep in ${sweep.out}`);
    else if (runs.length === 0) this.log(`nothing of ${sweep.out} is running`);
    else this.log([`asked to end:`, ...runs.map((id) => `  ${id}`)].join("\n"));
    return { out: sweep.out, ...result };
  }
}
