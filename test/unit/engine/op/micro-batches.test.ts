/** A loss over parts of a batch is the loss over the batch, also where the parts hold different numbers of tokens. */
import { expect, test } from "vitest";
import {
  accumulateGradients,
  lossAndGradients,
  microBatches,
} from "../../../../src/engine/op/gradients.ts";
import { maskedMean, maskedSum } from "../../../../src/engine/op/masked-statistics.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { normal, runBoth, worst } from "./run-both.ts";

test("a token mean divides by the count of the whole batch; scalars add up, rows are joined", async () => {
  const [rows, count] = [12, 3];
  const inputs = {
    x: normal("x", rows, 4),
    mask: { shape: [rows], data: Float32Array.of(1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0) },
  };
  const { graph, cpu } = await runBoth(
    inputs,
    () => tf.variable(tf.tensor(normal("w", 4, 1).data, [4, 1])),
    (w) =>
      ({ x, mask }) => {
        const tokens = tf.sum(mask!);
        const fn = (part: Readonly<Record<"x" | "mask", tf.Tensor>>) => {
          const y = tf.reshape(tf.tanh(tf.matMul(part.x, w)), [part.mask.size]);
          const values = tf.square(y);
          return { loss: maskedMean(values, part.mask, tokens), sum: maskedSum(y, part.mask), y };
        };
        const whole = lossAndGradients(() => fn({ x: x!, mask: mask! }), [w]);
        const parts = accumulateGradients(microBatches({ x: x!, mask: mask! }, count), fn, [w]);
        const listed = (name: string, { loss, gradients, others }: typeof whole) => ({
          [`${name}loss`]: loss,
          [`${name}gradient`]: gradients[w.name]!,
          [`${name}sum`]: others["sum"]!,
          [`${name}y`]: others["y"]!,
        });
        return { ...listed("whole.", whole), ...listed("parts.", parts) };
      },
  );
  for (const out of [graph, cpu])
    for (const name of ["loss", "gradient", "sum", "y"]) {
      expect(out[`parts.${name}`]).toHaveLength(out[`whole.${name}`]!.length);
      expect(worst({ y: out[`parts.${name}`]! }, { y: out[`whole.${name}`]! })).toBeLessThan(1e-6);
    }
  // The definition, in double precision.
  const { data } = inputs.x;
  const w = normal("w", 4, 1).data;
  const y = Array.from({ length: rows }, (_, n) =>
    Math.tanh([0, 1, 2, 3].reduce((sum, k) => sum + data[4 * n + k]! * w[k]!, 0)),
  );
  const squares = y.slice(0, 5).reduce((sum, one) => sum + one ** 2, 0);
  expect(graph["whole.loss"]![0]).toBeCloseTo(squares / 5, 5);
});
