/** What interventions do to token losses and their gradients, in float64. */
import { describe, expect, test } from "vitest";
import {
  type InterventionConfig,
  interventionConfig,
} from "../../../../src/config/intervention-config.ts";
import type { LossConfig } from "../../../../src/config/loss-config.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { adjustLoss, selectTokens } from "../../../../src/train/intervention/interventions.ts";
import { klEstimators } from "../../../../src/train/intervention/reference-kl.ts";
import { surrogateLoss } from "../../../../src/train/loss/surrogates.ts";
import {
  apart,
  differences,
  randomWeights,
  type TokenBatch,
  tokenBatch,
  type WeightedLoss,
  weightedLoss,
} from "../../../support/token-batch.ts";

const SEEDS = [1, 2, 3];
const PLAIN: LossConfig = { kind: "policy-gradient" };
const CLIP_COV: InterventionConfig = {
  kind: "clip-cov",
  scope: "mini",
  share: 1,
  low: 0,
  high: 1,
};
const klCov = (coefficient: number): InterventionConfig => ({
  kind: "kl-cov",
  scope: "mini",
  share: 1,
  coefficient,
});

/** Marks every third valid token. */
const everyThird = ({ mask }: TokenBatch): Float64Array =>
  mask.map((valid, at) => (at % 3 === 0 ? valid : 0));

/** A surrogate's loss with an intervention, random weights. */
async function adjusted(
  batch: TokenBatch,
  config: InterventionConfig,
  loss: LossConfig = PLAIN,
  extra: {
    readonly selected?: Float64Array;
    readonly reference?: Float64Array;
    readonly coefficient?: number;
  } = {},
): Promise<WeightedLoss> {
  const { selected = everyThird(batch), reference = batch.oldLogProb, coefficient = 0 } = extra;
  return weightedLoss(
    batch,
    randomWeights(1, batch),
    (tokens, given) => {
      const { tokenLoss } = surrogateLoss(tokens, loss);
      const tensors = {
        ...tokens,
        selected: given["selected"]!,
        entropy: tf.neg<tf.Tensor2D>(tokens.logProb), // its mean is the entropy
        referenceLogProb: given["reference"]!,
        coefficient: tf.scalar(coefficient),
      };
      return { tokenLoss: adjustLoss(tokenLoss, tensors, config) };
    },
    { selected, reference },
  );
}

const LOSSES: readonly LossConfig[] = [
  PLAIN,
  { kind: "ppo-clip", clipLow: 0.1, clipHigh: 0.2, dualClip: null },
  { kind: "gspo", clipLow: 0.05, clipHigh: 0.1 },
  { kind: "gmpo", clipLow: 0.1, clipHigh: 0.2 },
  { kind: "sapo", temperaturePositive: 1, temperatureNegative: 1.05 },
];

describe("none", () => {
  test.each(SEEDS)("leaves loss and gradient as they are (seed %i)", async (seed) => {
    const batch = tokenBatch(seed);
    const plain = await weightedLoss(batch, randomWeights(1, batch), (tokens) => ({
      ...surrogateLoss(tokens, PLAIN),
    }));
    const { loss, gradient } = await adjusted(batch, { kind: "none" });
    expect(loss).toBe(plain.loss);
    expect(apart(gradient, plain.gradient)).toBe(0);
  });
});

describe("Clip-Cov", () => {
  test.each(LOSSES)(
    "takes value and gradient of chosen tokens, and of no other: $kind",
    async (loss) => {
      const batch = tokenBatch(2, { rows: 6 });
      const chosen = everyThird(batch);
      const plain = await adjusted(batch, { kind: "none" }, loss);
      const cut = await adjusted(batch, CLIP_COV, loss);
      const kept = (values: Float64Array): Float64Array =>
        values.map((value, at) => (chosen[at] === 1 ? 0 : value));
      expect(apart(cut.gradient, kept(plain.gradient))).toBe(0);
      expect(apart(cut.tokenLoss, kept(plain.tokenLoss))).toBe(0);
      expect(plain.gradient.some((value, at) => chosen[at] === 1 && value !== 0)).toBe(true);
    },
  );
});

describe("KL-Cov", () => {
  test.each(SEEDS)("does nothing on-policy: |x| has gradient 0 at 0 (seed %i)", async (seed) => {
    const batch = tokenBatch(seed, { drift: 0 });
    const plain = await adjusted(batch, { kind: "none" });
    const pulled = await adjusted(batch, klCov(7));
    expect(pulled.loss).toBe(plain.loss);
    expect(apart(pulled.gradient, plain.gradient)).toBe(0);
  });

  test.each(SEEDS)(
    "off-policy pulls chosen tokens back with constant force (seed %i)",
    async (seed) => {
      const batch = tokenBatch(seed);
      const weights = randomWeights(1, batch);
      const chosen = everyThird(batch);
      const drift = batch.logProb.map((value, at) => value - batch.oldLogProb[at]!);
      const plain = await adjusted(batch, { kind: "none" });
      const pulled = await adjusted(batch, klCov(7));
      const pull = pulled.gradient.map((value, at) => value - plain.gradient[at]!);
      const expected = drift.map((d, at) => 7 * weights[at]! * chosen[at]! * Math.sign(d));
      expect(apart(pull, expected)).toBeLessThan(1e-12);
      const penalty = drift.reduce(
        (s, d, at) => s + 7 * weights[at]! * chosen[at]! * Math.abs(d),
        0,
      );
      expect(pulled.loss - plain.loss).toBeCloseTo(penalty, 10);
    },
  );

  test("a token that has not moved is not pushed, in float32 on both engines", async () => {
    for (const kind of ["graph", "reference"] as const) {
      await useEngine(kind);
      const zero = tf.zeros<tf.Rank.R2>([1, 3]);
      const one = tf.ones<tf.Rank.R2>([1, 3]);
      const tensors = {
        oldLogProb: zero,
        advantage: zero,
        mask: one,
        selected: one,
        entropy: zero,
      };
      const total = (logProb: tf.Tensor): tf.Scalar =>
        tf.sum(adjustLoss(zero, { ...tensors, logProb: logProb as tf.Tensor2D }, klCov(1)));
      const x = tf.tensor2d([[0, 0.5, -0.5]]);
      expect([...tf.grad(total)(x).dataSync()]).toEqual([0, 1, -1]);
    }
  });
});

