/** `entlaw budget`: when a run spent its entropy, and what it got for it. */
import { Flags } from "@oclif/core";
import { EntlawCommand, logArgs, logFlags } from "../entlaw-command.ts";
import { parseWindow } from "../parse-choices.ts";
import { readLogs } from "../read-logs.ts";

export default class Budget extends EntlawCommand {
  static override summary =
    "Say how much of the entropy drop and of the reward gain the first steps of each log had seen.";
  static override description =
    "The paper's Fig. 2: the first twelfth of its runs saw 73 % of the entropy drop and 76 % of the gain, the first third 94 % and 93 %. Where a drop or a gain is not clearly different from zero, no share of it is given. The price of entropy, dR/dH = -a e^H, is that of the fitted law, with the measured price of each stretch beside it.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> data/countdown-grpo/verl.jsonl",
    "<%= config.bin %> <%= command.id %> runs/grpo runs/kl-cov --json",
  ];
  static override args = logArgs;
  static override strict = false;
  static override flags = {
    ...logFlags,
    window: Flags.string({ helpValue: "A:B", summary: "Use only steps A to B, inclusive." }),
  };

  override async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Budget);
    const window = parseWindow(flags.window);
    const logs = await readLogs(this, argv as string[], flags);
    const { inputsOf } = await import("../../analyze/finding/fit-logs.ts");
    const { windowOf } = await import("../../analyze/finding/law-input.ts");
    const { findEntropyBudget } = await import("../../analyze/finding/entropy-budget.ts");
    const { budgetToJson } = await import("../../analyze/finding/budget-to-json.ts");
    const { budgetText } = await import("../../report/text/budget-text.ts");
    const findings = inputsOf(logs).map(({ input }) => findEntropyBudget(windowOf(input, window)));
    this.log(findings.map(budgetText).join("\n\n"));
    return { budgets: findings.map(budgetToJson) };
  }
}
