/** `entlaw report`: everything that can be said of the logs, on one offline page. */
import { Flags } from "@oclif/core";
import { refuseInputAsOutput, requireHtmlName } from "../check-output.ts";
import { EntlawCommand, logArgs, logFlags } from "../entlaw-command.ts";
import { parseFitOn } from "../parse-choices.ts";
import { readLogs } from "../read-logs.ts";

export default class Report extends EntlawCommand {
  static override summary =
    "Write one offline HTML page with verdict, table, charts and how it was computed.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> data/countdown-grpo/verl-console.log --out report.html",
    "<%= config.bin %> <%= command.id %> runs/grpo runs/clip-cov --out arms.html --fit-on 0.5",
  ];
  static override args = logArgs;
  static override strict = false;
  static override flags = {
    ...logFlags,
    out: Flags.string({ required: true, helpValue: "FILE", summary: "HTML file to write." }),
    "fit-on": Flags.string({
      default: "0.36",
      helpValue: "N|FRACTION",
      summary: "Prefix of the backtested prediction.",
    }),
  };

  override async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Report);
    const fitOn = parseFitOn(flags["fit-on"]);
    requireHtmlName(flags.out);
    const logs = await readLogs(this, argv as string[], flags);
    refuseInputAsOutput(
      flags.out,
      logs.map(({ source }) => source),
    );
    const { writeReport } = await import("../../report/write-report.ts");
    const { fitToJson } = await import("../../analyze/finding/fit-to-json.ts");
    const { fitsText, verdictsText } = await import("../../report/text/fits-text.ts");
    const command = ["entlaw", "report", ...this.argv];
    const { findings, bytes } = await this.withProgress("writing the report", () =>
      writeReport({ logs, out: flags.out, fitOn, command, version: this.config.version }),
    );
    this.log(findings.length > 1 ? verdictsText(findings) : fitsText(findings));
    this.log(`\nreport: ${flags.out} (${Math.round(bytes / 1024)} kB, opens offline)`);
    return { report: flags.out, bytes, fits: findings.map(fitToJson) };
  }
}
