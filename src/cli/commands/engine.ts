/** `entlaw engine`: what can compute on this machine, and how fast. */
import { Flags } from "@oclif/core";
import { EngineError } from "../../base/errors.ts";
import { toSnakeCase } from "../../base/snake-case.ts";
import { ENGINE_KINDS } from "../../config/engine-kind.ts";
import type { EngineReport } from "../../engine/backend/available-engines.ts";
import type { EngineRow } from "../../report/text/engine-text.ts";
import { EntlawCommand } from "../entlaw-command.ts";

export default class Engine extends EntlawCommand {
  static override summary = "Say what can compute on this machine, and how fast.";
  static override description =
    "Each engine is timed for about two seconds: a product of matrices, and an update of a policy of one transformer block. The numbers tell engines of one machine apart; `npm run bench:engine` in a clone compares with PyTorch.";
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --engine graph --threads 1 --json",
  ];
  static override flags = {
    engine: Flags.option({ options: ENGINE_KINDS, summary: "Look at this engine alone." })(),
    threads: Flags.integer({
      helpValue: "N",
      min: 1,
      summary: "Threads of one operation [default: one for each core].",
    }),
    probe: Flags.boolean({ allowNo: true, default: true, summary: "Measure speed." }),
  };

  override async run(): Promise<unknown> {
    const { flags } = await this.parse(Engine);
    const { reportMachine } = await import("../../engine/backend/available-engines.ts");
    const { engineText } = await import("../../report/text/engine-text.ts");
    const machine = await reportMachine(flags.engine === undefined ? undefined : [flags.engine]);
    const rows: EngineRow[] = [];
    for (const engine of machine.engines) {
      const row = flags.probe && engine.available ? await this.probe(engine, flags.threads) : {};
      rows.push({ ...NOT_MEASURED, ...engine, ...row });
    }
    const [first] = rows;
    if (flags.engine !== undefined && first?.available === false) throw missing(first);
    const summary = { ...machine, threads: flags.threads ?? null, engines: rows };
    this.log(engineText(summary));
    return toSnakeCase(summary);
  }

  /** What measuring adds to, or takes back of, what is known of an engine. */
  private async probe(
    { kind }: EngineReport,
    threads: number | undefined,
  ): Promise<Partial<EngineRow>> {
    const { probeSpeed } = await import("../../engine/backend/probe-speed.ts");
    try {
      const speed = await this.withProgress(`timing ${kind}`, () => probeSpeed(kind, threads));
      const { version, gigaflops, updateTokensPerSecond } = speed;
      return { detail: version, threads: speed.threads ?? null, gigaflops, updateTokensPerSecond };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const { message, fix } = error;
      return { available: false, detail: message, ...(fix === undefined ? {} : { get: fix }) };
    }
  }
}

const NOT_MEASURED = { threads: null, gigaflops: null, updateTokensPerSecond: null };

function missing({ kind, detail, get }: EngineRow): EngineError {
  const options = get === undefined ? {} : { fix: get };
  return new EngineError(
    "engine-missing",
    `the engine ${kind} cannot run here: ${detail}`,
    options,
  );
}
