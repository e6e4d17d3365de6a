/** `entlaw predict`: what a prefix of the run would have told of the rest. */
import { Flags } from "@oclif/core";
import { EntlawCommand, logArgs, logFlags } from "../entlaw-command.ts";
import { parseFitOn, parseWindow } from "../parse-choices.ts";
import { readLogs } from "../read-logs.ts";

export default class Predict extends EntlawCommand {
  static override summary =
    "Fit a prefix of each log, predict the rest and the ceiling, and compare with a baseline.";
  static override description =
    "The later entropies are taken as known: the question is whether the law lasts, not whether entropy could be foreseen. A prediction that does not beat the baseline, the mean reward over the last tenth of the prefix, is worth nothing; its error is therefore always printed beside.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> data/countdown-grpo/verl.jsonl --fit-on 0.36",
    "<%= config.bin %> <%= command.id %> run.csv --fit-on 100 --method ols --smooth 11 --json",
  ];
  static override args = logArgs;
  static override strict = false;
  static override flags = {
    ...logFlags,
    "fit-on": Flags.string({
      required: true,
      helpValue: "N|FRACTION",
      summary: "Prefix to fit: a number of steps, or a fraction of the run.",
    }),
    method: Flags.option({
      options: ["iv", "ols"] as const,
      summary: "How to fit the prefix [default: iv, or ols where --smooth is given].",
    })(),
    smooth: Flags.integer({
      default: 1,
      min: 1,
      summary: "Moving mean over N steps before the fit.",
    }),
    window: Flags.string({ helpValue: "A:B", summary: "Use only steps A to B, inclusive." }),
  };

  override async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Predict);
    const fitOn = parseFitOn(flags["fit-on"]);
    const window = parseWindow(flags.window);
    const logs = await readLogs(this, argv as string[], flags);
    const { predictLogs } = await import("../../analyze/finding/fit-logs.ts");
    const { predictionToJson } = await import("../../analyze/finding/prediction-to-json.ts");
    const { predictionText } = await import("../../report/text/prediction-text.ts");
    const findings = predictLogs(logs, {
      fitOn,
      method: flags.method,
      smooth: flags.smooth,
      window,
    });
    this.log(findings.map(predictionText).join("\n\n"));
    return { predictions: findings.map(predictionToJson) };
  }
}
