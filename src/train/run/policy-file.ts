/** A policy's parameters as a safetensors file; knows nothing of disks or of optimizers. */
import { DataError } from "../../base/errors.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../log/safetensors.ts";
import type { ParameterValues } from "../policy/policy.ts";
import { parameterSpecs, type PolicyShape } from "../policy/policy-shape.ts";

/** Its name in a checkpoint. */
export const POLICY_FILE = "policy.safetensors";

type Entries = Iterable<
  readonly [string, { readonly values: Float32Array; readonly shape: readonly number[] }]
>;

/** Float32 tensors by name. */
export function toTensors(entries: Entries): Map<string, NamedTensor> {
  return new Map(
    [...entries].map(([name, { values, shape }]) => [
      name,
      { dtype: "F32", shape, values: new Float32Array(values) },
    ]),
  );
}

/** The bytes of a policy's file. */
export function encodePolicy(
  values: ParameterValues,
  metadata: Readonly<Record<string, string>>,
  shape: PolicyShape,
): Uint8Array {
  const entries = parameterSpecs(shape).map(
    ({ name, shape: dimensions }) =>
      [name, { values: values.get(name)!, shape: dimensions }] as const,
  );
  return encodeSafetensors({
    tensors: toTensors(entries),
    metadata: new Map(Object.entries(metadata)),
  });
}

/**
 * Reads a policy's file.
 *
 * @param from - the file, as messages name it.
 * @throws {@link DataError} if it is no safetensors file of float32.
 */
export function decodePolicy(bytes: Uint8Array, from: string): ParameterValues {
  const { tensors } = decodeSafetensors(bytes, from);
  return new Map(
    [...tensors].map(([name, { dtype, values }]) => {
      if (dtype === "F32") return [name, values];
      throw new DataError("policy-dtype", `"${from}" must hold float32, got ${dtype} for ${name}`, {
        fix: "convert it to float32",
      });
    }),
  );
}
