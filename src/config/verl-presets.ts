/** The runs of the paper at 7B and 32B as starting points of a sweep of verl; knows none of verl's own keys. */
import type { ExperimentInput } from "./experiment-config.ts";
import type { VerlInput } from "./verl-config.ts";

/** One named starting point of verl. */
export interface VerlPreset {
  /** One sentence. */
  readonly what: string;
  /** What differs from the lab's defaults. */
  readonly config: ExperimentInput;
  /** What it needs beside; the files of the data are left to name. */
  readonly verl: VerlInput;
}

/** What the scripts have in common. Selection is by micro-batch, as in the paper's code and in verl. */
const COMMON = {
  rollout: { prompts: 256, samples: 8, dynamicSampling: { enabled: true, maxRounds: 10 } },
  update: { miniBatches: 8 },
  evaluation: { every: 4, samples: 1 },
  checkpoint: { every: 32 },
  // Said, so that it also holds over a base that has another.
  intervention: { kind: "none" },
} as const satisfies ExperimentInput;

/** Steps are those that the paper's curves show, read off its figures: the scripts go on for epochs instead. */
const SIZES = {
  "7b": { model: "Qwen/Qwen2.5-7B", learningRate: 5e-7, steps: 2600 },
  "32b": { model: "Qwen/Qwen2.5-32B", learningRate: 1e-6, steps: 1090 },
} as const;

interface Method extends Pick<ExperimentInput, "loss" | "intervention"> {
  readonly maxTokensPerGpu: number;
  readonly epochs?: number;
  readonly nodes?: number;
}

function preset(
  size: keyof typeof SIZES,
  what: string,
  { maxTokensPerGpu, epochs = 1000, nodes = 4, ...method }: Method,
): VerlPreset {
  const { model, learningRate, steps } = SIZES[size];
  return {
    what: `the paper's ${size.toUpperCase()} run: ${what}`,
    config: { ...COMMON, ...method, optimizer: { learningRate }, steps },
    verl: {
      model,
      maxPromptTokens: 2048,
      maxResponseTokens: 8192,
      maxTokensPerGpu,
      nodes,
      gpusPerNode: 8,
      rewardManager: "dapo",
      filterMetric: "acc",
      epochs,
    },
  };
}

/** `clip_ratio_c=10` stands in the scripts; the paper's code does not read it, and verl does. */
const ppo = (clipHigh: number) =>
  ({ kind: "ppo-clip", clipLow: 0.2, clipHigh, dualClip: null }) as const;

const CLIP_COV = {
  loss: { kind: "ppo-clip", clipLow: 1, clipHigh: 1, dualClip: null },
  intervention: { kind: "clip-cov", share: 2e-4, low: 1, high: 5, scope: "micro" },
} as const;

/** @param share - a fraction: the 0.2 of the paper's `k_percent` at 7B is 0.002. */
const klCov = (share: number) =>
  ({
    loss: { kind: "policy-gradient" },
    intervention: { kind: "kl-cov", share, coefficient: 1, scope: "micro" },
  }) as const;

const GRPO = "GRPO, clip at 0.2";
const HIGHER = "GRPO, upper clip at 0.28";
const CLIP = "Clip-Cov, 0.02 % of the tokens";

/**
 * The settings of the paper's eight scripts.
 *
 * **Gotchas** The scripts' `k_percent` is per cent, ours and verl's are fractions. The model is the size's Qwen2.5 base
 * model; which checkpoint the scripts had, they leave to the reader.
 *
 * @see arXiv:2505.22617, section 4.3; PRIME-RL/Entropy-Mechanism-of-RL, `recipe/dapo/*.sh`
 */
export const VERL_PRESETS = {
  "paper-7b": preset("7b", GRPO, { loss: ppo(0.2), maxTokensPerGpu: 30720 }),
  "paper-7b-clip-higher": preset("7b", HIGHER, {
    loss: ppo(0.28),
    maxTokensPerGpu: 10240,
    nodes: 1,
  }),
  "paper-7b-clip-cov": preset("7b", CLIP, { ...CLIP_COV, maxTokensPerGpu: 20480 }),
  "paper-7b-kl-cov": preset("7b", "KL-Cov, 0.2 % of the tokens, coefficient 1", {
    ...klCov(2e-3),
    maxTokensPerGpu: 30720,
    epochs: 15,
  }),
  "paper-32b": preset("32b", GRPO, { loss: ppo(0.2), maxTokensPerGpu: 20480 }),
  "paper-32b-clip-higher": preset("32b", HIGHER, { loss: ppo(0.28), maxTokensPerGpu: 10240 }),
  "paper-32b-clip-cov": preset("32b", CLIP, { ...CLIP_COV, maxTokensPerGpu: 20480 }),
  "paper-32b-kl-cov": preset("32b", "KL-Cov, 0.02 % of the tokens, coefficient 1", {
    ...klCov(2e-4),
    maxTokensPerGpu: 20480,
  }),
} as const satisfies Readonly<Record<string, VerlPreset>>;

/** The presets of verl by name. */
export type VerlPresetName = keyof typeof VERL_PRESETS;

/** Their names, in the order of the table. */
export const VERL_PRESET_NAMES = Object.keys(VERL_PRESETS) as readonly VerlPresetName[];
