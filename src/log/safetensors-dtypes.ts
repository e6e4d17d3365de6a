/** The element types of tensors that we can keep, the one place that has their arrays; knows nothing of files. */

/** Element type, as the format names it, to the array that holds such elements. */
export interface TensorValues {
  readonly F32: Float32Array;
  readonly F64: Float64Array;
  readonly I32: Int32Array;
  readonly I64: BigInt64Array;
}

/** Element type of a tensor. */
export type TensorDtype = keyof TensorValues;

const ELEMENT_BYTES: { readonly [D in TensorDtype]: number } = { F32: 4, F64: 8, I32: 4, I64: 8 };

/** The element types that we can keep. */
export const tensorDtypes = Object.keys(ELEMENT_BYTES) as TensorDtype[];

/** Bytes of one element. */
export function elementBytes(dtype: TensorDtype): number {
  return ELEMENT_BYTES[dtype];
}
