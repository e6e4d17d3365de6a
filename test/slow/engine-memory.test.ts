/** Memory of a long run: two thousand updates must not make the process larger. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

/** What the child process prints: bytes after the warm-up, and after the steps. */
interface Sizes {
  readonly heap: readonly [number, number];
  readonly external: readonly [number, number];
  readonly resident: readonly [number, number];
}

const MIB = 2 ** 20;
const WARM_UP = 1000;
const STEPS = 2000;

/**
 * Growth allowed, MiB. One array of 32 KiB that is kept of each step makes 62 MiB; 1 KiB of objects makes 2.
 * The resident size moves by some 20 MiB with V8's own housekeeping, also over steps that keep nothing.
 */
const HEAP = 2;
const ARRAYS = 2;
const RESIDENT = 40;

/** Steps of a small network with Adam; `leak` keeps what a faulty runtime would keep of each call. */
const script = (options: string, leak: boolean): string => `
import { compile } from ${JSON.stringify(import.meta.resolve("../../src/engine/compile.ts"))};
import { tf } from ${JSON.stringify(import.meta.resolve("../../src/engine/tfjs.ts"))};
await tf.setBackend("graph");
const weights = [tf.variable(tf.randomNormal([64, 64], 0, 0.1)), tf.variable(tf.randomNormal([64, 64], 0, 0.1))];
const optimizer = tf.train.adam(1e-4);
const step = await compile(({ x }) => {
  const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.sub(weights.reduce((y, w) => tf.tanh(tf.matMul(y, w)), x), x))), weights);
  optimizer.applyGradients(grads);
  return { value, x };
}, { x: { shape: [128, 64] } }, ${options});
const kept = [];
const run = async (steps) => {
  for (let k = 0; k < steps; k += 1) {
    const results = await step({ x: new Float32Array(128 * 64).fill(k / steps) });
    if (${leak}) kept.push(results);
  }
};
const sizes = async () => {
  for (let k = 0; k < 5; k += 1) { // buffers are freed behind the collector's back
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  return [heapUsed, external, rss];
};
await run(${WARM_UP});
const before = await sizes();
await run(${STEPS});
const after = await sizes();
const [heap, external, resident] = before.map((one, k) => [one, after[k]]);
console.log(JSON.stringify({ heap, external, resident }));
`;

function measure(options: string, leak: boolean): Sizes {
  const args = ["--expose-gc", "--input-type=module", "-e", script(options, leak)];
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const output = execFileSync(process.execPath, args, { cwd, encoding: "utf8" });
  return JSON.parse(output) as Sizes;
}

const growth = ([before, after]: readonly [number, number]): number => (after - before) / MIB;

describe.each([
  ["zero-copy", "{ threads: 1 }"],
  ["copying", "{ threads: 1, zeroCopy: false }"],
])("%s", (_, options) => {
  test("2,000 updates leave the heap, the arrays and the process as large as they were", () => {
    const { heap, external, resident } = measure(options, false);
    expect(growth(heap)).toBeLessThan(HEAP);
    expect(growth(external)).toBeLessThan(ARRAYS);
    expect(growth(resident)).toBeLessThan(RESIDENT);
  });
});

test("the measurement sees a leak: results that are kept make arrays and process larger", () => {
  const { external, resident } = measure("{ threads: 1 }", true);
  expect(growth(external)).toBeGreaterThan(ARRAYS);
  expect(growth(resident)).toBeGreaterThan(RESIDENT);
});
