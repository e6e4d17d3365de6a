/** Runs tensor code as a program on the engine graph and at once on tfjs's cpu backend, the oracle. */
import { makeRng } from "../../../../src/base/random.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { compile } from "../../../../src/engine/compile.ts";
import { tf } from "../../../../src/engine/tfjs.ts";

/** An input: its shape and its elements; integers are int32. */
export interface Given {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}
export type Inputs = Readonly<Record<string, Given>>;
export type Outputs = Readonly<Record<string, ArrayLike<number>>>;
/** Makes its variables inside, so that each backend has its own. */
export type Code = (x: Readonly<Record<string, tf.Tensor>>) => Readonly<Record<string, tf.Tensor>>;

/** Standard normal elements. */
export function normal(name: string, ...shape: number[]): Given & { readonly data: Float32Array } {
  const rng = makeRng(11, name);
  const size = shape.reduce((n, length) => n * length, 1);
  return { shape, data: Float32Array.from({ length: size }, () => rng.normal()) };
}

/** Integers in [0, bound). */
export function integers(
  name: string,
  bound: number,
  ...shape: number[]
): Given & { readonly data: Int32Array } {
  const rng = makeRng(12, name);
  const size = shape.reduce((n, length) => n * length, 1);
  return { shape, data: Int32Array.from({ length: size }, () => rng.below(bound)) };
}

/** The results of both; `prepare` makes variables on the backend in use. */
export async function runBoth<T>(
  inputs: Inputs,
  prepare: () => T,
  code: (made: T) => Code,
): Promise<{ readonly graph: Outputs; readonly cpu: Outputs }> {
  const results: Outputs[] = [];
  for (const kind of ["graph", "reference"] as const) {
    await useEngine(kind, { threads: 1 });
    const specs = Object.fromEntries(
      Object.entries(inputs).map(([name, { shape, data }]) => [
        name,
        { shape, dtype: data instanceof Int32Array ? ("int32" as const) : ("float32" as const) },
      ]),
    );
    const compiled = await compile(code(prepare()), specs);
    results.push(
      await compiled(
        Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data])),
      ),
    );
    await compiled.dispose();
    tf.disposeVariables();
  }
  return { graph: results[0]!, cpu: results[1]! };
}

/** Largest difference relative to 1 + |expected| over all outputs; NaN if the names differ. */
export function worst(got: Outputs, expected: Outputs): number {
  const errors = Object.entries(expected).flatMap(([name, values]) =>
    Array.from(
      values,
      (value, k) => Math.abs((got[name]?.[k] ?? Number.NaN) - value) / (1 + Math.abs(value)),
    ),
  );
  return errors.reduce(
    (largest, error) => (error > largest || Number.isNaN(error) ? error : largest),
    0,
  );
}
