/** The contract of all surrogate losses, and each against its formula written out in JavaScript. */
import { describe, expect, test } from "vitest";
import { type LossConfig, lossConfig, type LossKind } from "../../../../src/config/loss-config.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { compile } from "../../../../src/engine/compile.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { aggregationWeights } from "../../../../src/train/loss/aggregation.ts";
import { aggregationOf, surrogateLoss, surrogates } from "../../../../src/train/loss/surrogates.ts";
import {
  apart,
  differences,
  matrixOf,
  randomWeights,
  type TokenBatch,
  tokenBatch,
  type WeightedLoss,
  weightedLoss,
} from "../../../support/token-batch.ts";

const SEEDS = [1, 2, 3];
const kinds = Object.keys(surrogates) as LossKind[];

/** Settings under which random log-ratios of size 0.3 meet every bound. */
const TIGHT: { readonly [K in LossKind]: Record<string, unknown> } = {
  "ppo-clip": { clipLow: 0.1, clipHigh: 0.2, dualClip: 1.4 },
  cispo: { clipLow: 0.1, clipHigh: 0.2 },
  gspo: { clipLow: 0.05, clipHigh: 0.1 },
  gpg: {},
  gmpo: { clipLow: 0.1, clipHigh: 0.2 },
  sapo: { temperaturePositive: 0.8, temperatureNegative: 1.7 },
  "ce-gppo": { clipLow: 0.1, clipHigh: 0.2, betaLow: 0.75, betaHigh: 0.9 },
  "policy-gradient": {},
};
const tight = (kind: LossKind): LossConfig => lossConfig.parse({ kind, ...TIGHT[kind] });

/** A surrogate's loss with its own aggregation, or with random weights. */
async function lossOf(batch: TokenBatch, config: LossConfig, seed = 1): Promise<WeightedLoss> {
  return weightedLoss(batch, weightsOf(batch, config, seed), (tokens) => ({
    ...surrogateLoss(tokens, config),
  }));
}

function weightsOf(batch: TokenBatch, config: LossConfig, seed: number): Float64Array {
  const { aggregation } = surrogates[config.kind];
  return aggregation === undefined
    ? randomWeights(seed, batch)
    : aggregationWeights(aggregation, matrixOf(batch, batch.mask));
}

/** All places of a batch, valid tokens alone. */
const validPlaces = ({ mask }: TokenBatch): number[] => [...mask.keys()].filter((at) => mask[at]);

describe.each(kinds)("%s", (kind) => {
  const config = tight(kind);

  test.each(SEEDS)("advantages of 0 give no loss and no gradient (seed %i)", async (seed) => {
    const batch = tokenBatch(seed);
    const { loss, gradient } = await lossOf(
      { ...batch, advantage: batch.mask.map(() => 0) },
      config,
    );
    expect(Math.abs(loss)).toBe(0);
    expect(gradient.every((value) => value === 0)).toBe(true);
  });

  test.each(SEEDS)("on-policy its gradient is the policy gradient's (seed %i)", async (seed) => {
    const batch = tokenBatch(seed, { drift: 0 });
    const { gradient } = await lossOf(batch, config, seed);
    const weights = weightsOf(batch, config, seed);
    const expected = batch.advantage.map((advantage, at) => -weights[at]! * advantage);
    expect(apart(gradient, expected)).toBeLessThan(1e-14);
  });

  test.each(SEEDS)("what stands outside the mask counts for nothing (seed %i)", async (seed) => {
    const batch = tokenBatch(seed);
    const spoilt = (values: Float64Array, by: number): Float64Array =>
      values.map((value, at) => (batch.mask[at] === 1 ? value : by));
    const other = {
      ...batch,
      logProb: spoilt(batch.logProb, -3),
      oldLogProb: spoilt(batch.oldLogProb, -90),
      advantage: spoilt(batch.advantage, 7),
    };
    const [clean, dirty] = [await lossOf(batch, config), await lossOf(other, config)];
    expect(dirty.loss).toBe(clean.loss);
    expect(apart(dirty.gradient, clean.gradient)).toBe(0);
    const outside = [...batch.mask.keys()].filter((at) => batch.mask[at] === 0);
    expect(outside.length).toBeGreaterThan(0);
    expect(outside.every((at) => dirty.gradient[at] === 0)).toBe(true);
  });

  test.each(SEEDS)("a token's loss has a gradient at that token alone (seed %i)", async (seed) => {
    const batch = tokenBatch(seed, { tokenAdvantages: true });
    const at = validPlaces(batch)[2]!;
    const only = batch.mask.map((_, place) => (place === at ? 1 : 0));
    const { gradient } = await weightedLoss(batch, only, (tokens) => ({
      ...surrogateLoss(tokens, config),
    }));
    expect(gradient.every((value, place) => place === at || value === 0)).toBe(true);
  });

  test("a ratio of e^200 and one of e^-200 give finite losses in float32", async () => {
    const batch = tokenBatch(5, { rows: 2, columns: 4 });
    const far = batch.mask.map((valid, at) => valid * (at % 2 === 0 ? 200 : -200));
    await useEngine("graph");
    const spec = { shape: [batch.rows, batch.columns] };
    const program = await compile(
      (inputs) => {
        const tokens = inputs as { readonly [K in keyof typeof inputs]: tf.Tensor2D };
        const total = (logProb: tf.Tensor): tf.Scalar =>
          tf.sum(surrogateLoss({ ...tokens, logProb: logProb as tf.Tensor2D }, config).tokenLoss);
        const { value, grad } = tf.valueAndGrad(total)(tokens.logProb);
        return { value, grad };
      },
      { logProb: spec, oldLogProb: spec, advantage: spec, mask: spec },
    );
    const { value, grad } = await program({
      logProb: Float32Array.from(batch.logProb),
      oldLogProb: Float32Array.from(batch.logProb.map((one, at) => one - far[at]!)),
      advantage: Float32Array.from(batch.advantage),
      mask: Float32Array.from(batch.mask),
    });
    await program.dispose();
    expect([...value, ...grad].every(Number.isFinite)).toBe(true);
  });

  test("`clipped` is -1, 0 or 1, and 0 everywhere on-policy", async () => {
    const off = await lossOf(tokenBatch(1, { rows: 12 }), config);
    const on = await lossOf(tokenBatch(1, { rows: 12, drift: 0 }), config);
    expect([...off.others["clipped"]!].every((value) => [-1, 0, 1].includes(value))).toBe(true);
    expect(on.others["clipped"]!.every((value) => value === 0)).toBe(true);
  });
});

