/** Kinds of run the verdict is tried on: twelve where reward does not follow entropy, two where both follow a third, eight where it does. */
import type { Rng } from "../../src/base/random.ts";
import { decayPath, type Run } from "./law-run.ts";
import { add, arNoise, between, randomWalk, series } from "./noise.ts";

/** One kind of run. */
export interface World {
  readonly name: string;
  /** What is true in it: reward follows entropy, it does not, or something unseen moves both. */
  readonly truth: "unrelated" | "law" | "common cause";
  readonly make: (n: number, rng: Rng) => Run;
}

/*
 * All worlds are runs as they are seen on GSM8K-like tasks: entropy from about .45 to .1 nats, reward from about .5 to
 * .85, noise of .03 nats in H and .02 in R. Clocks (time constants) are drawn anew in each run.
 */
const ENTROPY_NOISE = 0.03;
const REWARD_NOISE = 0.02;
const SLOPE = 0.5;
const INTERCEPT = 1.4;
/** Memory of true movements of entropy about its trend: they last some ten steps. */
const WIGGLE_MEMORY = 0.9;

const lawOf = (entropy: Float64Array): Float64Array =>
  entropy.map((value) => INTERCEPT - SLOPE * Math.exp(value));

/** Adds batch noise to what is true. */
function measured(entropy: Float64Array, reward: Float64Array, rng: Rng, memory = 0): Run {
  const n = entropy.length;
  return {
    entropy: add(entropy, arNoise(n, ENTROPY_NOISE, memory, rng)),
    reward: add(reward, arNoise(n, REWARD_NOISE, memory, rng)),
  };
}

function fallingEntropy(n: number, rng: Rng): Float64Array {
  return decayPath(n, { start: 0.45, end: 0.1, timeConstant: between(0.1, 0.5, rng) });
}

/** A rising reward with a clock and a shape of its own: saturating, logarithmic, straight or S-shaped. */
function risingReward(n: number, rng: Rng): Float64Array {
  const clock = between(0.1, 0.8, rng);
  const middle = between(0.2, 0.6, rng);
  const shapes: Array<(t: number) => number> = [
    (t) => (1 - Math.exp(-t / clock)) / (1 - Math.exp(-1 / clock)),
    (t) => Math.log1p(t / (clock / 10)) / Math.log1p(10 / clock),
    (t) => t,
    (t) => 1 / (1 + Math.exp(-(t - middle) / 0.1)),
  ];
  const shape = shapes[rng.below(shapes.length)]!;
  return series(n, (i) => 0.55 + 0.25 * shape(i / n));
}

/** Falls, then climbs back by about two fifths of the way. */
function reboundingEntropy(n: number, rng: Rng): Float64Array {
  const clock = between(0.1, 0.2, rng);
  const turn = between(0.45, 0.6, rng);
  return series(n, (i) => {
    const t = i / n;
    const rise = t > turn ? 0.15 * (1 - Math.exp(-(t - turn) / 0.15)) : 0;
    return 0.1 + 0.35 * Math.exp(-t / clock) + rise;
  });
}

const wiggles = (n: number, sd: number, rng: Rng): Float64Array =>
  arNoise(n, sd, WIGGLE_MEMORY, rng);

/** A run where the law holds for trend and wiggles alike. */
function lawWorld(n: number, wiggle: number, rng: Rng, memory = 0): Run {
  const entropy = add(fallingEntropy(n, rng), wiggles(n, wiggle, rng));
  return measured(entropy, lawOf(entropy), rng, memory);
}

function shock(n: number, rng: Rng): Run {
  const at = Math.floor(n * between(0.25, 0.75, rng));
  const event = (i: number): number => 1 / (1 + Math.exp(-(i - at) / 2));
  const entropy = series(n, (i) => -0.08 * event(i));
  const reward = series(n, (i) => 0.05 * event(i));
  return measured(add(fallingEntropy(n, rng), entropy), add(risingReward(n, rng), reward), rng);
}

/** Unrelated trends whose batch noises correlate by -.5: a batch of hard prompts raises entropy and lowers reward. */
function sharedBatches(n: number, memory: number, rng: Rng): Run {
  const shared = arNoise(n, 1, memory, rng);
  const own = arNoise(n, 1, memory, rng);
  return {
    entropy: add(
      fallingEntropy(n, rng),
      shared.map((value) => ENTROPY_NOISE * value),
    ),
    reward: add(
      risingReward(n, rng),
      shared.map((value, i) => REWARD_NOISE * (Math.sqrt(0.75) * own[i]! - 0.5 * value)),
    ),
  };
}

/** Unrelated trends, and slow changes of the data that move both: curricula, prompts in order of difficulty. */
function slowDifficulty(n: number, rng: Rng): Run {
  const difficulty = arNoise(n, 1, 0.97, rng);
  const entropy = difficulty.map((value) => 0.03 * value);
  const reward = difficulty.map((value) => -0.02 * value);
  return measured(add(fallingEntropy(n, rng), entropy), add(risingReward(n, rng), reward), rng);
}

