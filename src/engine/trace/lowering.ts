/** What a lowering rule is: one tfjs kernel as ONNX nodes; knows no particular kernel. */
import type { Value } from "../ir/graph.ts";
import type { Trace } from "./trace.ts";

/** The tensors of a kernel call as values of the program: by name, or a list for kernels such as Concat. */
type Operands<Inputs> = { readonly [K in keyof Inputs]: Value };

/** A kernel's rule. `elementwise`: the result at a place depends on the operands there alone. */
export interface Lowering {
  readonly kind: "rule";
  readonly elementwise: boolean;
  lower(operands: object, attributes: object, trace: Trace): Value | readonly Value[];
}

/** A kernel without a rule, and why it has none. */
export interface NoLowering {
  readonly kind: "none";
  readonly reason: string;
}

/** A rule, typed by the kernel's own input and attribute types. */
export function rule<Inputs extends object, Attributes extends object = object>(
  lower: (
    operands: Operands<Inputs>,
    attributes: Attributes,
    trace: Trace,
  ) => Value | readonly Value[],
): Lowering {
  return { kind: "rule", elementwise: false, lower: lower as Lowering["lower"] };
}

/** A rule of an element-wise kernel: constants that repeat one element are computed once. */
export function elementwise<Inputs extends object, Attributes extends object = object>(
  lower: (operands: Operands<Inputs>, attributes: Attributes, trace: Trace) => Value,
): Lowering {
  return { kind: "rule", elementwise: true, lower: lower as Lowering["lower"] };
}

/** Marks a kernel as having no rule. */
export function none(reason: string): NoLowering {
  return { kind: "none", reason };
}
