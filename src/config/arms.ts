/** The arms of an ablation by name: interventions, losses and recipes beside plain GRPO; knows nothing of how one is run. */
import type { Arm } from "./arm.ts";
import type { ExperimentInput } from "./experiment-config.ts";
import { TOKEN_ARMS } from "./token-arms.ts";

const PLAIN: ExperimentInput = {};

/** Clip-Cov has no dual clip, as in the paper's code. */
const SINGLE_CLIP = { kind: "ppo-clip", clipLow: 0.2, clipHigh: 0.2, dualClip: null } as const;

/**
 * ScaleRL's recipe, as far as a lab has it. Its ε_max of 5 is the largest ratio, so that ours, which counts from 1, is 4.
 * The FP32 head has no counterpart: the lab is float32 throughout. Asynchronous rollouts, the length control and the
 * optimizer's settings are left out.
 *
 * @see arXiv:2510.13786
 */
const SCALE_RL = {
  loss: { kind: "cispo", clipLow: 1, clipHigh: 4 },
  aggregation: "prompt-mean-token-mean",
  advantage: { kind: "grpo", stdOver: "batch" },
  rollout: { zeroVariance: "drop", retireAt: 0.9 },
} as const;

/** CISPO with dynamic sampling, under which there is nothing to drop. */
const RESAMPLED_CISPO = {
  loss: SCALE_RL.loss,
  rollout: { dynamicSampling: { enabled: true } },
} as const;

/** The arms. */
export const ARMS = {
  "clip-cov": {
    what: "GRPO with Clip-Cov: tokens of high covariance leave the gradient",
    config: {
      loss: SINGLE_CLIP,
      intervention: { kind: "clip-cov", share: 0.02, low: 0.3, high: 5 },
    },
    reduces: {
      special: {
        loss: SINGLE_CLIP,
        intervention: { kind: "clip-cov", low: 1e8, high: 1e9 },
      },
      to: { loss: SINGLE_CLIP },
    },
  },
  "kl-cov": {
    what: "GRPO with KL-Cov: the tokens of highest covariance are pulled back",
    config: {
      loss: { kind: "policy-gradient" },
      intervention: { kind: "kl-cov", share: 0.02, coefficient: 1 },
    },
    reduces: {
      special: { intervention: { kind: "kl-cov", coefficient: 0 } },
      to: { loss: { kind: "policy-gradient" } },
    },
  },
  "clip-higher": {
    what: "GRPO with the upper clip raised to 0.28, as in DAPO",
    config: { loss: { kind: "ppo-clip", clipLow: 0.2, clipHigh: 0.28 } },
    reduces: { special: { loss: { kind: "ppo-clip", clipHigh: 0.2 } }, to: PLAIN },
  },
  "ce-gppo": {
    what: "CE-GPPO: outside PPO's clip gradients are scaled and not dropped",
    config: { loss: { kind: "ce-gppo" } },
    reduces: {
      special: { loss: { kind: "ce-gppo", clipLow: 1, clipHigh: 1e9 } },
      to: { loss: { kind: "ppo-clip", clipLow: 1, clipHigh: 1e9, dualClip: null } },
    },
  },
  "entropy-bonus": {
    what: "GRPO with an entropy bonus of 0.005, the paper's value for a stable entropy",
    config: { intervention: { kind: "entropy-bonus", coefficient: 0.005 } },
    reduces: { special: { intervention: { kind: "entropy-bonus", coefficient: 0 } }, to: PLAIN },
  },
  "reference-kl": {
    what: "GRPO with a divergence from the warm-started policy of 0.01",
    config: { intervention: { kind: "reference-kl", coefficient: 0.01 } },
    reduces: { special: { intervention: { kind: "reference-kl", coefficient: 0 } }, to: PLAIN },
  },
  "adaptive-entropy": {
    what: "GRPO with Skywork-OR1's entropy bonus, which grows while entropy is below 0.2 nats",
    config: { intervention: { kind: "adaptive-entropy" } },
    reduces: { special: { intervention: { kind: "adaptive-entropy", largest: 0 } }, to: PLAIN },
  },
  "w-reinforce": {
    what: "W-REINFORCE: right answers count a tenth",
    config: { intervention: { kind: "sign-weights", positive: 0.1, negative: 1 } },
    reduces: {
      special: { intervention: { kind: "sign-weights", positive: 1, negative: 1 } },
      to: PLAIN,
    },
  },
  psr: {
    what: "PSR: right answers alone are learnt from",
    config: { intervention: { kind: "sign-weights", positive: 1, negative: 0 } },
    reduces: {
      special: { intervention: { kind: "sign-weights", positive: 1, negative: 1 } },
      to: PLAIN,
    },
  },
  nsr: {
    what: "NSR: wrong answers alone are learnt from",
    config: { intervention: { kind: "sign-weights", positive: 0, negative: 1 } },
    reduces: {
      special: { intervention: { kind: "sign-weights", positive: 1, negative: 1 } },
      to: PLAIN,
    },
  },
  ...TOKEN_ARMS,
  scalerl: {
    what: "ScaleRL's recipe: CISPO, means over prompts, advantages over the batch's deviation, solved and equal prompts left out",
    config: SCALE_RL,
    reduces: {
      special: {
        ...RESAMPLED_CISPO,
        rollout: { ...RESAMPLED_CISPO.rollout, zeroVariance: "drop", retireAt: 1 },
        advantage: { kind: "grpo", normalizeByStd: false, stdOver: "batch" },
      },
      to: { ...RESAMPLED_CISPO, advantage: { kind: "grpo", normalizeByStd: false } },
    },
  },
  dmpo: {
    what: "GRPO with DMPO's matching of a group's likelihoods to its rewards",
    config: { intervention: { kind: "dmpo" } },
    reduces: { special: { intervention: { kind: "dmpo", coefficient: 0 } }, to: PLAIN },
  },
  flowrl: {
    what: "FlowRL: trajectory balance with a learnt log Z in place of the policy loss",
    config: { intervention: { kind: "flowrl" } },
    reduces: {
      special: { intervention: { kind: "flowrl", beside: true, coefficient: 0 } },
      to: PLAIN,
    },
  },
  prime: {
    what: "PRIME-style: RLOO with implicit process rewards from a model that learns beside the policy",
    config: { advantage: { kind: "prime" } },
    reduces: {
      special: { advantage: { kind: "prime", coefficient: 0 } },
      to: { advantage: { kind: "rloo" } },
    },
  },
  disa: {
    what: "DISA-style: trajectory balance with a log Z from proposals of the start policy, frozen",
    config: { intervention: { kind: "disa" } },
    reduces: {
      special: { intervention: { kind: "disa", beside: true, coefficient: 0 } },
      to: PLAIN,
    },
  },
} as const satisfies Readonly<Record<string, Arm>>;

/** The arms by name. */
export type ArmName = keyof typeof ARMS;

/** The names, in the order of the table. */
export const ARM_NAMES = Object.keys(ARMS) as readonly ArmName[];
