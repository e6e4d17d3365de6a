/** Runs one kernel at once on tfjs's cpu backend: for tensors outside programs and for constants inside them. */
import type {
  NamedAttrMap,
  NamedTensorInfoMap,
} from "@tensorflow/tfjs-core/dist/kernel_registry.js";
import { EngineError } from "../../base/errors.ts";
import { tf } from "../tfjs.ts";
import { type Elements, elementsOf, storedType } from "./graph-backend.ts";

/** A tensor with its elements. */
export interface Concrete {
  readonly data: Elements;
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/** Named tensors, or a list of them for kernels that take any number. */
export type Given<T> = Readonly<Record<string, T>> | readonly T[];

/** The same for each tensor, by name or in order. */
export function mapGiven<T, U>(operands: Given<T>, change: (one: T) => U): Given<U> {
  if (Array.isArray(operands)) return operands.map((one: T) => change(one));
  return Object.fromEntries(
    Object.entries(operands).map(([name, one]) => [name, change(one as T)]),
  );
}

/**
 * Computes a kernel in JavaScript.
 *
 * @throws {@link EngineError} if the cpu backend does not have the kernel.
 */
export function runEagerly(
  kernelName: string,
  operands: Given<Concrete>,
  attrs: NamedAttrMap | undefined,
): Concrete[] {
  const cpu = tf.findBackend("cpu");
  const kernel = tf.getKernel(kernelName, "cpu");
  if (!kernel)
    throw new EngineError(
      "unknown-kernel",
      `no tfjs cpu kernel named ${kernelName} can run it outside a program`,
    );
  const made: object[] = [];
  const toInfo = ({ data, shape, dtype }: Concrete): tf.TensorInfo => {
    const dataId = cpu.write(data, [...shape], dtype);
    made.push(dataId);
    return { dataId, shape: [...shape], dtype };
  };
  try {
    const results = kernel.kernelFunc({
      inputs: mapGiven(operands, toInfo) as NamedTensorInfoMap,
      backend: cpu,
      attrs: attrs ?? {},
    });
    return [results].flat().map(({ dataId, shape, dtype }) => {
      made.push(dataId);
      // A cast without loss keeps the array of the type it came from.
      return { data: elementsOf(cpu.readSync(dataId), storedType(dtype)).slice(), shape, dtype };
    });
  } finally {
    for (const dataId of made) cpu.disposeData(dataId);
  }
}
