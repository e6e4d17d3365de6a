/** What optimizers have in common; knows none of them. */
import type { tf } from "../tfjs.ts";
import type { NamedGradients } from "./gradients.ts";

/** An optimizer and its state, which is made of variables: they can be saved and restored by name. */
export interface Optimizer {
  readonly state: readonly tf.Variable[];
  /**
   * Takes one step.
   *
   * @param gradients - one for each parameter, by name.
   * @param learningRate - number or scalar tensor: an input of the program, if it is to change between calls.
   * @param factor - multiplies each gradient first; see `clipFactor`.
   */
  apply(
    gradients: NamedGradients,
    learningRate: tf.Tensor | number,
    factor?: tf.Tensor | number,
  ): void;
}