const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);

/** Mean of a quantity over the valid tokens of the sequence that a place belongs to. */
function sequenceMean(batch: TokenBatch, values: Float64Array, at: number): number {
  const first = at - (at % batch.columns);
  const places = validPlaces(batch).filter((k) => k >= first && k < first + batch.columns);
  return places.reduce((sum, k) => sum + values[k]!, 0) / places.length;
}

/** Token losses as their papers write them, x being log π; what a formula detaches is taken at the batch's own log π. */
const FORMULAS: {
  readonly [K in LossKind]: (batch: TokenBatch, x: Float64Array, at: number) => number;
} = {
  "ppo-clip": ({ oldLogProb, advantage }, x, at) => {
    const ratio = Math.exp(x[at]! - oldLogProb[at]!);
    const A = advantage[at]!;
    const loss = Math.max(-A * ratio, -A * clamp(ratio, 0.9, 1.2));
    return A < 0 ? Math.min(loss, -A * 1.4) : loss;
  },
  cispo: ({ logProb, oldLogProb, advantage }, x, at) =>
    -clamp(Math.exp(logProb[at]! - oldLogProb[at]!), 0.9, 1.2) * advantage[at]! * x[at]!,
  gspo: (batch, x, at) => {
    const logRatios = batch.logProb.map((value, k) => value - batch.oldLogProb[k]!);
    const s = Math.exp(sequenceMean(batch, logRatios, at) + x[at]! - batch.logProb[at]!);
    const A = batch.advantage[at]!;
    return Math.max(-A * s, -A * clamp(s, 0.95, 1.1));
  },
  gpg: ({ advantage }, x, at) => -advantage[at]! * x[at]!,
  gmpo: (batch, x, at) => {
    const held = x.map((value, k) => {
      const logRatio = value - batch.oldLogProb[k]!;
      const sign = Math.sign(batch.advantage[k]!);
      return sign * Math.min(sign * logRatio, sign * clamp(logRatio, -0.1, 0.2));
    });
    return -sequenceMean(batch, batch.advantage, at) * Math.exp(sequenceMean(batch, held, at));
  },
  sapo: ({ oldLogProb, advantage }, x, at) => {
    const A = advantage[at]!;
    const tau = A > 0 ? 0.8 : 1.7;
    const ratio = Math.exp(x[at]! - oldLogProb[at]!);
    return (-A * (4 / tau)) / (1 + Math.exp(-tau * (ratio - 1)));
  },
  "ce-gppo": ({ logProb, oldLogProb, advantage }, x, at) => {
    const [A, fixed] = [advantage[at]!, Math.exp(logProb[at]! - oldLogProb[at]!)];
    const ratio = Math.exp(x[at]! - oldLogProb[at]!);
    if (A > 0 && fixed > 1.2) return (-0.9 * 1.2 * A * ratio) / fixed;
    if (A < 0 && fixed < 0.9) return (-0.75 * 0.9 * A * ratio) / fixed;
    return -A * ratio;
  },
  "policy-gradient": ({ oldLogProb, advantage }, x, at) =>
    -advantage[at]! * Math.exp(x[at]! - oldLogProb[at]!),
};

