/** For operations with a hand-written graph form: ONNX nodes on tfjs tensors, inside a program. */
import type { Attributes, Domain } from "../ir/graph.ts";
import { EngineError } from "../../base/errors.ts";
import { tf } from "../tfjs.ts";
import { graphBackend } from "./register-kernels.ts";
import type { Output } from "./trace.ts";

/** Whether tensors computed now are values of a program rather than elements. */
export function isTracing(): boolean {
  return graphBackend.trace !== undefined;
}

/**
 * Appends one ONNX node to the program being traced. tfjs's autodiff does not see it: use it inside `tf.customGrad`.
 *
 * @param inputs - `undefined` leaves an optional input out.
 * @param outputs - shape and element type of each result, which nobody checks before ONNX Runtime does.
 * @throws {@link EngineError} outside a program.
 */
export function emitNode(
  op: string,
  inputs: readonly (tf.Tensor | undefined)[],
  outputs: readonly Output[],
  attributes: Attributes = {},
  domain: Domain = "",
): tf.Tensor[] {
  const { trace } = graphBackend;
  if (trace === undefined)
    throw new EngineError("not-tracing", `internal: the node ${op} was emitted outside a program`);
  const operands = inputs.map((input) => input && graphBackend.programValue(input, trace));
  const values = trace.emit(op, operands, outputs, attributes, domain);
  return values.map((value) => tf.engine().makeTensorFromTensorInfo(graphBackend.put(value)));
}
