/** A policy's parameters as variables; knows no task, no loss and no file. */
import { DataError } from "../../base/errors.ts";
import type { Rng } from "../../base/random.ts";
import { tf } from "../../engine/tfjs.ts";
import { elementsOf, parameterSpecs, type PolicyShape } from "./policy-shape.ts";

/** A decoder: parameters by name, in the order of {@link parameterSpecs}. */
export interface Policy {
  readonly shape: PolicyShape;
  readonly parameters: ReadonlyMap<string, tf.Variable>;
}

/** Elements by name of the parameter, as checkpoints hold them. */
export type ParameterValues = ReadonlyMap<string, Float32Array>;

/** Policies made so far: tfjs wants each variable to have a name of its own. */
let made = 0;

/** Makes a policy with given parameters, or with zeros. */
function policyOf(
  shape: PolicyShape,
  valuesOf: (name: string) => Float32Array | undefined,
): Policy {
  made += 1;
  const prefix = `policy${made}`;
  const parameters = parameterSpecs(shape).map(({ name, shape: dimensions }) => {
    const values = valuesOf(name) ?? new Float32Array(elementsOf(dimensions));
    const start = tf.tensor(values, [...dimensions], "float32");
    const variable = tf.variable(start, true, `${prefix}/${name}`);
    start.dispose();
    return [name, variable] as const;
  });
  return { shape, parameters: new Map(parameters) };
}

/** Makes a policy with random parameters; the same stream gives the same ones. */
export function makePolicy(shape: PolicyShape, rng: Rng): Policy {
  const specs = new Map(parameterSpecs(shape).map((spec) => [spec.name, spec]));
  return policyOf(shape, (name) => {
    const { start, shape: dimensions } = specs.get(name)!;
    const length = elementsOf(dimensions);
    if (start === "ones") return new Float32Array(length).fill(1);
    const stream = rng.stream(name);
    return Float32Array.from({ length }, () => start * stream.normal());
  });
}

/**
 * Makes a policy from stored parameters. A value head that the values lack starts at zero.
 *
 * @throws {@link DataError} if a parameter is missing or has another size.
 */
export function restorePolicy(shape: PolicyShape, values: ParameterValues): Policy {
  for (const { name, shape: dimensions } of parameterSpecs(shape)) {
    const found = values.get(name);
    if (found === undefined && name.startsWith("value.")) continue;
    if (found?.length === elementsOf(dimensions)) continue;
    throw new DataError(
      "other-policy",
      `the stored policy must have the parameter ${name} of shape [${dimensions.join(", ")}], got ${found === undefined ? "none" : `${found.length} numbers`}`,
      { fix: "use the size, the positions and the task with which the policy was trained" },
    );
  }
  return policyOf(shape, (name) => values.get(name)?.slice());
}

/** A copy of the parameters as they are now. */
export function parameterValues(policy: Policy): ParameterValues {
  return new Map(
    [...policy.parameters].map(([name, variable]) => [name, variable.dataSync() as Float32Array]),
  );
}

/** Frees the parameters; programs compiled over them can no longer be called. */
export function disposePolicy(policy: Policy): void {
  for (const variable of policy.parameters.values()) variable.dispose();
}
