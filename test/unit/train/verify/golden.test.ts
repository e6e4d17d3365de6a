/** Losses, gradients, covariances, advantages and returns against verl 0.9.1 in float64. */
import { describe, expect, test } from "vitest";
import { disk } from "../../../../src/base/file-system.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { evaluateInFloat64 } from "../../../../src/engine/run/evaluate-graph.ts";
import type { tf } from "../../../../src/engine/tfjs.ts";
import { surrogateLoss } from "../../../../src/train/loss/surrogates.ts";
import { type LossCase, readCases } from "../../../../src/train/verify/case-file.ts";
import { computeLossCase } from "../../../../src/train/verify/loss-case.ts";
import { inFloat64, onEngine } from "../../../../src/train/verify/run-function.ts";
import { lossNamed } from "../../../../src/train/verify/verl-names.ts";
import { verifyCases } from "../../../../src/train/verify/verify-cases.ts";
import { apart } from "../../../support/token-batch.ts";

const file = readCases(disk, "test/golden/verl-golden.json");
/** The file gives nine digits, so that sums of them are known to about this. */
const FILE_DIGITS = 1e-6;

describe("verl's golden cases", () => {
  test("there are 42 losses and 27 advantages", () => {
    expect([file.losses.length, file.advantages.length]).toEqual([42, 27]);
  });

  test("all agree in float64, relative to max(1e-3, |expected|)", async () => {
    const { cases, worst } = await verifyCases(file);
    expect(cases).toHaveLength(69);
    expect(cases.filter(({ maxRelError }) => !(maxRelError < FILE_DIGITS))).toEqual([]);
    expect(worst?.maxRelError).toBe(Math.max(...cases.map(({ maxRelError }) => maxRelError)));
  });

  test.each(["graph", "reference"] as const)(
    "losses and gradients agree on the engine %s in float32, relative to max(0.1, |expected|)",
    async (kind) => {
      await useEngine(kind);
      for (const [index, given] of file.losses.entries()) {
        const config = lossNamed(given, String(index));
        const { loss, gradient } = await computeLossCase(given, config, onEngine);
        const { expected } = given;
        // A loss near 0 is a difference of larger sums, of which float32 keeps seven digits.
        const scale = Math.max(0.1, Math.abs(expected.loss));
        expect(Math.abs(loss - expected.loss) / scale).toBeLessThan(1e-5);
        expect(apart(gradient, expected.grad_log_prob.values)).toBeLessThan(1e-6);
      }
    },
  );

  const counted = file.losses.filter(({ loss_mode }) =>
    ["vanilla", "cispo", "gspo"].includes(loss_mode),
  );
  test("the share of clipped tokens is verl's pg_clipfrac with pg_clipfrac_lower", async () => {
    expect(counted).toHaveLength(15);
    for (const given of counted) {
      const metrics = (given.expected as { metrics?: Record<string, number> }).metrics ?? {};
      const expected = metrics["actor/pg_clipfrac"]! + metrics["actor/pg_clipfrac_lower"]!;
      expect(await clippedShare(given)).toBeCloseTo(expected, 7);
    }
  });
});

/** Share of a case's valid tokens that the surrogate clips. */
async function clippedShare(given: LossCase): Promise<number> {
  const { loss } = lossNamed(given, "case");
  const { rows, columns, values: mask } = given.response_mask;
  const spec = { shape: [rows, columns] };
  const { clipped } = await evaluateInFloat64(
    (inputs) => {
      const tokens = inputs as { readonly [K in keyof typeof inputs]: tf.Tensor2D };
      return { clipped: surrogateLoss(tokens, loss).clipped };
    },
    { logProb: spec, oldLogProb: spec, advantage: spec, mask: spec },
    {
      logProb: given.log_prob.values,
      oldLogProb: given.old_log_prob.values,
      advantage: given.advantages.values,
      mask,
    },
  );
  const sum = (values: Float64Array): number => values.reduce((total, one) => total + one, 0);
  return sum(clipped.map((side, at) => Math.abs(side) * mask[at]!)) / sum(mask);
}

describe("a planted fault is found", () => {
  const [first] = file.losses;
  const [estimate] = file.advantages;

  test.each([
    ["loss", { loss: 0.81109 }],
    ["gradient", { grad_log_prob: moved(first!.expected.grad_log_prob, 3) }],
    ["token covariance", { token_covariance: moved(first!.expected.token_covariance!, 2) }],
  ])("in the %s", async (quantity, change) => {
    const losses = [{ ...first!, expected: { ...first!.expected, ...change } }];
    const { worst } = await verifyCases({ source: undefined, losses, advantages: [] }, inFloat64);
    expect(worst).toMatchObject({ kind: "loss", index: 0, name: "vanilla", quantity });
    expect(worst?.maxRelError).toBeGreaterThan(1e-6);
  });

  test.each(["advantages", "returns"] as const)("in the %s", async (quantity) => {
    const { expected } = estimate!;
    const change = { [quantity]: moved(expected.advantages, 0) };
    const advantages = [{ ...estimate!, expected: { ...expected, ...change } }];
    const { worst } = await verifyCases({ source: undefined, losses: [], advantages });
    expect(worst).toMatchObject({ kind: "advantage", index: 0, name: "grpo", quantity });
    expect(worst?.maxAbsError).toBeCloseTo(1e-4, 9);
  });

  test("outside the mask: a gradient must be 0 there, an advantage is not compared", async () => {
    const outside = first!.response_mask.values.indexOf(0);
    const gradient = moved(first!.expected.grad_log_prob, outside);
    const losses = [{ ...first!, expected: { ...first!.expected, grad_log_prob: gradient } }];
    const at = estimate!.response_mask.values.indexOf(0);
    const advantages = [
      { ...estimate!, expected: { advantages: moved(estimate!.expected.advantages, at) } },
    ];
    const { cases } = await verifyCases({ source: undefined, losses, advantages });
    expect(cases[0]?.maxAbsError).toBeCloseTo(1e-4, 6);
    expect(cases[1]?.maxAbsError).toBeLessThan(1e-9);
  });
});

/** A matrix with one entry off by 1e-4. */
function moved<M extends { readonly values: Float64Array }>(matrix: M, place: number): M {
  return { ...matrix, values: matrix.values.map((x, at) => (at === place ? x + 1e-4 : x)) };
}
