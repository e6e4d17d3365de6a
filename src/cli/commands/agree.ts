/** `entlaw agree`: what the theory predicts of the entropy, against what was measured. */
import { Flags } from "@oclif/core";
import { EntlawCommand, logArgs, logFlags } from "../entlaw-command.ts";
import { ESTIMATOR_NAMES } from "../estimator-names.ts";
import { readLogs } from "../read-logs.ts";

export default class Agree extends EntlawCommand {
  static override summary =
    "Compare the entropy change that covariances over tokens predict with the measured one.";
  static override description = [
    "A run directory with a tokens folder gives all estimators whose columns are there; other logs give what their step columns hold. What is missing is said.",
    "Pearson, Spearman, sign, R² and slope are always given together, since a wrong formula can correlate well and yet predict nothing: R² is that of the line through the origin, and can be negative.",
    "The docs of each estimator, with the conditions under which it holds, are in src/analyze/agreement/estimators.ts.",
  ].join("\n\n");
  static override examples = [
    "<%= config.bin %> <%= command.id %> runs/grpo",
    "<%= config.bin %> <%= command.id %> runs/grpo runs/clip-cov --estimator all --by group --by quadrant --json",
  ];
  static override args = logArgs;
  static override strict = false;
  static override flags = {
    ...logFlags,
    estimator: Flags.option({
      options: [...ESTIMATOR_NAMES, "all"],
      multiple: true,
      multipleNonGreedy: true, // one value an occurrence, or a LOG behind it would be taken for another
      helpValue: "NAME",
      summary: "Estimator of the entropy change [default: batch, npg, pg, polarity and lemma].",
    })(),
    by: Flags.option({
      options: ["group", "accuracy", "quadrant", "clip"] as const,
      multiple: true,
      multipleNonGreedy: true,
      summary:
        "Split by accuracy of the prompt group (group and accuracy are the same), by quadrant or by clipped side.",
    })(),
    level: Flags.option({
      options: ["step", "update"] as const,
      default: "step",
      summary: "Compare per training step, or per update of the optimiser.",
    })(),
    bootstrap: Flags.integer({
      default: 1000,
      min: 0,
      summary: "Moving-block bootstrap replicates behind the intervals.",
    }),
  };

  override async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Agree);
    const logs = await readLogs(this, argv as string[], flags);
    const { findAgreement } = await import("../../analyze/agreement/find-agreement.ts");
    const { agreementToJson } = await import("../../analyze/agreement/agreement-to-json.ts");
    const { agreementText } = await import("../../report/text/agreement-text.ts");
    const { estimator, by = [], level, bootstrap } = flags;
    const names = ESTIMATOR_NAMES.filter((name) =>
      estimator?.some((one) => one === name || one === "all"),
    );
    const request = {
      ...(estimator === undefined ? {} : { estimators: names }),
      by: [...new Set(by.map((kind) => (kind === "group" ? "accuracy" : kind)))],
      of: level,
      replicates: bootstrap,
    };
    const findings = [];
    for (const log of logs) {
      const doing = `aggregating the tokens of ${log.source}`;
      findings.push(await this.withProgress(doing, () => findAgreement(log, request)));
    }
    this.log(findings.map(agreementText).join("\n\n"));
    return agreementToJson(findings);
  }
}
