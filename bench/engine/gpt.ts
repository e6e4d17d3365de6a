/** A small GPT policy, its update and its rollout, as the bench and the golden test run them; `bench/peers/gpt.py` is its twin. */
import { compile, type Compiled, type CompileOptions } from "../../src/engine/compile.ts";
import { gelu, reluSquared } from "../../src/engine/op/activations.ts";
import { adamW } from "../../src/engine/op/adam-w.ts";
import {
  decodeAttention,
  makeAttentionCache,
  prefillAttention,
} from "../../src/engine/op/cached-attention.ts";
import { causalAttention } from "../../src/engine/op/causal-attention.ts";
import { stopGradient } from "../../src/engine/op/differentiable.ts";
import { clipFactor, globalNorm, lossAndGradients } from "../../src/engine/op/gradients.ts";
import { layerNorm, rmsNorm } from "../../src/engine/op/layer-norm.ts";
import {
  maskedCovariance,
  maskedMean,
  maskedSum,
  topMask,
} from "../../src/engine/op/masked-statistics.ts";
import { sampleTokens } from "../../src/engine/op/sample-tokens.ts";
import { tokenStatistics } from "../../src/engine/op/token-statistics.ts";
import { tf } from "../../src/engine/tfjs.ts";
import { integersBelow, spread, uniforms } from "./hashed-numbers.ts";

/** Layers L, width D, heads H, sequences B of an update and the parts it is cut into. */
const SIZES = {
  xs: { layers: 2, width: 32, heads: 2, batch: 8, parts: 2 },
  s: { layers: 4, width: 128, heads: 4, batch: 128, parts: 8 },
  m: { layers: 6, width: 256, heads: 8, batch: 128, parts: 4 },
  l: { layers: 12, width: 512, heads: 8, batch: 32, parts: 2 },
} as const;
export type SizeName = keyof typeof SIZES;

/** `gpt2`: LayerNorm and GELU; `lab`: RMSNorm and ReLU², the cheapest block measured. */
export type Style = "gpt2" | "lab";

const VOCABULARY = 32;
const LENGTH = 64;
/** Positions that are prompt: no loss on them. */
const PROMPT = 16;
/** A rollout: this much prompt, this many new tokens. */
const ROLLOUT_PROMPT = 32;
const ROLLOUT_NEW = 32;

/** Name, shape and deviation of each parameter, in order; "ones" for gains. */
function parameterTable(
  size: SizeName,
  style: Style,
): [name: string, shape: number[], start: number | "ones"][] {
  const { layers, width } = SIZES[size];
  const norm = (name: string): [string, number[], number | "ones"][] => [
    [`${name}.gain`, [width], "ones"],
    ...(style === "gpt2" ? [[`${name}.bias`, [width], 0] as [string, number[], number]] : []),
  ];
  const root = Math.sqrt(width);
  const block = (layer: number): [string, number[], number | "ones"][] => [
    ...norm(`h${layer}.norm1`),
    [`h${layer}.qkv.w`, [width, 3 * width], 0.5 / root],
    [`h${layer}.qkv.b`, [3 * width], 0],
    [`h${layer}.out.w`, [width, width], 0.3 / root],
    [`h${layer}.out.b`, [width], 0],
    ...norm(`h${layer}.norm2`),
    [`h${layer}.up.w`, [width, 4 * width], 0.5 / root],
    [`h${layer}.up.b`, [4 * width], 0],
    [`h${layer}.down.w`, [4 * width, width], 0.2 / root],
    [`h${layer}.down.b`, [width], 0],
  ];
  return [
    ["tokens", [VOCABULARY, width], 0.05],
    ["positions", [LENGTH, width], 0.05],
    ...Array.from({ length: layers }, (_, layer) => block(layer)).flat(),
    ...norm("norm"),
  ];
}

const product = (shape: readonly number[]): number => shape.reduce((n, length) => n * length, 1);

export type Parameters = ReadonlyMap<string, tf.Variable>;

/** Fresh parameters: hashed numbers, the same in Python. */
export function makeParameters(size: SizeName, style: Style): Parameters {
  return new Map(
    parameterTable(size, style).map(([name, shape, start], stream) => {
      const length = product(shape);
      const values =
        start === "ones" ? new Float32Array(length).fill(1) : spread(stream, length, start);
      return [name, tf.variable(tf.tensor(values, shape), true, `${size}.${style}.${name}`)];
    }),
  );
}

/** What an update reads of each token. */
type Column = "tokens" | "targets" | "mask" | "advantage" | "oldLogProb";

/** A batch to update on, [B·T] each. */
export function makeBatch(size: SizeName): Record<Column, Float32Array | Int32Array> {
  const { batch } = SIZES[size];
  const rows = batch * LENGTH;
  const perSequence = spread(1003, batch, 1);
  return {
    tokens: integersBelow(1001, rows, VOCABULARY),
    targets: integersBelow(1002, rows, VOCABULARY),
    mask: Float32Array.from({ length: rows }, (_, k) => (k % LENGTH >= PROMPT ? 1 : 0)),
    advantage: Float32Array.from({ length: rows }, (_, k) => perSequence[Math.floor(k / LENGTH)]!),
    oldLogProb: spread(1004, rows, 0.15, -3.5),
  };
}

