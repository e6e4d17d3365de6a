/** Five updates of a GPT policy on the graph engine against PyTorch, from the same weights; see bench/peers/gpt_golden.py. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import {
  compileUpdate,
  makeBatch,
  makeParameters,
  type Parameters,
  type SizeName,
  type Style,
} from "../../bench/engine/gpt.ts";
import { uniforms } from "../../bench/engine/hashed-numbers.ts";
import { useEngine } from "../../src/engine/backend/use-engine.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { CompileOptions } from "../../src/engine/compile.ts";

interface Summary {
  readonly norm: number;
  readonly projections: readonly number[];
}
interface Step {
  readonly loss: number;
  readonly norm: number;
  readonly entropy: number;
  readonly covariance: number;
  readonly gradients?: Readonly<Record<string, Summary>>;
}
interface Golden {
  readonly projections: number;
  readonly first_stream: number;
  readonly steps: readonly Step[];
}

const goldenOf = (size: SizeName, style: Style): Golden =>
  JSON.parse(readFileSync(`test/golden/gpt-update/${size}-${style}.json`, "utf8")) as Golden;

/** Softmax does not see what is added to all keys: that gradient is zero, and what is there is rounding. */
function withoutKeyBias(name: string, gradient: Float32Array): Float32Array {
  if (!name.endsWith("qkv.b")) return gradient;
  const third = gradient.length / 3;
  return gradient.map((value, k) => (k >= third && k < 2 * third ? 0 : value));
}

type Results = Readonly<Record<string, Float32Array>>;

async function updates(
  parameters: Parameters,
  size: SizeName,
  style: Style,
  options: CompileOptions,
  count: number,
): Promise<Results[]> {
  const update = await compileUpdate(parameters, size, style, {
    ...options,
    returnGradients: true,
  });
  const batch = makeBatch(size);
  const results: Results[] = [];
  for (let k = 0; k < count; k++)
    results.push((await update(batch as never)) as unknown as Results);
  await update.dispose();
  tf.disposeVariables(); // the optimizer's state too
  return results;
}

/** Squared relative distance of our gradient from the golden one, by projections, and its share of the whole. */
function squaredDistance(
  ours: Float32Array,
  golden: Summary,
  signs: readonly Float64Array[],
): number {
  const squares = golden.projections.map((expected, k) => {
    const projection = ours.reduce(
      (sum, value, i) => sum + (signs[k]![i]! < 0.5 ? -value : value),
      0,
    );
    return (projection - expected) ** 2;
  });
  return squares.reduce((sum, one) => sum + one, 0) / squares.length;
}

const relative = (got: number, expected: number): number =>
  Math.abs(got - expected) / Math.max(1e-3, Math.abs(expected));

describe.each<[SizeName, Style, CompileOptions]>([
  ["s", "gpt2", {}],
  ["s", "lab", {}],
  ["s", "gpt2", { passes: [] }],
  ["m", "gpt2", {}],
  ["m", "lab", {}],
])("five updates of size %s in style %s %o", (size, style, options) => {
  const golden = goldenOf(size, style);
  let results: Results[] = [];
  let parameters: Parameters;

  beforeAll(async () => {
    await useEngine("graph", { threads: 2 });
    parameters = makeParameters(size, style);
    results = await updates(parameters, size, style, options, golden.steps.length);
  });

  test("losses, gradient norms, entropies and covariances are PyTorch's to 1e-5", () => {
    const worst = golden.steps.flatMap((step, k) =>
      (["loss", "norm", "entropy", "covariance"] as const).map((name) =>
        relative(results[k]![name]![0]!, step[name]),
      ),
    );
    expect(Math.max(...worst)).toBeLessThan(1e-5);
  });

  test.each([0, golden.steps.length - 1])("gradients of update %i are PyTorch's to 1e-4", (k) => {
    const summaries = Object.entries(golden.steps[k]!.gradients!);
    const longest = Math.max(...summaries.map(([name]) => parameters.get(name)!.size));
    const signs = Array.from({ length: golden.projections }, (_, i) =>
      uniforms(golden.first_stream + i, longest),
    );
    let distance = 0;
    let whole = 0;
    for (const [name, summary] of summaries) {
      const gradient = withoutKeyBias(name, results[k]![parameters.get(name)!.name]!);
      const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
      expect(relative(norm, summary.norm), name).toBeLessThan(1e-4);
      distance += squaredDistance(gradient, summary, signs);
      whole += summary.norm ** 2;
    }
    expect(Math.sqrt(distance / whole)).toBeLessThan(1e-4);
  });
});