/** The N worlds and the L worlds. */
export const WORLDS: readonly World[] = [
  {
    name: "N1 unrelated trends",
    truth: "unrelated",
    make: (n, rng) => measured(fallingEntropy(n, rng), risingReward(n, rng), rng),
  },
  {
    name: "N2 reward on the clock of entropy, not on its wiggles",
    truth: "unrelated",
    make(n, rng) {
      const trend = fallingEntropy(n, rng);
      return measured(add(trend, wiggles(n, 0.02, rng)), lawOf(trend), rng);
    },
  },
  {
    name: "N3 entropy constant",
    truth: "unrelated",
    make: (n, rng) => measured(new Float64Array(n).fill(0.3), risingReward(n, rng), rng),
  },
  {
    name: "N4 entropy rebounds, reward does not",
    truth: "unrelated",
    make: (n, rng) => measured(reboundingEntropy(n, rng), risingReward(n, rng), rng),
  },
  {
    name: "N5 independent random walks",
    truth: "unrelated",
    make: (n, rng) =>
      measured(
        randomWalk(n, 0.15, rng).map((value) => 0.4 + value),
        randomWalk(n, 0.1, rng).map((value) => 0.6 + value),
        rng,
      ),
  },
  {
    name: "N6 drifting random walks",
    truth: "unrelated",
    make: (n, rng) =>
      measured(
        randomWalk(n, 0.08, rng).map((value, i) => 0.45 - 0.3 * (i / n) + value),
        randomWalk(n, 0.05, rng).map((value, i) => 0.55 + 0.25 * (i / n) + value),
        rng,
      ),
  },
  {
    name: "N7 reward flat",
    truth: "unrelated",
    make: (n, rng) => measured(fallingEntropy(n, rng), new Float64Array(n).fill(0.6), rng),
  },
  {
    name: "N8 entropy spikes",
    truth: "unrelated",
    make: (n, rng) =>
      measured(
        series(n, () => (rng.uniform() < 0.02 ? 0.9 : 0.3)),
        risingReward(n, rng),
        rng,
      ),
  },
  {
    name: "N9 trends plus random-walk wiggles",
    truth: "unrelated",
    make: (n, rng) =>
      measured(
        add(fallingEntropy(n, rng), randomWalk(n, 0.06, rng)),
        add(risingReward(n, rng), randomWalk(n, 0.04, rng)),
        rng,
      ),
  },
  {
    name: "N10 unrelated trends, AR .7 noise",
    truth: "unrelated",
    make: (n, rng) => measured(fallingEntropy(n, rng), risingReward(n, rng), rng, 0.7),
  },
  { name: "N11 one shock moves both", truth: "common cause", make: shock },
  {
    name: "N12 unrelated trends, batch noise correlated -.5",
    truth: "unrelated",
    make: (n, rng) => sharedBatches(n, 0, rng),
  },
  {
    name: "N13 the same, its memory .3",
    truth: "unrelated",
    make: (n, rng) => sharedBatches(n, 0.3, rng),
  },
  { name: "N14 slow difficulty moves both", truth: "common cause", make: slowDifficulty },
  {
    name: "L1 law, wiggles 0 to .02",
    truth: "law",
    make: (n, rng) => lawWorld(n, between(0, 0.02, rng), rng),
  },
  {
    name: "L2 law + slow equation error .01",
    truth: "law",
    make(n, rng) {
      const run = lawWorld(n, between(0, 0.02, rng), rng);
      return { ...run, reward: add(run.reward, arNoise(n, 0.01, 0.97, rng)) };
    },
  },
  {
    name: "L3 law, entropy rebounds",
    truth: "law",
    make(n, rng) {
      const entropy = reboundingEntropy(n, rng);
      return measured(entropy, lawOf(entropy), rng);
    },
  },
  { name: "L4 law, wiggles .03", truth: "law", make: (n, rng) => lawWorld(n, 0.03, rng) },
  { name: "L5 law, no wiggles", truth: "law", make: (n, rng) => lawWorld(n, 0, rng) },
  {
    name: "L6 linear in H, wiggles 0 to .02",
    truth: "law",
    make(n, rng) {
      const entropy = add(fallingEntropy(n, rng), wiggles(n, between(0, 0.02, rng), rng));
      return measured(
        entropy,
        entropy.map((value) => 0.9 - 0.65 * value),
        rng,
      );
    },
  },
  {
    name: "L7 law, hard noise",
    truth: "law",
    make(n, rng) {
      const entropy = decayPath(n, { start: 0.42, end: 0.3, timeConstant: between(0.1, 0.5, rng) });
      return {
        entropy: add(entropy, arNoise(n, 0.05, 0, rng)),
        reward: add(lawOf(entropy), arNoise(n, REWARD_NOISE, 0, rng)),
      };
    },
  },
  {
    name: "L8 law, AR .5 noise, wiggles 0 to .03",
    truth: "law",
    make: (n, rng) => lawWorld(n, between(0, 0.03, rng), rng, 0.5),
  },
];
