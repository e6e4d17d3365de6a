/** `entlaw fit`: a law on each log, with intervals and a verdict. */
import { Flags } from "@oclif/core";
import { EntlawCommand, logArgs, logFlags } from "../entlaw-command.ts";
import { parseFixed, parseNumber, parseWindow } from "../parse-choices.ts";
import { readLogs } from "../read-logs.ts";

export default class Fit extends EntlawCommand {
  static override summary = "Fit a law to each log, with intervals, a ceiling and a verdict.";
  static override description = [
    "The entropy law is R = -a e^H + b; its ceiling, b - a, is the reward where entropy is spent.",
    "Per-step entropy is noisy, and plain least squares shrinks a: the default method, iv, takes the neighbours of each step as the instrument. It needs unsmoothed steps, so --smooth selects ols.",
  ].join("\n\n");
  static override examples = [
    "<%= config.bin %> <%= command.id %> data/countdown-grpo/verl.jsonl",
    "<%= config.bin %> <%= command.id %> run.csv --method ols --smooth 11 --window 20:300 --json",
  ];
  static override args = logArgs;
  static override strict = false;
  static override flags = {
    ...logFlags,
    law: Flags.option({
      options: ["entropy", "sigmoid", "power", "linear", "constant", "all"] as const,
      default: "entropy",
      summary: "Law to fit.",
    })(),
    method: Flags.option({
      options: ["iv", "ols", "lm", "deming", "grid"] as const,
      summary: "How to fit [default: iv for the entropy law, least squares for the others].",
    })(),
    x: Flags.string({
      helpValue: "COL",
      summary: "Column of progress for sigmoid and power [default: step + 1].",
    }),
    smooth: Flags.integer({
      default: 1,
      min: 1,
      summary: "Moving mean over N steps before the fit.",
    }),
    window: Flags.string({ helpValue: "A:B", summary: "Use only steps A to B, inclusive." }),
    bootstrap: Flags.integer({ default: 0, min: 0, summary: "Moving-block bootstrap replicates." }),
    "noise-ratio": Flags.string({
      helpValue: "X",
      summary:
        "Deming: variance of the noise in R over that in e^H [default: from local differences].",
    }),
    fix: Flags.string({
      multiple: true,
      multipleNonGreedy: true, // one value an occurrence, or a LOG behind it would be taken for another
      helpValue: "NAME=VALUE",
      summary: "Hold a parameter at a value, such as R0=0.17 of the sigmoid.",
    }),
    "intervention-at": Flags.string({
      helpValue: "STEP",
      summary: "A known change of settings in mid-run; such a run is never given yes.",
    }),
    "fail-on": Flags.option({
      options: ["no", "weak"] as const,
      summary: "Exit with 4 if a verdict is no (or weak).",
    })(),
  };

  override async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Fit);
    // Checked before any log is read, which may take a while.
    const window = parseWindow(flags.window);
    const noiseRatio = parseNumber("noise-ratio", flags["noise-ratio"]);
    const fixed = parseFixed(flags.fix);
    const interventionAt = parseNumber("intervention-at", flags["intervention-at"]);
    const logs = await readLogs(this, argv as string[], flags);
    const { fitLogs } = await import("../../analyze/finding/fit-logs.ts");
    const { fitToJson } = await import("../../analyze/finding/fit-to-json.ts");
    const { fitsText } = await import("../../report/text/fits-text.ts");
    const findings = await this.withProgress("fitting", async () =>
      fitLogs(logs, {
        law: flags.law,
        method: flags.method,
        x: flags.x,
        smooth: flags.smooth,
        window,
        bootstrap: flags.bootstrap,
        noiseRatio,
        fixed,
        interventionAt,
      }),
    );
    this.log(fitsText(findings));
    const result = { fits: findings.map(fitToJson) };
    const failing = flags["fail-on"] === "weak" ? ["no", "weak"] : ["no"];
    if (flags["fail-on"] !== undefined) {
      const failed = findings.filter(
        (f) => f.question === "entropy-law" && failing.includes(f.verdict.holds),
      );
      if (failed.length > 0) {
        process.exitCode = 4;
        this.warnUser(`--fail-on ${flags["fail-on"]}: ${failed.map((f) => f.log).join(", ")}`);
      }
    }
    return result;
  }
}
