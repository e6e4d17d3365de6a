/** `entlaw compare`: the arms of an ablation over their seeds. */
import { Flags } from "@oclif/core";
import { EntlawCommand, logArgs, logFlags } from "../entlaw-command.ts";
import { parseNumber } from "../parse-choices.ts";
import { readLogs } from "../read-logs.ts";

export default class Compare extends EntlawCommand {
  static override summary =
    "Compare arms over seeds: reward, entropy, ceiling, differences to a baseline, and whether they lie on one curve.";
  static override description = [
    "Runs that differ in their seed alone are one arm, named by the settings that tell it from the others; logs without settings are told by their names, ARM-SEED. Means have Student's t, interquartile means and probabilities of improvement a stratified bootstrap, as in rliable; differences are by pairs of one seed where there are any, with Holm's correction over arms.",
    "Arms that have other rewards at the same entropy are shown as such: a and b then belong to the arm.",
  ].join("\n\n");
  static override examples = [
    "<%= config.bin %> <%= command.id %> runs/grpo-* runs/clip-cov-*",
    '<%= config.bin %> <%= command.id %> "data/lab/{grpo,kl-cov}-?.csv" --baseline grpo --json',
  ];
  static override args = logArgs;
  static override strict = false;
  static override flags = {
    ...logFlags,
    by: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "KEY",
      summary: "Setting that arms are named by, such as intervention.kind; may be repeated.",
    }),
    strata: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "KEY",
      summary:
        "Setting that runs of one arm may differ in, such as task.kind; statistics are taken within.",
    }),
    baseline: Flags.string({
      helpValue: "ARM",
      summary:
        "Arm to hold the others against [default: without intervention and nearest to the defaults; by names grpo, or the first].",
    }),
    target: Flags.string({
      helpValue: "R",
      summary:
        "Reward that `steps to reward` waits for [default: the lowest end reward of a run above all starts].",
    }),
    "allow-mixed": Flags.boolean({
      summary: "Compare logs though they measured different entropies.",
    }),
  };

  override async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Compare);
    const target = parseNumber("target", flags.target);
    const logs = await readLogs(this, argv as string[], flags);
    const { disk } = await import("../../base/file-system.ts");
    const { compareRuns } = await import("../../analyze/compare/comparison.ts");
    const { comparisonToJson } = await import("../../analyze/compare/comparison-to-json.ts");
    const { compareText } = await import("../../report/text/compare-text.ts");
    const { by, strata, baseline } = flags;
    const finding = await this.withProgress("comparing", async () =>
      compareRuns(disk, logs, {
        by,
        strata,
        baseline,
        target,
        allowsMixed: flags["allow-mixed"],
      }),
    );
    this.log(compareText(finding));
    return comparisonToJson(finding);
  }
}
