/** Two ways to run a function of tensors once: exactly, or as a run would. Knows no case. */
import { compile } from "../../engine/compile.ts";
import { evaluateInFloat64 } from "../../engine/run/evaluate-graph.ts";
import type { NamedTensors, Placeholders, Specs } from "../../engine/trace/trace-program.ts";

/** Runs a function of tensors once. */
export type RunFunction = <S extends Specs, R extends NamedTensors>(
  fn: (inputs: Placeholders<S>) => R,
  specs: S,
  feeds: { readonly [K in keyof S]: Float64Array },
) => Promise<{ readonly [K in keyof R]: ArrayLike<number> }>;

/** In float64: what remains is our formulas, not the rounding of a program's float32. */
export const inFloat64: RunFunction = evaluateInFloat64;

type Feeds<S> = { readonly [K in keyof S]: Float32Array };

/** Compiled, in float32, on the engine in use: what a run computes. */
export const onEngine: RunFunction = async (fn, specs, feeds) => {
  const program = await compile(fn, specs, { name: "case" });
  try {
    const rounded = Object.entries<Float64Array>(feeds).map(
      ([name, elements]) => [name, Float32Array.from(elements)] as const,
    );
    return await program(Object.fromEntries(rounded) as Feeds<typeof specs>);
  } finally {
    await program.dispose();
  }
};
