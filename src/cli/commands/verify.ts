/** `entlaw verify`: another trainer's losses and advantages against ours. */
import { Args, Flags } from "@oclif/core";
import { disk } from "../../base/file-system.ts";
import { toSnakeCase } from "../../base/snake-case.ts";
import { ENGINE_KINDS } from "../../config/engine-kind.ts";
import { EntlawCommand } from "../entlaw-command.ts";

export default class Verify extends EntlawCommand {
  static override summary =
    "Run loss and advantage cases of another trainer through ours, and print the largest errors.";
  static override description =
    "A case holds the inputs of one loss or estimator of verl, and what verl made of them. Compared are loss, gradient of the log-probabilities, token covariance, advantages and returns; errors are relative to max(1e-3, |expected|). The layout is that of test/golden/verl-golden.json in entlaw's repository.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> test/golden/verl-golden.json",
    "<%= config.bin %> <%= command.id %> cases.json --engine graph --json",
  ];
  static override args = {
    cases: Args.string({ required: true, description: "A JSON file of cases." }),
  };
  static override flags = {
    engine: Flags.option({
      options: ENGINE_KINDS,
      summary:
        "Compute losses in float32 on this engine, as a run does [default: in float64, so that no rounding is in the way].",
    })(),
  };

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Verify);
    const { readCases } = await import("../../train/verify/case-file.ts");
    const { verifyCases } = await import("../../train/verify/verify-cases.ts");
    const { inFloat64, onEngine } = await import("../../train/verify/run-function.ts");
    const { useEngine } = await import("../../engine/backend/use-engine.ts");
    const { verifyText } = await import("../../report/text/verify-text.ts");
    const cases = readCases(disk, args.cases);
    if (flags.engine !== undefined) await useEngine(flags.engine);
    const run = flags.engine === undefined ? inFloat64 : onEngine;
    const verification = await this.withProgress(`computing ${args.cases}`, () =>
      verifyCases(cases, run),
    );
    this.log(verifyText(verification));
    const { source = null, worst = null } = verification;
    return toSnakeCase({ source, cases: verification.cases, worst });
  }
}
