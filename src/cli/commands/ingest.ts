/** `entlaw ingest`: a foreign log becomes a run directory. */
import { Flags } from "@oclif/core";
import { EntlawCommand, logArgs, logFlags } from "../entlaw-command.ts";
import { readLogs } from "../read-logs.ts";

export default class Ingest extends EntlawCommand {
  static override summary = "Convert logs of other trainers to entlaw run directories.";
  static override description =
    "Writes steps.jsonl, steps.parquet and run.json, whole or not at all; what exists is never overwritten. Several logs become one directory each below --out.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> data/countdown-grpo/verl-console.log --out runs/countdown",
    "<%= config.bin %> <%= command.id %> logs/*.jsonl.gz --out runs --format verl-jsonl",
  ];
  static override args = logArgs;
  static override strict = false;
  static override flags = {
    ...logFlags,
    out: Flags.string({ required: true, helpValue: "DIR", summary: "Run directory to write." }),
  };

  override async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Ingest);
    const logs = await readLogs(this, argv as string[], flags);
    const { writeRuns } = await import("../../ingest/write-runs.ts");
    const written = await this.withProgress("writing", () =>
      writeRuns(logs, flags.out, this.config.version),
    );
    for (const { log, out, steps, warnings } of written) {
      this.log(`${log} -> ${out} (${steps} steps)`);
      for (const warning of warnings) this.warnUser(`${log}: ${warning}`);
    }
    return { runs: written };
  }
}
