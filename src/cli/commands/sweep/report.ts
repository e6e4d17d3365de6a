/** `entlaw sweep report`: what a paper claims beside what the runs of a sweep say, on one offline page. */
import { Flags } from "@oclif/core";
import { ConfigError } from "../../../base/errors.ts";
import { requireHtmlName } from "../../check-output.ts";
import { EntlawCommand } from "../../entlaw-command.ts";
import { sweepArgs } from "../../sweep-flags.ts";

export default class SweepReport extends EntlawCommand {
  static override summary =
    "Write one offline HTML page that sets the claims of a sweep file beside its runs.";
  static override description =
    "The `claims` of a sweep file say what a paper reports, with its numbers, and which arms show it; `docs/sweeps.md` lists their keys. Runs that are not finished are left out, and counted.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> sweeps/paper.yaml --out paper.html",
    '<%= config.bin %> <%= command.id %> sweeps/paper.yaml --logs "data/paper/*.csv" --out paper.html',
  ];
  static override args = sweepArgs;
  static override flags = {
    out: Flags.string({ required: true, helpValue: "FILE", summary: "HTML file to write." }),
    from: Flags.string({
      helpValue: "DIR",
      summary: "Folder of the sweep [default: runs/sweeps/NAME].",
      exclusive: ["logs"],
    }),
    logs: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "GLOB",
      summary: "Logs named by their runs, such as ARM-SEED-HASH.csv, in place of run directories.",
    }),
  };

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(SweepReport);
    requireHtmlName(flags.out);
    const { readSweep } = await import("../../read-sweep.ts");
    const sweep = readSweep(args.sweep, { on: "local", out: flags.from, "allow-http": false });
    const { name, about, claims, out, jobs } = sweep;
    if (claims.length === 0) {
      throw new ConfigError("no-claims", `${args.sweep} must have claims, got none`, {
        fix: `for a report without claims: entlaw report '${out}/runs/*' --out ${flags.out}`,
      });
    }
    const { finishedRuns, runsOfLogs } = await import("../../sweep-runs.ts");
    const found =
      flags.logs === undefined
        ? await finishedRuns(this, sweep)
        : await runsOfLogs(this, sweep, flags.logs);
    const runs = found.flatMap(({ job: { run }, log }) =>
      [run.arm, ...run.also].map((arm) => ({ arm, seed: run.seed, config: run.config, log })),
    );
    const { writeClaims } = await import("../../../report/write-claims.ts");
    const { claimsText } = await import("../../../report/text/claims-text.ts");
    const { findings, document, bytes } = await this.withProgress("writing the report", () =>
      writeClaims({
        name,
        about,
        claims,
        runs,
        count: { finished: found.length, all: jobs.length },
        out: flags.out,
        command: ["entlaw", "sweep", "report", ...this.argv],
        version: this.config.version,
      }),
    );
    this.log(claimsText(findings));
    this.log(`\n${found.length} of ${jobs.length} runs`);
    this.log(`report: ${flags.out} (${Math.round(bytes / 1024)} kB, opens offline)`);
    return { report: flags.out, bytes, ...(document as object) };
  }
}
