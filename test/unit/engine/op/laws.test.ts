/** Laws of the operations, on both engines. */
import { describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import { adamW } from "../../../../src/engine/op/adam-w.ts";
import {
  decodeAttention,
  makeAttentionCache,
  prefillAttention,
} from "../../../../src/engine/op/cached-attention.ts";
import { causalAttention, segmentMask } from "../../../../src/engine/op/causal-attention.ts";
import {
  accumulateGradients,
  clipByGlobalNorm,
  clipFactor,
  globalNorm,
  lossAndGradients,
  microBatches,
} from "../../../../src/engine/op/gradients.ts";
import { learningRateAt } from "../../../../src/engine/op/learning-rate.ts";
import {
  bandMask,
  maskedCovariance,
  maskedMean,
  topMask,
} from "../../../../src/engine/op/masked-statistics.ts";
import { sgd } from "../../../../src/engine/op/sgd.ts";
import { rotaryEmbedding } from "../../../../src/engine/op/rotary-embedding.ts";
import { gumbelNoise, sampleTokens } from "../../../../src/engine/op/sample-tokens.ts";
import { tokenStatistics } from "../../../../src/engine/op/token-statistics.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { type Code, integers, normal, type Inputs, runBoth, worst } from "./run-both.ts";

const B = 3;
const T = 6;
const H = 4;
const E = 8;
const D = H * E;

/** Both engines, expected to agree to 1e-5; the graph's outputs. */
async function agreed<M>(
  inputs: Inputs,
  code: (made: M) => Code,
  prepare: () => M,
): Promise<Readonly<Record<string, ArrayLike<number>>>> {
  const { graph, cpu } = await runBoth(inputs, prepare, code);
  expect(worst(graph, cpu)).toBeLessThan(1e-5);
  return graph;
}
const nothing = (): undefined => undefined;

describe("attention", () => {
  test("what a position attends to does not depend on later positions", async () => {
    const qkv = normal("qkv", B * T, 3 * D);
    const changed = {
      ...qkv,
      data: qkv.data.map((x, k) => (Math.floor(k / (3 * D)) % T >= 4 ? x + 1 : x)),
    };
    const code =
      (): Code =>
      ({ a, b }) => {
        const attend = (x: tf.Tensor): tf.Tensor =>
          tf.reshape(causalAttention(x, { batch: B, length: T, heads: H }), [B, T, D]);
        return {
          a: tf.slice(attend(a!), [0, 0, 0], [B, 4, D]),
          b: tf.slice(attend(b!), [0, 0, 0], [B, 4, D]),
        };
      };
    const { a, b } = await agreed({ a: qkv, b: changed }, code, nothing);
    expect(Array.from(b!)).toEqual(Array.from(a!));
  });

  test("prompts of different lengths and then one token at a time give what whole sequences give", async () => {
    const lengths = [2, 4, 1];
    const qkv = normal("qkv", B * T, 3 * D);
    const inputs = { qkv, lengths: { shape: [B], data: Int32Array.from(lengths) } };
    const shape = { heads: H, keyHeads: H };
    const code =
      (cache: ReturnType<typeof makeAttentionCache>): Code =>
      (x) => {
        const whole = tf.reshape(causalAttention(x["qkv"]!, { batch: B, length: T, heads: H }), [
          B,
          T,
          D,
        ]);
        const parts = tf.split(tf.reshape(x["qkv"]!, [B, T, 3 * D]), 3, 2);
        const [q, k, v] = parts.map((one) => tf.slice(one, [0, 0, 0], [B, 4, D]));
        const seen = x["lengths"] as tf.Tensor1D;
        const prompt = prefillAttention(q!, k!, v!, seen, cache, shape);
        // Each sequence's next position is its own.
        const at = (one: tf.Tensor, past: tf.Tensor): tf.Tensor =>
          tf.squeeze(
            tf.matMul(
              tf.oneHot(tf.reshape(past, [B, 1]) as tf.Tensor2D, T, 1, 0, "float32"),
              one as tf.Tensor3D,
            ),
            [1],
          );
        const outputs: Record<string, tf.Tensor> = {};
        for (const s of [0, 1]) {
          const past = tf.add(seen, tf.scalar(s, "int32")) as tf.Tensor1D;
          const [q1, k1, v1] = parts.map((one) => at(one, past));
          outputs[`got${s}`] = decodeAttention(q1!, k1!, v1!, past, cache, shape);
          outputs[`want${s}`] = at(whole, past);
        }
        const first = tf.slice(prompt, [0, 0, 0], [B, 1, D]);
        return {
          ...outputs,
          promptFirst: first,
          wholeFirst: tf.slice(whole, [0, 0, 0], [B, 1, D]),
        };
      };
    const out = await agreed(inputs, code, () => makeAttentionCache(B, T, shape, E));
    expect(worst({ y: out["got0"]! }, { y: out["want0"]! })).toBeLessThan(1e-5);
    expect(worst({ y: out["got1"]! }, { y: out["want1"]! })).toBeLessThan(1e-5);
    expect(worst({ y: out["promptFirst"]! }, { y: out["wholeFirst"]! })).toBeLessThan(1e-5);
  });

  test("query heads that share keys give what repeated keys give", async () => {
    const inputs = {
      q: normal("q", B, D),
      k: normal("k", B, D / 2),
      v: normal("v", B, D / 2),
      seen: { shape: [B], data: Int32Array.of(0, 0, 0) },
    };
    const shape = { heads: H, keyHeads: H / 2 };
    const out = await agreed(
      inputs,
      (cache) =>
        ({ q, k, v, seen }) => ({
          y: decodeAttention(q!, k!, v!, seen as tf.Tensor1D, cache, shape),
        }),
      () => makeAttentionCache(B, T, shape, E),
    );
    // One position: attention is its value, each value head for two query heads.
    const v = inputs.v.data;
    const expected = Float32Array.from({ length: B * D }, (_, i) => {
      const [b, head, e] = [Math.floor(i / D), Math.floor((i % D) / E), i % E];
      return v[b * (D / 2) + Math.floor(head / 2) * E + e]!;
    });
    expect(worst({ y: out["y"]! }, { y: expected })).toBeLessThan(1e-6);
  });

  test("rotations keep lengths, and scores depend on the distance of positions alone", async () => {
    const at = (p: number): { shape: number[]; data: Int32Array } => ({
      shape: [1],
      data: Int32Array.of(p),
    });
    const inputs = {
      q: normal("q", 1, E),
      k: normal("k", 1, E),
      a: at(3),
      b: at(5),
      c: at(10),
      d: at(12),
    };
    const { near, far, length, plain } = await agreed(
      inputs,
      () => (x) => {
        const turn = (y: tf.Tensor, p: tf.Tensor): tf.Tensor =>
          rotaryEmbedding(y, p as tf.Tensor1D, 1);
        const score = (p: tf.Tensor, r: tf.Tensor): tf.Tensor =>
          tf.sum(tf.mul(turn(x["q"]!, p), turn(x["k"]!, r)));
        return {
          near: score(x["a"]!, x["b"]!),
          far: score(x["c"]!, x["d"]!),
          length: tf.norm(turn(x["q"]!, x["c"]!)),
          plain: tf.norm(x["q"]!),
        };
      },
      nothing,
    );
    expect(far![0]).toBeCloseTo(near![0]!, 4);
    expect(length![0]).toBeCloseTo(plain![0]!, 5);
  });
});

describe("packed sequences", () => {
  test("segments in one row attend as the sequences alone do, and padding gives zeros", async () => {
    const qkv = normal("packed", T, 3 * D);
    const code =
      (): Code =>
      ({ x }) => {
        const segments = tf.tensor2d([[1, 1, 2, 2, 2, 0]], [1, T], "int32");
        const packed = causalAttention(
          x!,
          { batch: 1, length: T, heads: H },
          segmentMask(segments),
        );
        const part = (from: number, length: number): tf.Tensor =>
          causalAttention(tf.slice(x!, [from, 0], [length, 3 * D]), { batch: 1, length, heads: H });
        return {
          packed: tf.slice(packed, [0, 0], [5, D]),
          alone: tf.concat([part(0, 2), part(2, 3)], 0),
          padding: tf.slice(packed, [5, 0], [1, D]),
        };
      };
    const out = await agreed({ x: qkv }, code, nothing);
    expect(worst({ y: out["packed"]! }, { y: out["alone"]! })).toBeLessThan(1e-5);
    expect(Math.max(...Array.from(out["padding"]!).map(Math.abs))).toBe(0);
  });
});

describe("token statistics", () => {
  test("entropy, log-probability and polarity are their definitions", async () => {
    const logits = normal("logits", 4, 7);
    const chosen = integers("chosen", 7, 4);
    const out = await agreed(
      { logits, chosen },
      () => (x) => ({ ...tokenStatistics(x["logits"] as tf.Tensor2D, x["chosen"] as tf.Tensor1D) }),
      nothing,
    );
    for (let n = 0; n < 4; n++) {
      const z = logits.data.slice(7 * n, 7 * n + 7);
      const total = z.reduce((sum, one) => sum + Math.exp(one), 0);
      const p = z.map((one) => Math.exp(one) / total);
      const entropy = -p.reduce((sum, one) => sum + one * Math.log(one), 0);
      const weight = (q: number): number => q * (Math.log(q) + entropy);
      const a = p[chosen.data[n]!]!;
      expect(out["logProb"]![n]).toBeCloseTo(Math.log(a), 5);
      expect(out["entropy"]![n]).toBeCloseTo(entropy, 5);
      expect(out["polarity"]![n]).toBeCloseTo(
        p.reduce((sum, q) => sum + q * weight(q), 0) - weight(a),
        5,
      );
    }
  });

  test("polarity is the derivative of entropy along e_a − p", async () => {
    const logits = normal("logits", 4, 7);
    const chosen = integers("chosen", 7, 4);
    const out = await agreed(
      { logits, chosen },
      () => (x) => {
        const a = x["chosen"] as tf.Tensor1D;
        const gradient = tf.grad((z) => tf.sum(tokenStatistics(z as tf.Tensor2D, a).entropy))(
          x["logits"]!,
        );
        const direction = tf.sub(tf.oneHot(a, 7, 1, 0, "float32"), tf.softmax(x["logits"]!));
        return {
          slope: tf.sum(tf.mul(gradient, direction), 1),
          polarity: tokenStatistics(x["logits"] as tf.Tensor2D, a).polarity,
        };
      },
      nothing,
    );
    expect(worst({ y: out["polarity"]! }, { y: out["slope"]! })).toBeLessThan(1e-5);
  });

  test("logits of ±10⁴ give finite statistics", async () => {
    const logits = { shape: [2, 3], data: Float32Array.of(1e4, -1e4, 0, -1e4, 1e4, 1e4) };
    const out = await agreed(
      { logits },
      () => (x) => ({
        ...tokenStatistics(x["logits"] as tf.Tensor2D, tf.tensor1d([0, 1], "int32")),
      }),
      nothing,
    );
    expect(
      Object.values(out)
        .flatMap((values) => Array.from(values))
        .every(Number.isFinite),
    ).toBe(true);
    expect(out["entropy"]![1]).toBeCloseTo(Math.log(2), 5);
  });
});

describe("choices among tokens", () => {
  test("the mask marks the largest candidates, the earlier of equals, and no more than there are", async () => {
    const inputs = {
      values: { shape: [6], data: Float32Array.of(1, 5, 5, -1, 9, 5) },
      open: { shape: [6], data: Float32Array.of(1, 1, 1, 1, 0, 1) },
    };
    const out = await agreed(
      inputs,
      () =>
        ({ values, open }) => ({
          two: topMask(values!, open!, tf.scalar(2, "int32"), 4),
          none: topMask(values!, open!, tf.scalar(0, "int32"), 4),
          all: topMask(values!, open!, tf.scalar(6, "int32"), 6),
        }),
      nothing,
    );
    expect(Array.from(out["two"]!)).toEqual([0, 1, 1, 0, 0, 0]);
    expect(Array.from(out["none"]!)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(Array.from(out["all"]!)).toEqual([1, 1, 1, 1, 0, 1]);
  });

  test("a band holds its bounds and nothing that does not count", async () => {
    const inputs = {
      x: { shape: [5], data: Float32Array.of(1, 2, 3, 4, 2) },
      mask: { shape: [5], data: Float32Array.of(1, 1, 1, 1, 0) },
    };
    const out = await agreed(
      inputs,
      () =>
        ({ x, mask }) => ({ band: bandMask(x!, 2, 3, mask!) }),
      nothing,
    );
    expect(Array.from(out["band"]!)).toEqual([0, 1, 1, 0, 0]);
  });

  test("means over no token are 0, and covariances of a constant too", async () => {
    const inputs = {
      x: normal("x", 5),
      none: { shape: [5], data: new Float32Array(5) },
      all: { shape: [5], data: new Float32Array(5).fill(1) },
    };
    const out = await agreed(
      inputs,
      () =>
        ({ x, none, all }) => ({
          empty: maskedMean(x!, none!),
          flat: tf.sum(tf.abs(maskedCovariance(x!, all!, all!))),
          own: maskedMean(maskedCovariance(x!, x!, all!), all!),
        }),
      nothing,
    );
    expect(out["empty"]![0]).toBe(0);
    expect(out["flat"]![0]).toBeCloseTo(0, 5);
    const x = [...inputs.x.data];
    const mean = x.reduce((sum, one) => sum + one, 0) / 5;
    expect(out["own"]![0]).toBeCloseTo(x.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 5, 5);
  });
});

describe("sampling", () => {
  test("argmax with Gumbel noise draws tokens as often as softmax says", async () => {
    const rows = 20_000;
    const p = [0.5, 0.3, 0.15, 0.05];
    const inputs = {
      noise: { shape: [rows, 4], data: gumbelNoise(makeRng(3, "gumbel"), rows * 4) },
    };
    const logits = (): tf.Tensor2D =>
      tf.broadcastTo(tf.log(tf.tensor2d([p])), [rows, 4]) as tf.Tensor2D;
    const out = await agreed(
      inputs,
      () =>
        ({ noise }) => ({
          plain: sampleTokens(logits(), noise as tf.Tensor2D).tokens,
          top: sampleTokens(logits(), noise as tf.Tensor2D, { topP: 0.7 }).tokens,
          likeliest: sampleTokens(logits(), noise as tf.Tensor2D, { temperature: 0 }).tokens,
        }),
      nothing,
    );
    const share = (name: string, token: number): number =>
      Array.from(out[name]!).filter((one) => one === token).length / rows;
    for (const [token, expected] of p.entries())
      expect(Math.abs(share("plain", token) - expected)).toBeLessThan(0.015); // four standard errors
    expect(Math.abs(share("top", 0) - 0.5 / 0.8)).toBeLessThan(0.015);
    expect(share("top", 2) + share("top", 3)).toBe(0);
    expect(share("likeliest", 0)).toBe(1);
  });
});

describe("gradients and the optimizer", () => {
  test("parts of a batch add up to the batch", async () => {
    const x = normal("x", 6, 3);
    const code =
      (w: tf.Variable): Code =>
      ({ x: batch }) => {
        const fn = (part: tf.Tensor): { loss: tf.Tensor; y: tf.Tensor } => {
          const y = tf.tanh(tf.matMul(part as tf.Tensor2D, w as unknown as tf.Tensor2D));
          return { loss: tf.div(tf.sum(y), 6), y };
        };
        const whole = lossAndGradients(() => fn(batch!), [w]);
        const parts = accumulateGradients(tf.split(batch!, 3), fn, [w]);
        return {
          a: whole.loss,
          b: parts.loss,
          ga: whole.gradients[w.name]!,
          gb: parts.gradients[w.name]!,
          ya: whole.others["y"]!,
          yb: parts.others["y"]!,
        };
      };
    const out = await agreed({ x }, code, () =>
      tf.variable(tf.tensor(normal("w", 3, 2).data, [3, 2])),
    );
    expect(
      worst(
        { l: out["b"]!, g: out["gb"]!, y: out["yb"]! },
        { l: out["a"]!, g: out["ga"]!, y: out["ya"]! },
      ),
    ).toBeLessThan(1e-6);
  });

  test("clipping scales to the limit and leaves small gradients alone", async () => {
    const out = await agreed(
      { x: { shape: [2], data: Float32Array.of(3, 4) } },
      () =>
        ({ x }) => {
          const norm = globalNorm({ a: x!, b: tf.mul(x!, 0) });
          return { norm, large: clipFactor(norm, 1), small: clipFactor(norm, 10) };
        },
      nothing,
    );
    expect(out["norm"]![0]).toBeCloseTo(5, 5);
    expect(out["large"]![0]).toBeCloseTo(0.2, 5);
    expect(out["small"]![0]).toBe(1);
  });

  test("clipped gradients have the limit as their norm and keep their direction", async () => {
    const out = await agreed(
      { x: { shape: [2], data: Float32Array.of(3, 4) } },
      () =>
        ({ x }) => {
          const { gradients, norm } = clipByGlobalNorm({ a: x! }, 1);
          return { norm, a: gradients["a"]! };
        },
      nothing,
    );
    expect(worst(out, { norm: [5], a: [0.6, 0.8] })).toBeLessThan(1e-6);
  });

  test("micro-batches cut every tensor of a batch alike", async () => {
    const out = await agreed(
      { x: normal("x", 6, 2), y: integers("y", 9, 6) },
      () =>
        ({ x, y }) => {
          const parts = microBatches({ x: x!, y: y! }, 3);
          return { x: parts[1]!.x, y: tf.concat(parts.map((part) => part.y as tf.Tensor1D)) };
        },
      nothing,
    );
    expect(worst(out, { x: normal("x", 6, 2).data.slice(4, 8), y: integers("y", 9, 6).data })).toBe(
      0,
    );
  });

  test("SGD with momentum follows its formula, and without it keeps no state", async () => {
    const code =
      ({ w, optimizer }: { w: tf.Variable; optimizer: ReturnType<typeof sgd> }): Code =>
      ({ g }) => {
        for (let k = 0; k < 3; k++) optimizer.apply({ [w.name]: g! }, 0.1, 0.5);
        return { w: tf.add(w, 0) };
      };
    const run = (momentum: number): Promise<Readonly<Record<string, ArrayLike<number>>>> =>
      agreed({ g: { shape: [1], data: Float32Array.of(2) } }, code, () => {
        const w = tf.variable(tf.tensor1d([1]));
        const optimizer = sgd([w], momentum);
        expect(optimizer.state).toHaveLength(momentum === 0 ? 0 : 1);
        return { w, optimizer };
      });
    expect(worst(await run(0), { w: [1 - 0.3] })).toBeLessThan(1e-6);
    // velocities 1, 1.9, 2.71
    expect(worst(await run(0.9), { w: [1 - 0.1 * (1 + 1.9 + 2.71)] })).toBeLessThan(1e-6);
  });

  test("AdamW follows its algorithm in double precision", async () => {
    const g = [0.5, -2, 1e-4];
    const options = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 };
    const code =
      ({ w, optimizer }: { w: tf.Variable; optimizer: ReturnType<typeof adamW> }): Code =>
      ({ g: gradient }) => {
        for (let k = 0; k < 3; k++)
          optimizer.apply({ [w.name]: tf.mul(gradient!, k + 1) }, 0.01, 0.5);
        return { w: tf.add(w, 0) };
      };
    const out = await agreed({ g: { shape: [3], data: Float32Array.from(g) } }, code, () => {
      const w = tf.variable(tf.tensor1d([1, -1, 0.3]));
      return { w, optimizer: adamW([w], options) };
    });
    const expected = [1, -1, 0.3].map((start, i) => {
      let [w, m, v] = [start, 0, 0];
      for (let k = 1; k <= 3; k++) {
        const gradient = g[i]! * k * 0.5;
        m = 0.9 * m + 0.1 * gradient;
        v = 0.95 * v + 0.05 * gradient ** 2;
        w =
          w * (1 - 0.01 * 0.1) -
          (0.01 * (m / (1 - 0.9 ** k))) / (Math.sqrt(v / (1 - 0.95 ** k)) + 1e-8);
      }
      return w;
    });
    expect(worst({ w: out["w"]! }, { w: expected })).toBeLessThan(1e-6);
  });

  test("learning rates rise over the warm-up, then stay, fall in a line, or along a cosine", () => {
    const schedule = { peak: 2, warmUp: 4, total: 14, floor: 0.5 };
    expect([1, 4].map((step) => learningRateAt(step, { kind: "constant", ...schedule }))).toEqual([
      0.5, 2,
    ]);
    expect(learningRateAt(100, { kind: "constant", ...schedule })).toBe(2);
    expect(
      [9, 14, 20].map((step) => learningRateAt(step, { kind: "linear", ...schedule })),
    ).toEqual([1.25, 0.5, 0.5]);
    expect(learningRateAt(9, { kind: "cosine", ...schedule })).toBeCloseTo(1.25, 12);
    expect(() => learningRateAt(9, { kind: "cosine", peak: 1 })).toThrow(/must have total/);
  });
});
