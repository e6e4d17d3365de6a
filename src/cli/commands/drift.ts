/** `entlaw drift`: two runs' pace and distance from their start, or probes of whether a run can still learn. */
import { Args, Flags } from "@oclif/core";
import { ConfigError } from "../../base/errors.ts";
import { EntlawCommand, logFlags } from "../entlaw-command.ts";
import { readLogs } from "../read-logs.ts";

export default class Drift extends EntlawCommand {
  static override summary =
    "Compare two runs by steps to each other's peak and by KL at matched reward, or probe plasticity.";
  static override description = [
    "The measures of Fast-Slow Training (arXiv:2605.12484). Where a log has the KL to the start policy it is used; where it has only the KL within each step, their sum is, which is the length of the way and not the distance.",
    "With --probe, runs that were started anew from checkpoints (warmStart.from in their config) are grouped by the checkpoint's step, beside those that started from the base.",
  ].join("\n\n");
  static override examples = [
    "<%= config.bin %> <%= command.id %> runs/kl-cov runs/grpo",
    "<%= config.bin %> <%= command.id %> --probe probes/base probes/from-100 probes/from-200 --json",
  ];
  static override args = {
    a: Args.string({ description: "A log or run directory." }),
    b: Args.string({ description: "The one to compare it with." }),
  };
  static override flags = {
    ...logFlags,
    kl: Flags.string({ helpValue: "COL", summary: "Column with the KL from the start policy." }),
    probe: Flags.string({
      multiple: true,
      helpValue: "RUN",
      summary: "Run directories of probes; takes the place of A and B.",
    }),
  };

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Drift);
    if (flags.probe !== undefined) return this.probe(flags.probe, flags);
    if (args.a === undefined || args.b === undefined) {
      throw new ConfigError("two-logs", "drift must have two logs, or --probe RUN…", {
        fix: "name two files or run directories",
      });
    }
    const logs = await readLogs(this, [args.a, args.b], flags);
    const { driftInputOf } = await import("../../analyze/finding/drift-input.ts");
    const { findDrift } = await import("../../analyze/finding/drift.ts");
    const { driftToJson } = await import("../../analyze/finding/drift-to-json.ts");
    const { driftText } = await import("../../report/text/drift-text.ts");
    const [first, second, ...others] = logs.map((log) => driftInputOf(log, flags.kl));
    if (first === undefined || second === undefined || others.length > 0) {
      throw new ConfigError("two-logs", `drift must have two logs, got ${logs.length}`);
    }
    const finding = findDrift(first, second);
    this.log(driftText(finding));
    return { drift: driftToJson(finding) };
  }

  private async probe(
    paths: readonly string[],
    flags: Parameters<typeof readLogs>[2],
  ): Promise<unknown> {
    const logs = await readLogs(this, paths, flags);
    const { disk } = await import("../../base/file-system.ts");
    const { readManifest } = await import("../../log/manifest.ts");
    const { MANIFEST } = await import("../../log/run-files.ts");
    const { probeOf } = await import("../../analyze/finding/probe-run.ts");
    const { findPlasticity } = await import("../../analyze/finding/plasticity.ts");
    const { plasticityToJson } = await import("../../analyze/finding/drift-to-json.ts");
    const { plasticityText } = await import("../../report/text/drift-text.ts");
    const finding = findPlasticity(
      logs.map((log) => probeOf(log, readManifest(disk, `${log.source}/${MANIFEST}`))),
    );
    this.log(plasticityText(finding));
    return { plasticity: plasticityToJson(finding) };
  }
}
