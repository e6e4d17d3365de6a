/** Stochastic gradient descent, plain or with momentum. */
import { tf } from "../tfjs.ts";
import type { Optimizer } from "./optimizer.ts";

/**
 * Makes an optimizer that goes down the gradient.
 *
 * **Details** v ← μ v + g; w ← w − η v, as PyTorch computes it. With μ = 0 there is no state; otherwise v of a parameter
 * is the variable `NAME/velocity`.
 *
 * @param momentum - μ in [0, 1).
 */
export function sgd(variables: readonly tf.Variable[], momentum = 0): Optimizer {
  const slots = variables.map((variable) => ({
    variable,
    velocity:
      momentum === 0
        ? undefined
        : tf.variable(tf.zeros(variable.shape), false, `${variable.name}/velocity`),
  }));
  return {
    state: slots.flatMap(({ velocity }) => velocity ?? []),
    apply(gradients, learningRate, factor = 1) {
      for (const { variable, velocity } of slots) {
        const gradient = gradients[variable.name]!;
        if (velocity === undefined) {
          // One scalar for both: a pass less.
          variable.assign(tf.sub(variable, tf.mul(gradient, tf.mul(learningRate, factor))));
          continue;
        }
        const next = tf.add(tf.mul(velocity, momentum), tf.mul(gradient, factor));
        velocity.assign(next);
        variable.assign(tf.sub(variable, tf.mul(next, learningRate)));
      }
    },
  };
}
