/** `entlaw inspect`: what is in a log, and which columns mean what. */
import { EntlawCommand, logArgs, logFlags } from "../entlaw-command.ts";
import { readLogs } from "../read-logs.ts";

export default class Inspect extends EntlawCommand {
  static override summary =
    "Show what a log holds: format, steps, columns, and which are entropy and reward and why.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> data/countdown-grpo/verl-console.log",
    "<%= config.bin %> <%= command.id %> runs/*/trainer_state.json --json",
  ];
  static override args = logArgs;
  static override strict = false;
  static override flags = { ...logFlags };

  override async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Inspect);
    const logs = await readLogs(this, argv as string[], flags);
    const { inspection } = await import("../../ingest/inspection.ts");
    const { toSnakeCase } = await import("../../base/snake-case.ts");
    const { inspectionText } = await import("../../report/text/inspection-text.ts");
    const inspections = logs.map(inspection);
    this.log(inspections.map(inspectionText).join("\n\n"));
    return { logs: inspections.map(toSnakeCase) };
  }
}
