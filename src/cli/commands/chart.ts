/** `entlaw chart`: one chart of one or more logs. */
import { Args, Flags } from "@oclif/core";
import { CHART_KINDS, isAgreementKind, isArmsKind } from "../chart-kinds.ts";
import type { ChartKind, Chart as DrawnChart } from "../../report/chart/chart.ts";
import { refuseInputAsOutput } from "../check-output.ts";
import { EntlawCommand, logFlags } from "../entlaw-command.ts";
import { parseFitOn } from "../parse-choices.ts";
import { onlyOne, readLogs } from "../read-logs.ts";

export default class Chart extends EntlawCommand {
  static override summary =
    "Draw one chart of a log, or of the arms that several logs are runs of, as SVG, PNG, HTML or Vega-Lite.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> law data/countdown-grpo/verl.jsonl --out law.svg",
    "<%= config.bin %> <%= command.id %> covariance-tail runs/grpo --out tail.svg",
    '<%= config.bin %> <%= command.id %> arms "data/lab/{grpo,kl-cov}-?.csv" --out arms.svg',
    "<%= config.bin %> <%= command.id %> prediction run.csv --fit-on 0.5 --out prediction.png",
  ];
  static override args = {
    kind: Args.string({
      required: true,
      options: [...CHART_KINDS],
      description: "What to draw.",
    }),
    log: Args.string({
      required: true,
      description: "A log or a run directory; for arms several.",
    }),
  };
  static override strict = false;
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
    const { args, argv, flags } = await this.parse(Chart);
    const kind = args.kind as ChartKind; // required, and one of the options
    const fitOn = parseFitOn(flags["fit-on"]);
    const { parseChartFile, writeChart } = await import("../../report/chart-file.ts");
    parseChartFile(flags.out);
    const [, ...paths] = argv as string[];
    const logs = await readLogs(this, paths, flags);
    refuseInputAsOutput(
      flags.out,
      logs.map(({ source }) => source),
    );
    const { drawArms } = await import("../../report/draw-arms.ts");
    const { drawScaling } = await import("../../report/draw-scaling.ts");
    const { drawLog } = await import("../../report/draw-log.ts");
    const { drawAgreement } = await import("../../report/draw-agreement.ts");
    const { title, description } = await this.withProgress("drawing", async () => {
      const draw = async (): Promise<DrawnChart> => {
        if (isArmsKind(kind)) return drawArms(kind, logs);
        if (kind === "scaling") return drawScaling(logs, flags.reward !== undefined);
        const log = onlyOne(logs);
        return isAgreementKind(kind) ? drawAgreement(kind, log) : drawLog(kind, log, { fitOn });
      };
      const chart = await draw();
      await writeChart(chart, flags.out, flags.dark ? "dark" : undefined);
      return chart;
    });
    this.log(`${flags.out}: ${title}`);
    return { out: flags.out, kind, title, description };
  }
}
