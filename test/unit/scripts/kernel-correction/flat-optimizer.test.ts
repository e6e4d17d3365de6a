/** The flat optimizers against the engine's AdamW, and their moves as metric times mean gradient. */
import { describe, expect, test } from "vitest";
import {
  flatOptimizer,
  type OptimizerKind,
} from "../../../../scripts/kernel-correction/flat-optimizer.ts";
import { makeRng } from "../../../../src/base/random.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { adamW } from "../../../../src/engine/op/adam-w.ts";
import { tf } from "../../../../src/engine/tfjs.ts";

const OPTIONS = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8 };
const KINDS: readonly OptimizerKind[] = ["adam", "adam-no-momentum", "sgd"];

function gradients(count: number, size: number): Float64Array[] {
  const rng = makeRng(4, "gradients");
  return Array.from({ length: count }, () =>
    Float64Array.from({ length: size }, () => rng.normal()),
  );
}

describe("flat optimizers", () => {
  test.each([
    ["adam", 0.9],
    ["adam-no-momentum", 0],
  ] as const)("%s moves as the engine's AdamW does", async (kind, beta1) => {
    await useEngine("reference");
    const start = Float32Array.of(0.5, -1, 2, 0);
    const variable = tf.variable(tf.tensor(start), true, `flat-${kind}`);
    const engine = adamW([variable], { ...OPTIONS, beta1 });
    const flat = flatOptimizer(kind, start.length, OPTIONS);
    const values = Float64Array.from(start);
    for (const ascent of gradients(8, start.length)) {
      engine.apply(
        { [variable.name]: tf.tensor(Float32Array.from(ascent, (g) => -g)) },
        OPTIONS.learningRate,
      );
      flat.propose(ascent).move.forEach((move, k) => (values[k]! += move));
    }
    const expected = variable.dataSync();
    values.forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 5));
    for (const one of [variable, ...engine.state]) one.dispose();
  });

  test.each(KINDS)("%s tells a metric, a share and a history that make its move", (kind) => {
    const flat = flatOptimizer(kind, 5, OPTIONS);
    for (const gradient of gradients(6, 5)) {
      const { metric, share, history, move } = flat.propose(gradient);
      gradient.forEach((g, k) =>
        expect(move[k]!).toBeCloseTo(metric[k]! * (share * g + history[k]!), 14),
      );
    }
  });

  test("only momentum remembers", () => {
    for (const kind of KINDS) {
      const flat = flatOptimizer(kind, 5, OPTIONS);
      const [first, second] = gradients(2, 5);
      flat.propose(first!);
      const remembers = flat.propose(second!).history.some((value) => value !== 0);
      expect(remembers).toBe(kind === "adam");
    }
  });
});
