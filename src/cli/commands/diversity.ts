/** `entlaw diversity`: whether the responses to one prompt stay apart. */
import { Args, Flags } from "@oclif/core";
import { EntlawCommand } from "../entlaw-command.ts";
import { parseNumber, parsePositive } from "../parse-choices.ts";

export default class Diversity extends EntlawCommand {
  static override summary =
    "Follow group entropy, distance from the reward's target, and distinct correct responses of a run.";
  static override description =
    "DMPO's measures (arXiv:2605.19461) from the rollouts and tokens tables of a run directory: for the responses to one prompt, q = softmax of their mean log-probabilities, p = softmax(reward / alpha), the entropies of both, KL(p || q), the mean of (p - q)^2, and how many distinct correct responses a prompt has. Without token tables there is no q, and the rest is given.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> runs/grpo",
    "<%= config.bin %> <%= command.id %> runs/grpo --correct 1 --json",
  ];
  static override args = {
    run: Args.string({ required: true, description: "A run directory with rollouts." }),
  };
  static override flags = {
    alpha: Flags.string({
      helpValue: "X",
      summary: "Temperature of the target, in the unit of reward [default: 1/15].",
    }),
    correct: Flags.string({
      helpValue: "R",
      summary: "Reward from which on a response is correct [default: the run's largest].",
    }),
  };

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Diversity);
    const { disk } = await import("../../base/file-system.ts");
    const { aggregateRollouts } = await import("../../log/aggregate-rollouts.ts");
    const { DMPO_ALPHA, findDiversity } = await import("../../analyze/finding/diversity.ts");
    const { diversityToJson } = await import("../../analyze/finding/diversity-to-json.ts");
    const { diversityText } = await import("../../report/text/diversity-text.ts");
    const alpha = parsePositive("alpha", flags.alpha) ?? DMPO_ALPHA;
    const correctFrom = parseNumber("correct", flags.correct);
    const aggregate = await this.withProgress(`reading ${args.run}`, () =>
      aggregateRollouts(disk, args.run, { alpha, correctFrom }),
    );
    const finding = findDiversity(args.run, aggregate, alpha);
    this.log(diversityText(finding));
    return { diversity: diversityToJson(finding) };
  }
}
