/** Operations with a gradient written by hand, and, inside programs, with nodes written by hand. */
import { EngineError } from "../../base/errors.ts";
import { tf } from "../tfjs.ts";
import { isTracing } from "../trace/emit-nodes.ts";

type Tensors = readonly tf.Tensor[];

/** How an operation is computed. The first result is its value; the others are kept for the gradient. */
export interface Forms<I extends Tensors, R extends Tensors> {
  /** From tfjs operations: any backend. */
  readonly composed: (inputs: I) => R;
  /** From ONNX nodes, same results: inside programs. The composed form is traced if this is left out. */
  readonly graph?: (inputs: I) => Tensors;
}

/**
 * The derivative of a loss with respect to each input, in order.
 *
 * @param dy - derivative with respect to the value; same shape.
 */
export type Gradient<I extends Tensors, R extends Tensors> = (
  dy: tf.Tensor,
  inputs: I,
  results: R,
) => Tensors;

/** While a gradient is computed, nothing records unless that gradient itself is to be differentiated. */
function refuseSecondOrder(): void {
  if (tf.engine().state.gradientDepth === 0) return;
  throw new EngineError(
    "second-order",
    "operations with a gradient of their own must be differentiated once, got a gradient of a gradient",
    { fix: "Take the inner gradient outside, or write the operation with tfjs's own." },
  );
}

/**
 * Computes an operation and records its gradient with tfjs. First order only: what the forward pass kept is constant to
 * tfjs, so that a second derivative would be wrong, and is refused.
 *
 * **Gotchas** tfjs frees what the forward pass made before the gradient runs: a tensor that the gradient needs must be
 * among the inputs or the results, also if it is a constant.
 *
 * @param inputs - tensors the gradient is taken of.
 * @throws {@link EngineError} when a gradient of its gradient is taken.
 */
export function differentiable<
  const I extends Tensors,
  const R extends readonly [tf.Tensor, ...tf.Tensor[]],
>(inputs: I, { composed, graph }: Forms<I, R>, gradient: Gradient<I, R>): tf.Tensor {
  const compute = isTracing() && graph !== undefined ? graph : composed;
  const record = tf.customGrad((...given: (tf.Tensor | tf.GradSaveFunc)[]) => {
    const tensors = given.filter((one) => one instanceof tf.Tensor);
    const save = given.at(-1) as tf.GradSaveFunc;
    const results = compute(tensors as Tensors as I) as R;
    save([...tensors, ...results]);
    const count = tensors.length;
    const gradFunc = (dy: tf.Tensor, saved: Tensors): tf.Tensor[] => {
      refuseSecondOrder();
      const [given_, found] = [saved.slice(0, count) as Tensors, saved.slice(count) as Tensors];
      return [...gradient(dy, given_ as I, found as R)];
    };
    return { value: results[0], gradFunc };
  });
  return record(...inputs);
}

/**
 * Computes something that has no gradient with respect to its inputs: masks, choices, statistics. Operations that tfjs has
 * no gradient for (comparisons, scatter, top-k) belong in here if they depend on a variable at all.
 */
export function withoutGradient<const I extends Tensors>(
  inputs: I,
  compute: (inputs: I) => tf.Tensor,
): tf.Tensor {
  const zeros = (_: tf.Tensor, given: I): Tensors => given.map((input) => tf.zerosLike(input));
  return differentiable(inputs, { composed: (given) => [compute(given)] as const }, zeros);
}

/** The tensor itself, with no gradient through it. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return withoutGradient([x], ([x_]) => x_.clone()) as T;
}
