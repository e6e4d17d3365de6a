/** The affine map of a layer; knows no activation. */
import { tf } from "../tfjs.ts";
import { checkShape } from "./check-shape.ts";

/**
 * x · weight + bias.
 *
 * **Details** In a program this is one node (Gemm); its gradients are one product each, that of the bias with a row of
 * ones. All of that comes from tfjs's own gradient and the passes, so that every engine runs the same code.
 *
 * @param x - [N, I].
 * @param weight - [I, O].
 * @param bias - [O]; none if left out.
 * @returns [N, O].
 * @throws ShapeError if the shapes do not fit.
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor2D {
  checkShape("linear: x", x, ["N", "I"]);
  checkShape("linear: weight", weight, [x.shape[1]!, "O"]);
  const product = tf.matMul<tf.Tensor2D>(x, weight);
  if (bias === undefined) return product;
  checkShape("linear: bias", bias, [weight.shape[1]!]);
  return tf.add(product, bias);
}