describe.each(kinds)("%s, off-policy", (kind) => {
  const config = tight(kind);
  const cases = SEEDS.flatMap((seed) => [
    { seed, tokenAdvantages: false },
    { seed, tokenAdvantages: true },
  ]);

  test.each(cases)("has the value and the derivatives of its formula: %j", async (options) => {
    const batch = tokenBatch(options.seed, { rows: 6, ...options });
    const weights = weightsOf(batch, config, options.seed);
    const formula = (x: Float64Array): number =>
      validPlaces(batch).reduce((sum, at) => sum + weights[at]! * FORMULAS[kind](batch, x, at), 0);
    const { loss, gradient } = await lossOf(batch, config, options.seed);
    expect(Math.abs(loss - formula(batch.logProb))).toBeLessThan(1e-12);
    expect(apart(gradient, differences(formula, batch.logProb))).toBeLessThan(1e-8);
  });
});

describe("bounds", () => {
  const kindsThatHold = ["ppo-clip", "gspo", "gmpo"] as const;

  test.each(kindsThatHold)("a token that %s has clipped has no gradient", async (kind) => {
    const batch = tokenBatch(4, { rows: 24 });
    const { gradient, others } = await lossOf(batch, tight(kind));
    const clipped = others["clipped"]!;
    const held = validPlaces(batch).filter((at) => clipped[at] !== 0);
    expect(new Set(held.map((at) => clipped[at]))).toEqual(new Set([-1, 1]));
    expect(held.every((at) => gradient[at] === 0)).toBe(true);
    const free = validPlaces(batch).filter((at) => clipped[at] === 0);
    expect(free.every((at) => gradient[at] !== 0)).toBe(true);
  });

  test("a dual clip holds large ratios of negative advantages, and null holds none", async () => {
    const batch = tokenBatch(4, { rows: 24, drift: 1 });
    const config = (dualClip: number | null): LossConfig => ({
      kind: "ppo-clip",
      clipLow: 1,
      clipHigh: 1e9,
      dualClip,
    });
    const dual = await lossOf(batch, config(2));
    const free = await lossOf(batch, config(null));
    const beyond = batch.advantage.map((advantage, at) =>
      advantage < 0 && batch.logProb[at]! - batch.oldLogProb[at]! > Math.log(2) ? 1 : 0,
    );
    expect(beyond.some((value) => value === 1)).toBe(true);
    expect([...dual.others["clipped"]!]).toEqual([...beyond]);
    expect(free.others["clipped"]!.every((value) => value === 0)).toBe(true);
  });

  test("CE-GPPO has the gradient of PPO's clip where both β are 0, and keeps tokens outside otherwise", async () => {
    const batch = tokenBatch(4, { rows: 24 });
    const bounds = { clipLow: 0.1, clipHigh: 0.2 };
    const ppo = await lossOf(batch, { kind: "ppo-clip", ...bounds, dualClip: null });
    const none = await lossOf(batch, { kind: "ce-gppo", ...bounds, betaLow: 0, betaHigh: 0 });
    expect(apart(none.gradient, ppo.gradient)).toBe(0);
    expect(none.others["clipped"]).toEqual(ppo.others["clipped"]);
    const kept = await lossOf(batch, { kind: "ce-gppo", ...bounds, betaLow: 0.5, betaHigh: 1 });
    expect(validPlaces(batch).every((at) => kept.gradient[at] !== 0)).toBe(true);
  });

  test("GSPO holds a response's log-ratio at 10 nats, and there has no gradient", async () => {
    const batch = { ...tokenBatch(6, { rows: 1, columns: 2 }), advantage: Float64Array.of(-1, -1) };
    const far = { ...batch, oldLogProb: batch.logProb.map((value) => value - 15) };
    const { tokenLoss, gradient } = await lossOf(far, {
      kind: "gspo",
      clipLow: 0.1,
      clipHigh: 0.1,
    });
    expect(apart(tokenLoss, [Math.exp(10), Math.exp(10)])).toBeLessThan(1e-9);
    expect([...gradient]).toEqual([0, 0]);
  });

  test("GMPO leaves tokens whose advantage is 0 out of the geometric mean", async () => {
    const batch = { ...tokenBatch(6, { rows: 1, columns: 2 }), advantage: Float64Array.of(1, 0) };
    const oldLogProb = batch.logProb.map((value) => value - 0.1);
    const config = { kind: "gmpo", clipLow: 0.4, clipHigh: 0.4 } as const;
    const { loss, gradient } = await lossOf({ ...batch, oldLogProb }, config);
    const expected = -0.5 * Math.exp(0.1 / 2); // mean advantage 1/2, mean log-ratio (0.1 + 0) / 2
    expect(loss).toBeCloseTo(expected, 12);
    expect(apart(gradient, [expected / 2, 0])).toBeLessThan(1e-12);
  });

  test("only GMPO and SAPO bring an aggregation of their own", () => {
    const brought = kinds.filter(
      (kind) => aggregationOf(tight(kind), "seq-mean-token-sum") !== "seq-mean-token-sum",
    );
    expect(brought).toEqual(["gmpo", "sapo"]);
  });
});
