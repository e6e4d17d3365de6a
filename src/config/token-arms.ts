/** The arms that reshape, weigh or push single tokens; knows nothing of how one is run. */
import type { Arm } from "./arm.ts";

const PLAIN = {} as const;

/** Arms of `token-interventions.ts`. */
export const TOKEN_ARMS = {
  "high-entropy": {
    what: "GRPO on the fifth of the tokens whose entropy is highest: the 80/20 rule",
    config: { intervention: { kind: "high-entropy", share: 0.2 } },
    reduces: { special: { intervention: { kind: "high-entropy", share: 1 } }, to: PLAIN },
  },
  "entropy-advantage": {
    what: "GRPO with advantages raised by 0.4 a nat of entropy, by half their size at most",
    config: { intervention: { kind: "entropy-advantage" } },
    reduces: { special: { intervention: { kind: "entropy-advantage", alpha: 0 } }, to: PLAIN },
  },
  steer: {
    what: "GRPO with STEER's weights: tokens that would change entropy most count 0.8",
    config: { intervention: { kind: "steer" } },
    reduces: { special: { intervention: { kind: "steer", lowest: 1 } }, to: PLAIN },
  },
  stare: {
    what: "GRPO with STARE: surprising tokens count 1.1 in right answers, 0.9 in wrong ones, while entropy is below 0.2 nats",
    config: { intervention: { kind: "stare", negative: 0.9 } },
    reduces: { special: { intervention: { kind: "stare", target: 9, factor: 1 } }, to: PLAIN },
  },
  "covariance-weights": {
    what: "CW-GRPO: tokens count the less the further their covariance is from 0",
    config: { intervention: { kind: "covariance-weights" } },
    reduces: { special: { intervention: { kind: "covariance-weights", strength: 0 } }, to: PLAIN },
  },
  "polarity-weights": {
    what: "PAPO-style: tokens that expand entropy count 1.2 while it falls below its trend, 0.8 while it is above",
    config: { intervention: { kind: "polarity-weights" } },
    reduces: { special: { intervention: { kind: "polarity-weights", gain: 0 } }, to: PLAIN },
  },
  discriminator: {
    what: "GRPO without the tokens whose entropy discriminator is two deviations from its mean: Clip_B-style",
    config: { intervention: { kind: "discriminator" } },
    reduces: { special: { intervention: { kind: "discriminator", band: 1e9 } }, to: PLAIN },
  },
  erc: {
    what: "GRPO with entropy ratio clipping: tokens whose entropy has moved by a twentieth leave the gradient",
    config: { intervention: { kind: "erc" } },
    reduces: { special: { intervention: { kind: "erc", low: 9, high: 1e9 } }, to: PLAIN },
  },
  entropic: {
    what: "GRPO with EntroPIC's controller on the likely tokens, which aims at 0.2 nats",
    config: { intervention: { kind: "entropic" } },
    reduces: {
      special: { intervention: { kind: "entropic", proportional: 0, integral: 0 } },
      to: PLAIN,
    },
  },
} as const satisfies Readonly<Record<string, Arm>>;
