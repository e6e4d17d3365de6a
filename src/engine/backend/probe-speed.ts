/** A short measurement of an engine: enough to tell engines of one machine apart, not to quote. */
import { monotonicMs } from "../../base/clock.ts";
import { makeRng } from "../../base/random.ts";
import type { EngineKind } from "../../config/engine-kind.ts";
import { compile } from "../compile.ts";
import { reluSquared } from "../op/activations.ts";
import { adamW } from "../op/adam-w.ts";
import { causalAttention } from "../op/causal-attention.ts";
import { lossAndGradients } from "../op/gradients.ts";
import { rmsNorm } from "../op/layer-norm.ts";
import { tokenStatistics } from "../op/token-statistics.ts";
import { tf } from "../tfjs.ts";
import { type ChosenEngine, useEngine } from "./use-engine.ts";

/** What an engine did in its time. */
export interface SpeedProbe extends ChosenEngine {
  /** Product of two square matrices, 10⁹ floating-point operations a second. */
  readonly gigaflops: number;
  /** Tokens a second through one policy-gradient update of a one-block transformer. */
  readonly updateTokensPerSecond: number;
  /** Loss of the first update: the same on all engines, up to rounding. */
  readonly loss: number;
}

/** What is timed. */
interface Work {
  /** Side of the matrices that are multiplied. */
  readonly side: number;
  /** Sequences of an update. */
  readonly sequences: number;
}

const FULL: Work = { side: 512, sequences: 16 };
/** For the reference engine, about 200 times slower. */
const SMALL: Work = { side: 128, sequences: 1 };

/** Each of the two measurements takes about this long; an engine too slow for it runs once after its first call. */
const BUDGET_MS = 900;
const MS_IN_SECOND = 1000;
const GIGA = 1e9;

const VOCABULARY = 32;
const LENGTH = 64;
const WIDTH = 128;
const HEADS = 4;
const CLIP = 0.2;
const LEARNING_RATE = 1e-3;

/** The shortest time of a call, in seconds, and what the first call gave; that one may prepare things and does not count. */
async function fastest<R>(call: () => Promise<R>): Promise<{ seconds: number; first: R }> {
  const first = await call();
  const started = monotonicMs();
  let best = Number.POSITIVE_INFINITY;
  do {
    const before = monotonicMs();
    await call();
    best = Math.min(best, monotonicMs() - before);
  } while (monotonicMs() - started < BUDGET_MS);
  return { seconds: best / MS_IN_SECOND, first };
}

async function probeProduct({ side }: Work): Promise<number> {
  const square = { shape: [side, side] };
  // One row of the product leaves the engine; the product itself would be time spent in copies.
  const multiply = await compile(
    ({ a, b }) => ({ row: tf.slice(tf.matMul(a, b), [0, 0], [1, side]) }),
    { a: square, b: square },
  );
  const ones = new Float32Array(side * side).fill(1);
  const { seconds } = await fastest(() => multiply({ a: ones, b: ones }));
  await multiply.dispose();
  return (2 * side ** 3) / seconds / GIGA;
}

type Weight = "tokens" | "gain1" | "qkv" | "out" | "gain2" | "up" | "down";
type Weights = Readonly<Record<Weight, tf.Variable>>;

function makeWeights(): Weights {
  const rng = makeRng(1, "probe");
  const matrix = (rows: number, columns: number, deviation: number): tf.Variable => {
    const data = Float32Array.from({ length: rows * columns }, () => deviation * rng.normal());
    return tf.variable(tf.tensor(data, [rows, columns]));
  };
  const small = 0.5 / Math.sqrt(WIDTH);
  return {
    tokens: matrix(VOCABULARY, WIDTH, small),
    gain1: tf.variable(tf.ones([WIDTH])),
    qkv: matrix(WIDTH, 3 * WIDTH, small),
    out: matrix(WIDTH, WIDTH, small),
    gain2: tf.variable(tf.ones([WIDTH])),
    up: matrix(WIDTH, 4 * WIDTH, small),
    down: matrix(4 * WIDTH, WIDTH, small),
  };
}

const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.matMul(a, b);

/** Logits [N, V] of one transformer block over tokens [N]. */
function logitsOf(w: Weights, ids: tf.Tensor, sequences: number): tf.Tensor2D {
  const embedded = tf.gather(w.tokens, ids as tf.Tensor1D); // [N, D]
  const qkv = product(rmsNorm(embedded, w.gain1), w.qkv); // [N, 3 D]
  const attended = causalAttention(qkv, { batch: sequences, length: LENGTH, heads: HEADS });
  const x = tf.add(embedded, product(attended, w.out));
  const hidden = reluSquared(product(rmsNorm(x, w.gain2), w.up)); // [N, 4 D]
  return tf.matMul(tf.add(x, product(hidden, w.down)), w.tokens, false, true);
}

/** -mean(min(ratio A, clip(ratio) A)) */
function clippedLoss(logProb: tf.Tensor, oldLogProb: tf.Tensor, advantage: tf.Tensor): tf.Tensor {
  const ratio = tf.exp(tf.sub(logProb, oldLogProb));
  const limited = tf.clipByValue(ratio, 1 - CLIP, 1 + CLIP);
  return tf.neg(tf.mean(tf.minimum(tf.mul(ratio, advantage), tf.mul(limited, advantage))));
}

async function probeUpdate({ sequences }: Work): Promise<{ rate: number; loss: number }> {
  const rows = sequences * LENGTH;
  const weights = makeWeights();
  const variables = Object.values(weights);
  const optimizer = adamW(variables);
  try {
    const column = { shape: [rows] };
    const whole = { shape: [rows], dtype: "int32" } as const;
    const update = await compile(
      ({ ids, next, oldLogProb, advantage }) => {
        const { loss, gradients } = lossAndGradients(() => {
          const logits = logitsOf(weights, ids, sequences);
          const { logProb } = tokenStatistics(logits, next as tf.Tensor1D);
          return { loss: clippedLoss(logProb, oldLogProb, advantage) };
        }, variables);
        optimizer.apply(gradients, LEARNING_RATE);
        return { loss };
      },
      { ids: whole, next: whole, oldLogProb: column, advantage: column },
    );
    // Each sequence is the same, so that the loss does not depend on how many there are.
    const feeds = {
      ids: Int32Array.from({ length: rows }, (_, k) => (7 * (k % LENGTH)) % VOCABULARY),
      next: Int32Array.from({ length: rows }, (_, k) => (7 * (k % LENGTH) + 7) % VOCABULARY),
      oldLogProb: new Float32Array(rows).fill(-Math.log(VOCABULARY)),
      advantage: Float32Array.from({ length: rows }, (_, k) => Math.sin(k % LENGTH)),
    };
    const { seconds, first } = await fastest(() => update(feeds));
    await update.dispose();
    return { rate: rows / seconds, loss: first.loss[0] ?? Number.NaN };
  } finally {
    for (const variable of [...variables, ...optimizer.state]) variable.dispose();
  }
}

/**
 * Measures an engine for about two seconds and leaves it chosen.
 *
 * @throws {@link EngineError} if the engine is not there.
 */
export async function probeSpeed(kind: EngineKind, threads?: number): Promise<SpeedProbe> {
  const chosen = await useEngine(kind, threads === undefined ? {} : { threads });
  const work = kind === "reference" ? SMALL : FULL;
  const gigaflops = await probeProduct(work);
  const { rate, loss } = await probeUpdate(work);
  return { ...chosen, gigaflops, updateTokensPerSecond: rate, loss };
}
