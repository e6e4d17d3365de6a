/** Sampling: what temperature and the top-p set do to draws and to the numbers reported with them. */
import { expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import { gumbelNoise, sampleTokens } from "../../../../src/engine/op/sample-tokens.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { type Outputs, runBoth, worst } from "./run-both.ts";

const ROWS = 8000;
const LOGITS = [1, 0.3, -0.5, -2];
const softmax = (z: readonly number[]): number[] => {
  const total = z.reduce((sum, one) => sum + Math.exp(one), 0);
  return z.map((one) => Math.exp(one) / total);
};
const P = softmax(LOGITS);
const H = -P.reduce((sum, p) => sum + p * Math.log(p), 0);

/** Draws ROWS tokens from one distribution; both engines, expected to agree. */
async function draw(temperature: number, topP = 1): Promise<Outputs> {
  const noise = { shape: [ROWS, 4], data: gumbelNoise(makeRng(8, "noise"), ROWS * 4) };
  const { graph, cpu } = await runBoth(
    { noise },
    () => undefined,
    () => (x) => {
      const logits = tf.broadcastTo(tf.tensor2d([LOGITS]), [ROWS, 4]) as tf.Tensor2D;
      return { ...sampleTokens(logits, x["noise"] as tf.Tensor2D, { temperature, topP }) };
    },
  );
  expect(graph["tokens"]).toEqual(cpu["tokens"]);
  expect(worst(graph, cpu)).toBeLessThan(1e-5);
  return graph;
}

test.each([0.5, 1, 2])(
  "at temperature %f tokens are drawn by softmax(z / τ), with that log-probability and the entropy at 1",
  async (temperature) => {
    const { tokens, logProb, entropy } = await draw(temperature);
    const p = softmax(LOGITS.map((z) => z / temperature));
    const drawn = Array.from(tokens!);
    for (const [token, expected] of p.entries()) {
      const share = drawn.filter((one) => one === token).length / ROWS;
      const error = Math.sqrt((expected * (1 - expected)) / ROWS);
      expect(Math.abs(share - expected)).toBeLessThan(4.5 * error);
    }
    expect(worst({ y: logProb! }, { y: drawn.map((token) => Math.log(p[token]!)) })).toBeLessThan(
      1e-5,
    );
    expect(worst({ y: entropy! }, { y: drawn.map(() => H) })).toBeLessThan(1e-5);
  },
);

test("temperature 0 takes the likeliest token whatever the noise, and reports its probability at 1", async () => {
  const { tokens, logProb } = await draw(0);
  expect(new Set(Array.from(tokens!))).toEqual(new Set([0]));
  expect(logProb![0]).toBeCloseTo(Math.log(P[0]!), 5);
});

test("the top-p set is that of the tempered distribution; the reported probability is of all tokens", async () => {
  const temperature = 0.5;
  const p = softmax(LOGITS.map((z) => z / temperature)); // .76, .19, .04, .002
  const { tokens, logProb } = await draw(temperature, 0.9);
  const drawn = Array.from(tokens!);
  expect(new Set(drawn)).toEqual(new Set([0, 1]));
  expect(worst({ y: logProb! }, { y: drawn.map((token) => Math.log(p[token]!)) })).toBeLessThan(
    1e-5,
  );
});

test("a seed gives the same noise again, and it is finite", () => {
  const noise = gumbelNoise(makeRng(2, "noise"), 5000);
  expect(gumbelNoise(makeRng(2, "noise"), 5000)).toEqual(noise);
  expect(noise.every(Number.isFinite)).toBe(true);
  const zero = { ...makeRng(1), uniform: () => 0 };
  const one = { ...makeRng(1), uniform: () => 1 - 2 ** -53 };
  expect([...gumbelNoise(zero, 1), ...gumbelNoise(one, 1)].every(Number.isFinite)).toBe(true);
  const mean = noise.reduce((sum, x) => sum + x, 0) / noise.length;
  expect(Math.abs(mean - 0.5772)).toBeLessThan(4.5 * (Math.PI / Math.sqrt(6 * noise.length)));
});
