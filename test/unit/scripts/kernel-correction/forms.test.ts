/** Forms on a mini-batch made by hand, against sums over pairs of tokens and against values worked out on paper. */
import { describe, expect, test } from "vitest";
import { batchForms } from "../../../../scripts/kernel-correction/batch-forms.ts";
import {
  type LogitKernel,
  logitKernels,
} from "../../../../scripts/kernel-correction/logit-kernels.ts";
import type { Responses } from "../../../../src/train/rollout/roll-out.ts";

const V = 3;
const LOGITS = [
  [0.5, -1, 2, 0, 1, 1],
  [0.5, -1, 2, 0, 1, 1],
  [0.5, -1, 2, 3, 0, -1],
  [1, 1, 0, 2, -2, 0],
].map((row) => Float32Array.from(row));

/** Two prompts, two responses each, two tokens each; the first two begin alike. */
const responses: Responses = {
  count: 4,
  longest: 2,
  vocabulary: V,
  prompts: [Int32Array.of(0, 1), Int32Array.of(0, 2)],
  promptOf: Int32Array.of(0, 0, 1, 1),
  tokens: Int32Array.of(1, 0, 1, 2, 1, 0, 2, 0),
  lengths: Int32Array.of(2, 2, 2, 2),
  ended: Uint8Array.of(1, 0, 1, 1),
  logProb: Float32Array.of(-1, -2, -0.5, -1.5, -1, -1, -2, -2),
  entropy: new Float32Array(8),
  polarity: new Float32Array(8),
  logits: new Float32Array(8 * V),
};
const sequences = [0, 1, 2, 3];
const advantage = Float64Array.of(1, 1, -1, -1, 0.5, 0.5, -2, -2);

/** Whether the kernel links two tokens, written without keys. */
const LINKS: {
  readonly [K in LogitKernel]: (
    a: readonly [number, number],
    b: readonly [number, number],
  ) => boolean;
} = {
  token: ([b, t], [c, s]) => b === c && t === s,
  state: ([b, t], [c, s]) =>
    responses.promptOf[b] === responses.promptOf[c] &&
    t === s &&
    Array.from(
      { length: t },
      (_, k) => responses.tokens[2 * b + k] === responses.tokens[2 * c + k],
    ).every(Boolean),
  response: ([b], [c]) => b === c,
  prompt: ([b], [c]) => responses.promptOf[b] === responses.promptOf[c],
  batch: () => true,
};

function softmax(z: Float32Array): number[] {
  const total = z.reduce((sum, value) => sum + Math.exp(value), 0);
  return Array.from(z, (value) => Math.exp(value) / total);
}

describe("logit kernels", () => {
  const logitsOf = (b: number, t: number): Float32Array => LOGITS[b]!.subarray(t * V, (t + 1) * V);
  const found = logitKernels({ responses, sequences, advantage, logitsOf });
  const tokens = sequences.flatMap((b) => [[b, 0] as const, [b, 1] as const]);
  /** What token b's update does to token a's entropy, by the formula of the softmax's derivative. */
  const effect = ([a, t]: readonly [number, number], [b, s]: readonly [number, number]): number => {
    const p = softmax(logitsOf(a, t));
    const entropy = -p.reduce((sum, one) => sum + one * Math.log(one), 0);
    const q = softmax(logitsOf(b, s));
    const chosen = responses.tokens[2 * b + s]!;
    return p.reduce(
      (sum, one, k) =>
        sum -
        one * (Math.log(one) + entropy) * advantage[2 * b + s]! * ((k === chosen ? 1 : 0) - q[k]!),
      0,
    );
  };

  test.each(Object.keys(LINKS) as LogitKernel[])("%s is the sum over linked pairs", (kind) => {
    let sum = 0;
    for (const a of tokens) {
      for (const b of tokens) if (LINKS[kind](a, b)) sum += effect(a, b);
    }
    expect(found[kind]).toBeCloseTo(sum / tokens.length ** 2, 12);
  });

  test("are five different numbers here", () => {
    expect(new Set(Object.values(found).map((value) => value.toFixed(9))).size).toBe(5);
  });
});

test("batch forms are the covariances and means that they say", () => {
  const numbers = {
    logProb: responses.logProb,
    entropy: new Float32Array(8),
    polarity: Float32Array.of(0.1, 0.2, -0.3, 0, 0.5, -0.5, 0.25, 0.25),
    clipped: Float32Array.of(0, 1, 0, 0, 0, 0, -1, 0),
  };
  const forms = batchForms({ responses, sequences, advantage, numbers });
  // l: −1.5, −1 | −1, −2; A: 1, −1 | .5, −2. Of two values the covariance is a quarter of the product of differences.
  const npg = -((-0.5 * 2) / 4 + (1 * 2.5) / 4) / 2;
  const product = (l: number, a: number): number => Math.exp(l) * a;
  const first = (-0.5 * (product(-1.5, 1) - product(-1, -1))) / 4;
  const second = (1 * (product(-1, 0.5) - product(-2, -2))) / 4;
  expect(forms.npg).toBeCloseTo(npg, 12);
  expect(forms.pg).toBeCloseTo(-(first + second) / 2, 12);
  // Σ l A = −1 − 2 + .5 + 1.5 − .5 − .5 + 4 + 4 = 6; mean l = −11/8, mean A = −3/8.
  expect(forms.batch).toBeCloseTo(-(6 / 8 - (11 / 8) * (3 / 8)), 12);
  // Σ A D = .1 + .2 + .3 + 0 + .25 − .25 − .5 − .5 = −.4, without the clipped two −.1
  expect(forms.polarity).toBeCloseTo(-0.4 / 8, 7);
  expect(forms.clippedPolarity).toBeCloseTo(-0.1 / 8, 7);
});
