/** Refuses operands whose shapes do not fit an operation, before tfjs broadcasts them or ONNX Runtime fails later. */
import { ShapeError } from "../../base/errors.ts";
import type { tf } from "../tfjs.ts";

/**
 * Checks one operand.
 *
 * @param what - operation and operand, such as `"linear: weight"`; begins the message.
 * @param expected - lengths of the axes; a text names a length that may be anything.
 * @throws {@link ShapeError} if the rank or a length differs.
 */
export function checkShape(
  what: string,
  tensor: tf.Tensor,
  expected: readonly (number | string)[],
): void {
  const { shape } = tensor;
  const fits =
    shape.length === expected.length &&
    expected.every((length, axis) => typeof length === "string" || length === shape[axis]);
  if (fits) return;
  throw new ShapeError(
    "operand-shape",
    `${what} must have the shape [${expected.join(", ")}], got [${shape.join(", ")}]`,
    { fix: "Reshape it: rows of all sequences stand below one another in one matrix." },
  );
}