/** What attention does with a layer's queries, keys and values [N, 3·D]. */
type Attend = (qkv: tf.Tensor, layer: number) => tf.Tensor;

/** Hidden states [N, D] to hidden states, through all blocks and the last norm. */
function trunk(
  p: Parameters,
  size: SizeName,
  style: Style,
  start: tf.Tensor,
  attend: Attend,
): tf.Tensor {
  const at = (name: string): tf.Variable => p.get(name)!;
  const norm = (x: tf.Tensor, name: string): tf.Tensor =>
    style === "gpt2"
      ? layerNorm(x, at(`${name}.gain`), at(`${name}.bias`))
      : rmsNorm(x, at(`${name}.gain`));
  const linear = (x: tf.Tensor, name: string): tf.Tensor =>
    tf.add(tf.matMul(x, at(`${name}.w`)), at(`${name}.b`));
  const activation = style === "gpt2" ? gelu : reluSquared;
  let x = start;
  for (let layer = 0; layer < SIZES[size].layers; layer++) {
    const h = `h${layer}`;
    x = tf.add(x, linear(attend(linear(norm(x, `${h}.norm1`), `${h}.qkv`), layer), `${h}.out`));
    x = tf.add(x, linear(activation(linear(norm(x, `${h}.norm2`), `${h}.up`)), `${h}.down`));
  }
  return norm(x, "norm");
}

/** Logits [N, V] of hidden states, by the token embedding. */
const head = (p: Parameters, x: tf.Tensor): tf.Tensor2D =>
  tf.matMul(x, p.get("tokens")!, false, true);

/** Logits [B·T, V] of whole sequences. */
function logitsOf(
  p: Parameters,
  size: SizeName,
  style: Style,
  tokens: tf.Tensor,
  batch: number,
): tf.Tensor2D {
  const { width, heads } = SIZES[size];
  const embedded = tf.gather(p.get("tokens")!, tf.reshape(tokens, [batch * LENGTH]) as tf.Tensor1D);
  const placed = tf.add(tf.reshape(embedded, [batch, LENGTH, width]), p.get("positions")!);
  const start = tf.reshape(placed, [batch * LENGTH, width]);
  return head(
    p,
    trunk(p, size, style, start, (qkv) => causalAttention(qkv, { batch, length: LENGTH, heads })),
  );
}

/** Share of tokens that Clip-Cov takes out of the gradient. */
const CLIPPED_SHARE = 0.02;
const CLIP = 0.2;
const ENTROPY_BONUS = 0.01;

type UpdateSpecs = {
  readonly [K in Column]: {
    readonly shape: readonly [number];
    readonly dtype: "int32" | "float32";
  };
};

/** A compiled update; its results are the loss, the gradient norm before clipping, and what `compileUpdate` lists. */
export type Update = Compiled<UpdateSpecs, Record<string, tf.Tensor>>;

/** One update of all parameters: clipped policy loss without the tokens of largest covariance, entropy bonus, clipped AdamW. */
export function compileUpdate(
  p: Parameters,
  size: SizeName,
  style: Style,
  options: CompileOptions & { readonly returnGradients?: boolean } = {},
): Promise<Update> {
  const { batch, parts } = SIZES[size];
  const rows = batch * LENGTH;
  const variables = [...p.values()];
  const optimizer = adamW(variables, { beta1: 0.9, beta2: 0.95 });
  const column = (
    dtype: "int32" | "float32",
  ): { shape: readonly [number]; dtype: "int32" | "float32" } => ({ shape: [rows], dtype });
  const specs: UpdateSpecs = {
    tokens: column("int32"),
    targets: column("int32"),
    mask: column("float32"),
    advantage: column("float32"),
    oldLogProb: column("float32"),
  };
  return compile(
    ({ tokens, targets, mask, advantage, oldLogProb }) => {
      const { loss, gradients, others } = lossAndGradients(() => {
        const pieces = tf
          .split(tokens, parts)
          .map((piece) => logitsOf(p, size, style, piece, batch / parts));
        const logits = tf.concat(pieces, 0) as tf.Tensor2D;
        const { logProb, entropy } = tokenStatistics(logits, targets as tf.Tensor1D);
        const covariance = maskedCovariance(stopGradient(logProb), advantage, mask);
        const count = Math.round(CLIPPED_SHARE * rows);
        const clipped = topMask(covariance, mask, tf.scalar(count, "int32"), count);
        const ratio = tf.exp(tf.sub(logProb, oldLogProb));
        const limited = tf.clipByValue(ratio, 1 - CLIP, 1 + CLIP);
        const surrogate = tf.minimum(tf.mul(ratio, advantage), tf.mul(limited, advantage));
        const kept = tf.sub(mask, clipped);
        const policy = tf.div(maskedSum(surrogate, kept), tf.sum(mask));
        const H = maskedMean(entropy, mask);
        const loss_ = tf.sub(tf.neg(policy), tf.mul(H, ENTROPY_BONUS));
        return { loss: loss_, entropy: H, covariance: maskedMean(covariance, mask), logProb };
      }, variables);
      const norm = globalNorm(gradients);
      optimizer.apply(gradients, 3e-4, clipFactor(norm, 1));
      const named = options.returnGradients ? gradients : {};
      return { loss, norm, ...others, ...named };
    },
    specs,
    options,
  );
}

