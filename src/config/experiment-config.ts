/** One run of the lab, whole: every setting with its default, its unit and its limits; knows nothing of files. */
import { z } from "zod";
import { type AdvantageConfig, advantageConfig } from "./advantage-config.ts";
import { interventionConfig } from "./intervention-config.ts";
import { lossConfig } from "./loss-config.ts";
import { taskConfig } from "./task-config.ts";

// Seeds above this would be cut to their low 32 bits, so that two of them were one.
const MAX_SEED = 2 ** 32 - 1;

const seed = z.int().min(0).max(MAX_SEED).default(0);

const count = (value: number) => z.int().min(1).default(value);

/** Every Nth step, 0 for never. */
const every = (value: number) => z.int().min(0).default(value);

const policy = z.strictObject({
  size: z.enum(["xxs", "xs", "s", "m", "l"]).default("s").describe("named size of the decoder"),
  positions: z
    .enum(["learned", "rotary"])
    .default("learned")
    .describe("how a token knows its position"),
});

const warmStart = z.strictObject({
  passRate: z
    .number()
    .min(0)
    .lt(1)
    .default(0.2)
    .describe("share of sampled responses that must be right; 0: no warm start"),
  maxUpdates: count(2000).describe("updates after which the warm start gives up"),
  batch: count(128).describe("solved problems an update"),
  learningRate: z.number().positive().default(1e-3).describe("learning rate of AdamW"),
  checkEvery: count(50).describe("updates between two measurements of the pass rate"),
  seed: seed.describe("seed of the weights and of the solved problems"),
  from: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("checkpoint folder to start from in place of a warm start"),
});

const rollout = z.strictObject({
  prompts: count(64).describe("prompts a step"),
  samples: count(8).describe("responses a prompt"),
  temperature: z.number().positive().default(1).describe("divides the logits when sampling"),
  topP: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("probability mass that is sampled from; 1: all of it"),
  dynamicSampling: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe("replace prompts whose responses all earn the same"),
      maxRounds: count(10).describe("rounds of sampling after which a step takes what there is"),
    })
    .prefault({}),
  zeroVariance: z
    .enum(["keep", "drop"])
    .default("keep")
    .describe("whether prompts whose responses all earn the same take part in the updates"),
  retireAt: z
    .number()
    .gt(0)
    .max(1)
    .nullable()
    .default(null)
    .describe("mean reward over the run from which a problem is drawn no more; null: never"),
});

const optimizer = z.strictObject({
  learningRate: z.number().min(0).default(5e-5).describe("learning rate of AdamW"),
  schedule: z
    .enum(["constant", "linear", "cosine"])
    .default("constant")
    .describe("how the learning rate falls over the steps of the run"),
  warmUp: z.int().min(0).default(0).describe("steps over which the learning rate rises from 0"),
  floor: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("share of the learning rate at which the schedule ends"),
  beta1: z.number().min(0).lt(1).default(0.9).describe("decay of the mean gradient"),
  beta2: z.number().min(0).lt(1).default(0.999).describe("decay of the mean squared gradient"),
  epsilon: z.number().positive().default(1e-8).describe("added to the root in AdamW"),
  weightDecay: z.number().min(0).default(0).describe("decoupled weight decay"),
  gradientClip: z.number().positive().default(1).describe("largest global norm of the gradient"),
});

const update = z.strictObject({
  miniBatches: count(4).describe("mini-batches of a step, an update each"),
  epochs: count(1).describe("passes over the step's responses"),
  microBatch: count(16).describe("responses computed at once: memory, not mathematics"),
});

const evaluation = z.strictObject({
  every: every(25).describe("steps between two evaluations; 0: never"),
  prompts: count(128).describe("held-out prompts"),
  samples: count(4).describe("sampled responses a prompt"),
});

const log = z.strictObject({
  tokens: every(1).describe("every Nth step writes its tokens; 0: off"),
  rollouts: every(10).describe("every Nth step writes its responses; 0: off"),
  updates: every(10).describe("every Nth step writes and measures its updates; 0: off"),
});

const checkpoint = z.strictObject({
  every: every(25).describe("steps between two checkpoints; 0: at the end alone"),
  keep: count(2).describe("newest checkpoints that are kept"),
});

const experiment = z.strictObject({
  task: taskConfig.prefault({ kind: "countdown" }),
  policy: policy.prefault({}),
  warmStart: warmStart.prefault({}),
  rollout: rollout.prefault({}),
  advantage: advantageConfig.prefault({ kind: "grpo" }),
  loss: lossConfig.prefault({ kind: "ppo-clip" }),
  aggregation: z
    .enum([
      "token-mean",
      "seq-mean-token-sum",
      "seq-mean-token-mean",
      "seq-mean-token-sum-norm",
      "prompt-mean-token-mean",
    ])
    .default("token-mean")
    .describe("how token losses become one number; some losses bring their own"),
  intervention: interventionConfig.prefault({ kind: "none" }),
  optimizer: optimizer.prefault({}),
  update: update.prefault({}),
  evaluation: evaluation.prefault({}),
  log: log.prefault({}),
  checkpoint: checkpoint.prefault({}),
  steps: count(300).describe("steps of the run; a step is one rollout and its updates"),
  seed: seed.describe("seed of everything after the warm start"),
});

