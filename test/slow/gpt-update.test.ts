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
  type Update,
} from "../../bench/engine/gpt.ts";
import { uniforms } from "../../bench/engine/hashed-numbers.ts";
import { useEngine } from "../../src/engine/backend/use-engine.ts";
import type { CompileOptions } from "../../src/engine/compile.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { Elements } from "../../src/engine/trace/graph-backend.ts";

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

/**
 * Softmax does not see what is added to all keys, since it adds the same to all scores of a query. That gradient is zero, and
 * what is there is rounding, which need not agree.
 */
function withoutKeyBias(name: string, gradient: Elements): Elements {
  if (!name.endsWith("qkv.b")) return gradient;
  const third = gradient.length / 3;
  return gradient.map((value, k) => (k >= third && k < 2 * third ? 0 : value));
}

type Results = Awaited<ReturnType<Update>>;

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
  for (let k = 0; k < count; k++) results.push(await update(batch));
  await update.dispose();
  tf.disposeVariables(); // the optimizer's state too
  return results;
}

/**
 * Squared distance of our gradient from the golden one, estimated from 16 products with random signs. It is right on average;
 * for one parameter a distance more than twice as large as seen happens once in 900 draws of signs, for the sum over all of
 * them far more rarely (bench/peers/gpt_golden.py), so {@link HALF} seen bounds the distance by 1e-4. Norms are compared beside it.
 */
function squaredDistance(ours: Elements, golden: Summary, signs: readonly Float64Array[]): number {
  const squares = golden.projections.map((expected, k) => {
    let projection = 0;
    for (let i = 0; i < ours.length; i++) projection += signs[k]![i]! < 0.5 ? -ours[i]! : ours[i]!;
    return (projection - expected) ** 2;
  });
  return squares.reduce((sum, one) => sum + one, 0) / squares.length;
}

/** Half of the relative distance that is allowed. */
const HALF = 5e-5;

function normOf(gradient: Elements): number {
  let sum = 0;
  for (const value of gradient) sum += value * value;
  return Math.sqrt(sum);
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
      expect(relative(normOf(gradient), summary.norm), name).toBeLessThan(1e-4);
      distance += squaredDistance(gradient, summary, signs);
      whole += summary.norm ** 2;
    }
    process.stderr.write(`${size} ${style} ${Math.sqrt(distance / whole)}\n`);
    expect(Math.sqrt(distance / whole)).toBeLessThan(HALF);
  });
});
