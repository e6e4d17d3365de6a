/** `entlaw train`: one run of the lab, from warm start to report. */
import { Args, Flags } from "@oclif/core";
import { ENGINE_KINDS } from "../../config/engine-kind.ts";
import { PRESET_NAMES, PRESETS } from "../../config/presets.ts";
import { EntlawCommand } from "../entlaw-command.ts";
import { stopSignal } from "../stop-signal.ts";

const presetList = PRESET_NAMES.map((name) => `${name}: ${PRESETS[name].what}`).join("\n");

export default class Train extends EntlawCommand {
  static override summary =
    "Train a small policy on a verifiable task with reinforcement learning, and log every token.";
  static override description = `A run samples responses, rewards them, updates the policy and measures what that did to its entropy, with an intervention on the tokens of high covariance if asked. It starts from a policy that was taught to imitate a solver; those are kept and used again.\n\nA CONFIG file (YAML or JSON) changes what it names of a preset; --set changes single keys; \`docs/lab.md\` lists them all. Presets:\n${presetList}`;
  static override examples = [
    "<%= config.bin %> <%= command.id %> --preset clip-cov --out runs/clip-cov",
    "<%= config.bin %> <%= command.id %> --set optimizer.learningRate=1e-4 --steps 100 --seed 3 --out runs/fast",
  ];
  static override args = {
    config: Args.string({ description: "YAML or JSON file; - reads standard input." }),
  };
  static override flags = {
    preset: Flags.option({
      options: PRESET_NAMES,
      summary: "Settings to start from [default: grpo].",
    })(),
    set: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: "KEY=VALUE",
      summary: "Change one setting, such as rollout.samples=16; may be repeated.",
    }),
    out: Flags.string({
      helpValue: "DIR",
      summary: "Run directory, new or empty [default: runs/PRESET-SEED].",
    }),
    steps: Flags.integer({ min: 1, helpValue: "N", summary: "Steps of the run." }),
    seed: Flags.integer({
      min: 0,
      helpValue: "N",
      summary: "Seed of everything after the warm start.",
    }),
    resume: Flags.boolean({
      summary: "Go on from the newest checkpoint of --out, whatever ended the run.",
    }),
    report: Flags.boolean({
      allowNo: true,
      default: true,
      summary: "Write report.html into the run directory at the end.",
    }),
    engine: Flags.option({
      options: ENGINE_KINDS,
      default: "graph" as const,
      summary: "What computes.",
    })(),
    threads: Flags.integer({
      min: 1,
      helpValue: "N",
      summary: "Threads of one operation [default: one for each core].",
    }),
  };

  override async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Train);
    const { readExperiment } = await import("../read-experiment.ts");
    const resumed = flags.resume ? (flags.out ?? "runs/grpo-0") : undefined;
    const { config, name } = readExperiment({ file: args.config, ...flags, resumed });
    const out = flags.out ?? `runs/${name}-${config.seed}`;
    const { useEngine } = await import("../../engine/backend/use-engine.ts");
    const { train } = await import("../../train/run/train.ts");
    const { TrainProgress } = await import("../train-progress.ts");
    const threads = flags.threads === undefined ? {} : { threads: flags.threads };
    const engine = await useEngine(flags.engine, threads);
    const progress = new TrainProgress(config.steps, (message) => this.warnUser(message));
    const result = await train({
      config,
      out,
      id: name,
      resume: flags.resume,
      versions: {
        entlaw: this.config.version,
        engine: engine.version,
        node: process.versions.node,
      },
      onEvent: (event) => progress.tell(event),
      signal: stopSignal(),
    }).finally(() => progress.end());
    const { finishRun } = await import("../finish-run.ts");
    const { text, json } = await finishRun(out, result, {
      report: flags.report,
      command: ["entlaw", "train", ...this.argv],
      version: this.config.version,
    });
    this.log(text);
    if (result.status === "interrupted") process.exitCode = 4;
    return json;
  }
}
