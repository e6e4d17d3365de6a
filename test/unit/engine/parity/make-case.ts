/** Short ways to write a case; knows no operation. */
import { tf } from "../../../../src/engine/tfjs.ts";
import type { Given } from "../op/run-both.ts";
import type { Case } from "./cases.ts";

type T = tf.Tensor;
/** What a case computes of its inputs. */
export type Call = (...x: T[]) => T | readonly T[];

/** A float32 tensor. */
export const floats = (shape: readonly number[], ...data: number[]): Given => ({
  shape,
  data: Float32Array.from(data),
});
/** An int32 tensor. */
export const whole = (shape: readonly number[], ...data: number[]): Given => ({
  shape,
  data: Int32Array.from(data),
});
/** Whether each element is not zero. */
export const bool = (x: T): T => tf.cast(x, "bool");

/** A case with gradients of the float32 inputs. */
export const smooth = (name: string, inputs: readonly Given[], call: Call): Case => ({
  name,
  inputs,
  run: (x) => call(...x),
});
/** A case without gradients; why there are none. */
export const flat = (name: string, why: string, inputs: readonly Given[], call: Call): Case => ({
  ...smooth(name, inputs, call),
  flat: why,
});
