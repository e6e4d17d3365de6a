/** `entlaw chart`: one chart of one or more logs. */
import { Args, Flags } from "@oclif/core";
import type { ChartKind } from "../../report/chart/chart.ts";
import { refuseInputAsOutput } from "../check-output.ts";
import { EntlawCommand, logFlags } from "../entlaw-command.ts";
import { parseFitOn } from "../parse-choices.ts";
import { onlyOne, readLogs } from "../read-logs.ts";

export default class Chart extends EntlawCommand {
  static override summary = "Draw one chart of a log as SVG, PNG, HTML or Vega-Lite.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> law data/countdown-grpo/verl.jsonl --out law.svg",
    "<%= config.bin %> <%= command.id %> prediction run.csv --fit-on 0.5 --out prediction.png",
  ];
  static override args = {
    kind: Args.string({
      required: true,
      options: ["law", "steps", "residuals", "prediction", "window", "comparison"],
      description: "What to draw.",
    }),
    log: Args.string({ required: true, description: "A log or a run directory." }),
  };
  static override flags = {
    ...logFlags,
    out: Flags.string({
      required: true,
      helpValue: "FILE",
      summary: "File to write; its ending says the form: .svg, .png, .html or .vl.json.",
    }),
    "fit-on": Flags.string({
      default: "0.36",
      helpValue: "N|FRACTION",
      summary: "Prefix of the prediction chart.",
    }),
    dark: Flags.boolean({ summary: "Colours for a dark ground." }),
  };

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Chart);
    const kind = args.kind as ChartKind; // required, and one of the options
    const fitOn = parseFitOn(flags["fit-on"]);
    const { parseChartFile, writeChart } = await import("../../report/chart-file.ts");
    parseChartFile(flags.out);
    const log = onlyOne(await readLogs(this, [args.log], flags));
    refuseInputAsOutput(flags.out, [log.source]);
    const { drawLog } = await import("../../report/draw-log.ts");
    const { title, description } = await this.withProgress("drawing", async () => {
      const chart = drawLog(kind, log, { fitOn });
      await writeChart(chart, flags.out, flags.dark ? "dark" : undefined);
      return chart;
    });
    this.log(`${flags.out}: ${title}`);
    return { out: flags.out, kind, title, description };
  }
}
