/** `entlaw scaling`: the curve of reward over compute of each log, and of two arms against each other. */
import { Flags } from "@oclif/core";
import { refuseInputAsOutput } from "../check-output.ts";
import { EntlawCommand, logArgs, logFlags } from "../entlaw-command.ts";
import { parseNumber, parseStartReward } from "../parse-choices.ts";
import { readLogs } from "../read-logs.ts";

export default class Scaling extends EntlawCommand {
  static override summary =
    "Fit ScaleRL's sigmoid of reward over compute, with its rivals and doubts; compare two arms.";
  static override description = [
    "R = R0 + (A - R0) / (1 + (C_mid / C)^B), by all parameters at once and by the published grid, with R0 held and free; a power law, windows and a held-out half beside it. Held-out scores are fitted where the log has enough, else the training reward.",
    "Several logs are the seeds of one arm. With --against, asymptotes that differ by more than the margin decide; otherwise both arms are fitted again at their mean asymptote and the exponents decide, or it is a tie. The margin is --margin, else the half-range of A over seeds, else the published 0.02.",
  ].join("\n\n");
  static override examples = [
    "<%= config.bin %> <%= command.id %> data/countdown-grpo/verl.jsonl --r0 free",
    "<%= config.bin %> <%= command.id %> runs/grpo-0 runs/grpo-1 --against runs/cispo-0 runs/cispo-1 --json",
  ];
  static override args = logArgs;
  static override strict = false;
  static override flags = {
    ...logFlags,
    against: Flags.string({
      multiple: true,
      helpValue: "LOG",
      summary: "Logs of the arm to compare with; all names after the flag belong to it.",
    }),
    chart: Flags.string({
      helpValue: "FILE",
      summary: "Draw points and curves, and log F over log C where exponents were compared.",
    }),
    margin: Flags.string({
      helpValue: "X",
      summary: "Difference of A that counts [default: half-range over seeds, or 0.02].",
    }),
    r0: Flags.string({
      default: "first",
      helpValue: "first|free|X",
      summary: "Reward at zero compute: mean of the first 5 % of points, fitted, or a number.",
    }),
    x: Flags.string({ helpValue: "COL", summary: "Column of compute [default: step + 1]." }),
    "drop-before": Flags.string({
      helpValue: "C",
      summary: "Leave out points with less compute; ScaleRL drops about one epoch.",
    }),
  };

  override async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Scaling);
    const { parseChartFile, writeChart } = await import("../../report/chart-file.ts");
    if (flags.chart !== undefined) parseChartFile(flags.chart);
    const margin = parseNumber("margin", flags.margin);
    const request = {
      isRewardNamed: flags.reward !== undefined,
      x: flags.x,
      startReward: parseStartReward(flags.r0),
      dropBefore: parseNumber("drop-before", flags["drop-before"]),
    };
    const { scalingInputOf } = await import("../../analyze/finding/scaling-input.ts");
    const { findScalingCurve } = await import("../../analyze/finding/scaling-curve.ts");
    const { compareScaling } = await import("../../analyze/finding/scaling-comparison.ts");
    const { comparisonToJson, scalingToJson } =
      await import("../../analyze/finding/scaling-to-json.ts");
    const text = await import("../../report/text/scaling-text.ts");
    const find = async (paths: readonly string[]) => {
      const logs = await readLogs(this, paths, flags);
      return this.withProgress("fitting", async () =>
        logs.map((log) => findScalingCurve(scalingInputOf(log, request))),
      );
    };
    const arm = await find(argv as string[]);
    const other = flags.against === undefined ? undefined : await find(flags.against);
    const findings = [...arm, ...(other ?? [])];
    const comparison = other && compareScaling([arm, other], margin);
    this.log(findings.map(text.scalingText).join("\n\n"));
    this.log(other === undefined ? text.seedsText(arm) : `\n${text.comparisonText(comparison)}`);
    if (flags.chart !== undefined) {
      refuseInputAsOutput(
        flags.chart,
        findings.map(({ input }) => input.log),
      );
      const { charts } = await import("../../report/chart/charts.ts");
      const arms = other === undefined ? [arm] : [arm, other];
      await writeChart(charts.scaling({ arms, comparison }), flags.chart);
      this.log(`\nchart: ${flags.chart}`);
    }
    return {
      scaling: findings.map(scalingToJson),
      comparison: comparisonToJson(comparison),
    };
  }
}
