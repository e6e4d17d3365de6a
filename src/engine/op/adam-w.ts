/** The optimizer AdamW, written so that a parameter costs few passes over memory. */
import { tf } from "../tfjs.ts";
import type { Optimizer } from "./optimizer.ts";

/** Settings of AdamW; PyTorch's defaults. */
export interface AdamWOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Share of a parameter that a step of learning rate 1 takes away. */
  readonly weightDecay?: number;
  /** Parameters that decay; all if left out. Gains and biases usually do not. */
  readonly decays?: (variable: tf.Variable) => boolean;
}

/** Its state: the number of steps taken, then the moments `NAME/m` and `NAME/v` of each parameter. */
export type AdamW = Optimizer;

/**
 * Makes an AdamW optimizer for some variables.
 *
 * @see arXiv:1711.05101, Algorithm 2, as PyTorch computes it: w ← w (1 − η λ) − η m̂ / (√v̂ + ε).
 */
export function adamW(variables: readonly tf.Variable[], options: AdamWOptions = {}): AdamW {
  const {
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = 0,
    decays = () => true,
  } = options;
  const steps = tf.variable(tf.scalar(0), false, `${variables[0]?.name ?? "adamw"}/steps`);
  const slots = variables.map((variable) => ({
    variable,
    m: tf.variable(tf.zeros(variable.shape), false, `${variable.name}/m`),
    v: tf.variable(tf.zeros(variable.shape), false, `${variable.name}/v`),
  }));
  return {
    state: [steps, ...slots.flatMap(({ m, v }) => [m, v])],
    apply(gradients, learningRate, factor = 1) {
      const step = tf.add(steps, 1);
      steps.assign(step as tf.Scalar);
      const root = tf.sqrt(tf.sub(1, tf.pow(beta2, step))); // √(1 − β₂ᵗ)
      // m̂ / (√v̂ + ε) = (m / (1 − β₁ᵗ)) · root / (√v + ε root): scalars, not passes
      const rate = tf.div(tf.mul(learningRate, root), tf.sub(1, tf.pow(beta1, step)));
      const floor = tf.mul(epsilon, root);
      const toM = tf.mul(factor, 1 - beta1);
      const toV = tf.mul(tf.square(factor), 1 - beta2);
      const keep = tf.sub(1, tf.mul(learningRate, weightDecay));
      for (const { variable, m, v } of slots) {
        const gradient = gradients[variable.name]!;
        const nextM = tf.add(tf.mul(m, beta1), tf.mul(gradient, toM));
        const nextV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), toV));
        m.assign(nextM);
        v.assign(nextV);
        const base = weightDecay !== 0 && decays(variable) ? tf.mul(variable, keep) : variable;
        variable.assign(tf.sub(base, tf.mul(tf.div(nextM, tf.add(tf.sqrt(nextV), floor)), rate)));
      }
    },
  };
}
