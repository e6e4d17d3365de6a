/** Normalisation of rows, with gain and bias or with gain alone. */
import { tf } from "../tfjs.ts";
import { emitNode } from "../trace/emit-nodes.ts";
import { checkShape } from "./check-shape.ts";
import { differentiable } from "./differentiable.ts";

/** Added to the variance before the root. */
const EPSILON = 1e-5;

const columnOf = (x: tf.Tensor): number[] => x.shape.with(-1, 1);

/** Means over rows of x [N, D], weighted by w [D], as a product with a column: [N, 1]. */
function weightedRowMean(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
  const width = w.size;
  return tf.matMul(x as tf.Tensor2D, tf.reshape(tf.div(w, width), [width, 1]));
}

/** x normalised to mean 0 and variance 1 along its last axis, with the mean and 1/deviation of each row. */
function standardised(x: tf.Tensor, epsilon: number): readonly [tf.Tensor, tf.Tensor, tf.Tensor] {
  const mean = tf.mean(x, -1, true);
  const centred = tf.sub(x, mean);
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
  return [tf.mul(centred, inverse), mean, inverse];
}

/**
 * Layer normalisation of rows.
 *
 * @param x - [N, D].
 * @param gain - [D].
 * @param bias - [D].
 * @returns [N, D]: gain · (x − mean) / sqrt(variance + epsilon) + bias, row by row, variance over D.
 * @throws ShapeError if the shapes do not fit.
 * @see arXiv:1607.06450
 */
export function layerNorm(
  x: tf.Tensor,
  gain: tf.Tensor,
  bias: tf.Tensor,
  epsilon = EPSILON,
): tf.Tensor {
  checkShape("layerNorm: x", x, ["N", "D"]);
  checkShape("layerNorm: gain", gain, [x.shape[1]!]);
  checkShape("layerNorm: bias", bias, [x.shape[1]!]);
  const composed = ([x_, gain_, bias_]: readonly [tf.Tensor, tf.Tensor, tf.Tensor]) => {
    const [unit, mean, inverse] = standardised(x_, epsilon);
    return [tf.add(tf.mul(unit, gain_), bias_), mean, inverse] as const;
  };
  const graph = (inputs: readonly [tf.Tensor, tf.Tensor, tf.Tensor]) => {
    const column = { shape: columnOf(inputs[0]), dtype: "float32" as const };
    const outputs = [{ shape: inputs[0].shape, dtype: "float32" as const }, column, column];
    return emitNode("LayerNormalization", inputs, outputs, {
      axis: -1,
      epsilon: { float: epsilon },
    });
  };
  return differentiable(
    [x, gain, bias],
    { composed, graph },
    (dy, [x_, gain_], [, mean, inverse]) => {
      const unit = tf.mul(tf.sub(x_, mean), inverse); // [N, D]
      const dyUnit = tf.mul(dy, unit); // [N, D]
      const inner = tf.sub(tf.mul(dy, gain_), weightedRowMean(dy, gain_));
      const dx = tf.mul(inverse, tf.sub(inner, tf.mul(unit, weightedRowMean(dyUnit, gain_))));
      return [dx, tf.sum(dyUnit, 0), tf.sum(dy, 0)];
    },
  );
}

/**
 * Root-mean-square normalisation of rows.
 *
 * @param x - [N, D].
 * @param gain - [D].
 * @returns [N, D]: gain · x / sqrt(mean(x²) + epsilon), row by row.
 * @throws ShapeError if the shapes do not fit.
 * @see arXiv:1910.07467
 */
export function rmsNorm(x: tf.Tensor, gain: tf.Tensor, epsilon = EPSILON): tf.Tensor {
  checkShape("rmsNorm: x", x, ["N", "D"]);
  checkShape("rmsNorm: gain", gain, [x.shape[1]!]);
  const composed = ([x_, gain_]: readonly [tf.Tensor, tf.Tensor]) => {
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x_), -1, true), epsilon));
    return [tf.mul(tf.mul(x_, inverse), gain_), inverse] as const;
  };
  const graph = (inputs: readonly [tf.Tensor, tf.Tensor]) => {
    const outputs = [
      { shape: inputs[0].shape, dtype: "float32" as const },
      { shape: columnOf(inputs[0]), dtype: "float32" as const },
    ];
    return emitNode("SimplifiedLayerNormalization", inputs, outputs, {
      axis: -1,
      epsilon: { float: epsilon },
    });
  };
  return differentiable([x, gain], { composed, graph }, (dy, [x_, gain_], [, inverse]) => {
    const unit = tf.mul(x_, inverse); // [N, D]
    const dyUnit = tf.mul(dy, unit);
    const dx = tf.mul(
      inverse,
      tf.sub(tf.mul(dy, gain_), tf.mul(unit, weightedRowMean(dyUnit, gain_))),
    );
    return [dx, tf.sum(dyUnit, 0)];
  });
}
