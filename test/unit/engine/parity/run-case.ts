/** Runs a case on the engine in use: its results, and the gradients of their weighted sum. */
import { compile, type CompileOptions } from "../../../../src/engine/compile.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { normal } from "../op/run-both.ts";
import type { Case } from "./cases.ts";

const isFloat = (data: Float32Array | Int32Array): data is Float32Array =>
  data instanceof Float32Array;

/** Results by name: `y0` …, and `g0` … for the inputs that have a gradient. */
export async function runCase(
  { inputs, run, flat }: Case,
  options: CompileOptions = {},
): Promise<Record<string, number[]>> {
  const specs = Object.fromEntries(
    inputs.map(({ shape, data }, k) => [
      `x${k}`,
      { shape, dtype: isFloat(data) ? ("float32" as const) : ("int32" as const) },
    ]),
  );
  const program = await compile(
    (x) => {
      const list = inputs.map((_, k) => x[`x${k}`]!);
      const results: Record<string, tf.Tensor> = Object.fromEntries(
        [run(list)].flat().map((y, k) => [`y${k}`, y]),
      );
      const smooth =
        flat === undefined ? inputs.flatMap(({ data }, k) => (isFloat(data) ? [k] : [])) : [];
      if (smooth.length > 0) {
        const gradients = tf.grads((...parts: tf.Tensor[]) => {
          const [y] = [
            run(list.map((one, k) => (smooth.includes(k) ? parts[smooth.indexOf(k)]! : one))),
          ].flat();
          return tf.sum(
            tf.mul(tf.cast(y!, "float32"), tf.tensor(normal("weights", y!.size).data, y!.shape)),
          );
        })(smooth.map((k) => list[k]!));
        for (const [k, gradient] of gradients.entries()) results[`g${k}`] = gradient;
      }
      return results;
    },
    specs,
    options,
  );
  const results = await program(Object.fromEntries(inputs.map(({ data }, k) => [`x${k}`, data])));
  await program.dispose();
  return Object.fromEntries(Object.entries(results).map(([name, values]) => [name, [...values]]));
}

/** Where two runs of a case differ by more than 1e-5 of 1 + |expected|, or undefined. NaN equals NaN. */
export function difference(
  got: Record<string, number[]>,
  expected: Record<string, number[]>,
): string | undefined {
  if (Object.keys(got).join() !== Object.keys(expected).join())
    return `${Object.keys(got).join()} for ${Object.keys(expected).join()}`;
  for (const [name, values] of Object.entries(expected)) {
    if (got[name]!.length !== values.length)
      return `${name}: ${got[name]!.length} elements for ${values.length}`;
    for (const [k, value] of values.entries()) {
      const other = got[name]![k]!;
      if (Object.is(other, value) || other === value) continue;
      if (!(Math.abs(other - value) <= 1e-5 * (1 + Math.abs(value))))
        return `${name}[${k}]: ${other} for ${value}`;
    }
  }
  return undefined;
}
