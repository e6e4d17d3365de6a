/** A law and its data as a least-squares problem; knows no way to solve it. */
import { ConfigError } from "../../base/errors.ts";
import type { Law } from "./laws.ts";
import type { LeastSquaresProblem } from "./least-squares-problem.ts";

/**
 * The least-squares problem of a law on data.
 *
 * @param law - the law.
 * @param x - [n].
 * @param y - [n].
 * @param bounds - limits by parameter name, in place of the law's own.
 * @throws {@link ConfigError} for a parameter that the law does not have, or an empty range.
 */
export function lawProblem(
  law: Law,
  x: Float64Array,
  y: Float64Array,
  bounds: Readonly<Record<string, readonly [number, number]>> = {},
): LeastSquaresProblem {
  for (const name of Object.keys(bounds)) parameterIndex(law, name);
  const own = law.bounds(x);
  const limits = law.parameters.map((name, j) => bounds[name] ?? own[j]!);
  const empty = limits.findIndex(([low, high]) => !(low < high));
  if (empty !== -1) {
    throw new ConfigError(
      "empty-bounds",
      `the lower bound of ${law.parameters[empty]} must be below the upper, got ${limits[empty]!.join(" and ")}`,
    );
  }
  const p = law.parameters.length;
  return {
    observed: y,
    model: (parameters) => x.map((value) => law.value(parameters, value)),
    jacobian: (parameters) => {
      const out = new Float64Array(x.length * p);
      for (let i = 0; i < x.length; i += 1) out.set(law.gradient(parameters, x[i]!), i * p);
      return out;
    },
    lower: Float64Array.from(limits, ([low]) => low),
    upper: Float64Array.from(limits, ([, high]) => high),
  };
}

/**
 * Place of a parameter in the law's order.
 *
 * @throws {@link ConfigError} if the law has no such parameter.
 */
function parameterIndex(law: Law, name: string): number {
  const index = law.parameters.indexOf(name);
  if (index === -1) {
    throw new ConfigError(
      "unknown-parameter",
      `the law ${law.kind} has the parameters ${law.parameters.join(", ")}, got "${name}"`,
    );
  }
  return index;
}

/**
 * Values to hold by the index of their parameter.
 *
 * @throws {@link ConfigError} for a parameter that the law does not have, a value that is not finite, or if none is
 * left to fit.
 */
export function heldParameters(
  law: Law,
  fixed: Readonly<Record<string, number>>,
): ReadonlyMap<number, number> {
  const held = new Map<number, number>();
  for (const [name, value] of Object.entries(fixed)) {
    if (!Number.isFinite(value)) {
      throw new ConfigError(
        "fixed-value",
        `a parameter can be held only at a number, got ${name} = ${value}`,
      );
    }
    held.set(parameterIndex(law, name), value);
  }
  if (held.size === law.parameters.length) {
    throw new ConfigError(
      "nothing-to-fit",
      `at least one parameter of the law ${law.kind} must be left to fit`,
    );
  }
  return held;
}