describe("the entropy bonus", () => {
  test("lowers the loss by its coefficient, an entropy, and pushes entropy up", async () => {
    const batch = tokenBatch(3);
    const weights = randomWeights(1, batch);
    const plain = await adjusted(batch, { kind: "none" });
    const bonus = await adjusted(batch, { kind: "entropy-bonus", coefficient: 0.25 });
    const entropy = batch.logProb.map((value) => -value); // as `adjusted` has it
    const expected = entropy.reduce((s, H, at) => s + 0.25 * weights[at]! * H, 0);
    expect(plain.loss - bonus.loss).toBeCloseTo(expected, 10);
    const push = bonus.gradient.map((value, at) => plain.gradient[at]! - value);
    expect(
      apart(
        push,
        weights.map((weight) => -0.25 * weight),
      ),
    ).toBeLessThan(1e-12); // dH/dx = −1
  });
});

describe("EntroPIC", () => {
  const config = interventionConfig.parse({ kind: "entropic" });

  test.each(SEEDS)(
    "adds −α r |A| at likely tokens, with its derivative (seed %i)",
    async (seed) => {
      const batch = tokenBatch(seed, { tokenAdvantages: true });
      const weights = randomWeights(1, batch);
      const chosen = everyThird(batch);
      const plain = await adjusted(batch, { kind: "none" });
      for (const alpha of [0.5, -0.25]) {
        const pushed = await adjusted(batch, config, PLAIN, { coefficient: alpha });
        const formula = (x: Float64Array): number =>
          x.reduce((s, value, at) => {
            const size = Math.exp(value - batch.oldLogProb[at]!) * Math.abs(batch.advantage[at]!);
            return s - alpha * weights[at]! * chosen[at]! * size;
          }, 0);
        expect(pushed.loss - plain.loss).toBeCloseTo(formula(batch.logProb), 10);
        const push = pushed.gradient.map((value, at) => value - plain.gradient[at]!);
        expect(apart(push, differences(formula, batch.logProb))).toBeLessThan(1e-8);
      }
    },
  );

  test("takes tokens above the threshold for likely", () => {
    const logProb = Float64Array.from([0.91, 0.9, 0.5, 1], Math.log);
    const tokens = { logProb, advantage: new Float64Array(4), clipped: [0, 0, 0, 0] };
    expect([...selectTokens(tokens, config, "first")]).toEqual([1, 0, 0, 1]);
  });
});

/** Estimates of KL of a log-ratio d, as Schulman writes them with the ratio p_ref / p. */
const ESTIMATES: {
  readonly [E in keyof typeof klEstimators]: (d: number) => number;
} = {
  k1: (d) => -Math.log(Math.exp(-d)),
  k2: (d) => Math.log(Math.exp(-d)) ** 2 / 2,
  k3: (d) => Math.exp(-d) - 1 - Math.log(Math.exp(-d)),
};
const estimators = Object.keys(ESTIMATES) as (keyof typeof ESTIMATES)[];

describe.each(estimators)("the reference KL by %s", (estimator) => {
  const config: InterventionConfig = { kind: "reference-kl", coefficient: 0.5, estimator };

  test.each(SEEDS)("adds the estimate, with its derivative (seed %i)", async (seed) => {
    const batch = tokenBatch(seed);
    const weights = randomWeights(1, batch);
    const reference = tokenBatch(seed, { drift: 1 }).oldLogProb;
    const plain = await adjusted(batch, { kind: "none" });
    const held = await adjusted(batch, config, PLAIN, { reference });
    const formula = (x: Float64Array): number =>
      x.reduce(
        (s, value, at) => s + 0.5 * weights[at]! * ESTIMATES[estimator](value - reference[at]!),
        0,
      );
    expect(held.loss - plain.loss).toBeCloseTo(formula(batch.logProb), 10);
    const pull = held.gradient.map((value, at) => value - plain.gradient[at]!);
    expect(apart(pull, differences(formula, batch.logProb))).toBeLessThan(1e-8);
  });

  test("estimates the divergence: under the policy its mean is KL, or near it", async () => {
    const p = [0.5, 0.3, 0.2];
    const q = [0.4, 0.35, 0.25];
    const d = p.map((value, at) => Math.log(value / q[at]!));
    await useEngine("reference");
    const estimates = klEstimators[estimator](tf.tensor2d([d])).dataSync();
    const mean = p.reduce((s, value, at) => s + value * estimates[at]!, 0);
    const kl = p.reduce((s, value, at) => s + value * d[at]!, 0);
    // k2 is biased, by a third moment of d
    expect(Math.abs(mean - kl)).toBeLessThan(estimator === "k2" ? 0.03 * kl : 1e-6);
  });

  test("without the reference's log-probabilities is refused", async () => {
    await useEngine("reference");
    const zero = tf.zeros<tf.Rank.R2>([1, 1]);
    const tokens = { logProb: zero, oldLogProb: zero, advantage: zero, mask: zero };
    const tensors = { ...tokens, selected: zero, entropy: zero };
    expect(() => adjustLoss(zero, tensors, config)).toThrow(/reference policy, got none/);
  });
});