type Experiment = z.infer<typeof experiment>;

/** What must hold between settings. */
interface Rule {
  /** The setting to change. */
  readonly path: readonly string[];
  readonly isBroken: (config: Experiment) => boolean;
  /** What must hold of the setting, from "must" on. */
  readonly must: (config: Experiment) => string;
}

const responses = ({ rollout }: Experiment): number => rollout.prompts * rollout.samples;

/** Advantages that compare the responses to one prompt. */
const COMPARES_GROUP: { readonly [K in AdvantageConfig["kind"]]: boolean } = {
  grpo: true,
  rloo: true,
  "reinforce-plus-plus": false,
  "reinforce-plus-plus-baseline": true,
  remax: false,
  opo: true,
  gae: false,
  "grpo-pass-k": true,
  gpg: true,
  prime: true,
};

/** Interventions with a loss over the responses to one prompt. */
const COMPARES_LIKELIHOODS: ReadonlySet<string> = new Set(["dmpo"]);

/** Interventions that teach the value head. */
const TEACHES_VALUE_HEAD: ReadonlySet<string> = new Set(["flowrl"]);

const rules: readonly Rule[] = [
  {
    path: ["rollout", "samples"],
    isBroken: ({ advantage, rollout }) => COMPARES_GROUP[advantage.kind] && rollout.samples < 2,
    must: ({ advantage }) =>
      `must be at least 2 for the advantage ${advantage.kind}, which compares the responses to a prompt`,
  },
  {
    path: ["rollout", "samples"],
    isBroken: ({ rollout }) => rollout.dynamicSampling.enabled && rollout.samples < 2,
    must: () => "must be at least 2 for dynamic sampling, since one response has no variance",
  },
  {
    path: ["update", "miniBatches"],
    isBroken: (config) => responses(config) % config.update.miniBatches !== 0,
    must: (config) =>
      `must divide the ${responses(config)} responses of a step (rollout.prompts x rollout.samples)`,
  },
  {
    path: ["advantage", "kind"],
    isBroken: ({ advantage, intervention }) =>
      advantage.kind === "gae" && TEACHES_VALUE_HEAD.has(intervention.kind),
    must: ({ intervention }) =>
      `must not be gae with the intervention ${intervention.kind}: both would teach the value head`,
  },
  {
    path: ["rollout", "samples"],
    isBroken: ({ rollout }) => rollout.zeroVariance === "drop" && rollout.samples < 2,
    must: () => "must be at least 2 to drop prompts, since one response has no variance",
  },
  {
    path: ["update", "miniBatches"],
    isBroken: ({ aggregation, rollout, update }) =>
      aggregation === "prompt-mean-token-mean" && rollout.prompts % update.miniBatches !== 0,
    must: ({ rollout }) =>
      `must divide the ${rollout.prompts} prompts of a step for the aggregation prompt-mean-token-mean, which looks at whole groups`,
  },
  {
    path: ["update", "miniBatches"],
    isBroken: ({ intervention, rollout, update }) =>
      COMPARES_LIKELIHOODS.has(intervention.kind) && rollout.prompts % update.miniBatches !== 0,
    must: ({ intervention, rollout }) =>
      `must divide the ${rollout.prompts} prompts of a step for the intervention ${intervention.kind}, which looks at whole groups`,
  },
  {
    path: ["update", "microBatch"],
    isBroken: (config) => config.update.microBatch > responses(config) / config.update.miniBatches,
    must: (config) =>
      `must be at most the ${responses(config) / config.update.miniBatches} responses of a mini-batch`,
  },
  {
    path: ["optimizer", "warmUp"],
    isBroken: ({ optimizer, steps }) => optimizer.warmUp >= steps,
    must: ({ steps }) => `must be below the ${steps} steps of the run`,
  },
  {
    path: ["warmStart", "passRate"],
    isBroken: ({ task, warmStart }) => task.kind === "bandit" && warmStart.passRate > 0,
    must: () => "must be 0 for the task bandit, which starts from a policy that prefers no arm",
  },
];

/**
 * One run of the lab. Every field has a default, so that `{}` is the default run.
 *
 * **Details** What must hold between fields is checked once each field is right by itself.
 */
export const experimentConfig = experiment.superRefine((config, context) => {
  if (context.issues.length > 0) return;
  for (const { path, isBroken, must } of rules) {
    if (isBroken(config))
      context.addIssue({ code: "custom", path: [...path], message: must(config) });
  }
});

/** One run of the lab, complete. */
export type ExperimentConfig = z.infer<typeof experimentConfig>;

/** One run of the lab as people write it: what is left out has its default. */
export type ExperimentInput = z.input<typeof experimentConfig>;