/** Draws `ROLLOUT_NEW` tokens for each of B prompts. */
export interface Rollout {
  /** New tokens [S, B] and their log-probabilities. */
  run(): Promise<{ readonly tokens: Int32Array; readonly logProb: Float32Array }>;
  dispose(): Promise<void>;
}

/** Prompts and noise of a rollout. */
function makePrompts(batch: number): {
  readonly prompts: Int32Array;
  readonly noise: Float32Array;
} {
  const length = ROLLOUT_NEW * batch * VOCABULARY;
  return {
    prompts: integersBelow(1005, batch * ROLLOUT_PROMPT, VOCABULARY),
    noise: Float32Array.from(
      uniforms(1006, length),
      (u) => -Math.log(-Math.log(u * 0.999998 + 1e-6)),
    ),
  };
}

/** Compiles the prompt pass and the token step over one cache. */
export async function compileRollout(
  p: Parameters,
  size: SizeName,
  style: Style,
  options: CompileOptions = {},
): Promise<Rollout> {
  const { width, heads, layers, batch } = SIZES[size];
  const shape = { heads, keyHeads: heads };
  const caches = Array.from({ length: layers }, () =>
    makeAttentionCache(batch, LENGTH, shape, width / heads),
  );
  const before = ROLLOUT_PROMPT - 1; // the last prompt token is the first step's input
  const settings = { spin: false, ...options }; // two programs take turns
  const prefill = await compile(
    ({ tokens }) => {
      const embedded = tf.gather(
        p.get("tokens")!,
        tf.reshape(tokens, [batch * before]) as tf.Tensor1D,
      );
      const positions = tf.slice(p.get("positions")!, [0, 0], [before, width]);
      const start = tf.reshape(tf.add(tf.reshape(embedded, [batch, before, width]), positions), [
        batch * before,
        width,
      ]);
      const lengths = tf.fill([batch], before, "int32") as tf.Tensor1D;
      trunk(p, size, style, start, (qkv, layer) => {
        const [q, k, v] = tf.split(tf.reshape(qkv, [batch, before, 3 * width]), 3, 2);
        const attended = prefillAttention(q!, k!, v!, lengths, caches[layer]!, shape);
        return tf.reshape(attended, [batch * before, width]);
      });
      return {};
    },
    { tokens: { shape: [batch * before], dtype: "int32" } },
    settings,
  );
  const step = await compile(
    ({ tokens, seen, noise }) => {
      const position = tf.slice(seen, [0], [1]) as tf.Tensor1D;
      const start = tf.add(
        tf.gather(p.get("tokens")!, tokens as tf.Tensor1D),
        tf.gather(p.get("positions")!, position),
      );
      const x = trunk(p, size, style, start, (qkv, layer) => {
        const [q, k, v] = tf.split(qkv, 3, 1);
        return decodeAttention(q!, k!, v!, seen as tf.Tensor1D, caches[layer]!, shape);
      });
      const { tokens: next, logProb } = sampleTokens(head(p, x), noise as tf.Tensor2D);
      return { next, logProb };
    },
    {
      tokens: { shape: [batch], dtype: "int32" },
      seen: { shape: [batch], dtype: "int32" },
      noise: { shape: [batch, VOCABULARY] },
    },
    settings,
  );
  const { prompts, noise } = makePrompts(batch);
  const column = (position: number): Int32Array =>
    Int32Array.from({ length: batch }, (_, b) => prompts[b * ROLLOUT_PROMPT + position]!);
  const prefix = Int32Array.from(
    { length: batch * before },
    (_, k) => prompts[Math.floor(k / before) * ROLLOUT_PROMPT + (k % before)]!,
  );
  return {
    async run() {
      const tokens = new Int32Array(ROLLOUT_NEW * batch);
      const logProb = new Float32Array(ROLLOUT_NEW * batch);
      await prefill({ tokens: prefix });
      let current = column(before);
      for (let s = 0; s < ROLLOUT_NEW; s++) {
        const seen = new Int32Array(batch).fill(before + s);
        const part = noise.subarray(s * batch * VOCABULARY, (s + 1) * batch * VOCABULARY);
        const result = await step({ tokens: current, seen, noise: part });
        current = result.next as Int32Array;
        tokens.set(current, s * batch);
        logProb.set(result.logProb, s * batch);
      }
      return { tokens, logProb };
    },
    async dispose() {
      await prefill.dispose();
      await step.dispose();
    },
  };
}
