/** Gradients of a loss together with what was computed on the way, over parts of a batch and clipped. */
import { tf } from "../tfjs.ts";

/** Gradients by the name of the variable. */
export type NamedGradients = Readonly<Record<string, tf.Tensor>>;

/** A loss, its gradients, and the other tensors the function returned. */
export interface LossAndGradients {
  readonly loss: tf.Scalar;
  readonly gradients: NamedGradients;
  readonly others: Readonly<Record<string, tf.Tensor>>;
}

/**
 * `tf.variableGrads` for a function that returns more than its loss: tfjs frees everything else it made.
 *
 * @param fn - returns `loss`, a scalar, and any other tensors.
 * @param variables - each must take part in the loss.
 */
export function lossAndGradients(
  fn: () => { readonly loss: tf.Tensor; readonly [name: string]: tf.Tensor },
  variables: readonly tf.Variable[],
): LossAndGradients {
  let kept: [string, tf.Tensor][] = [];
  const { value, grads } = tf.variableGrads(() => {
    const { loss, ...others } = fn();
    kept = Object.entries(others).map(([name, tensor]) => [name, tf.keep(tensor.clone())]);
    return loss.asScalar();
  }, [...variables]);
  const others = kept.map(([name, tensor]) => {
    const own = tensor.clone();
    tensor.dispose();
    return [name, own] as const;
  });
  return { loss: value, gradients: grads, others: Object.fromEntries(others) };
}

/**
 * Cuts each tensor of a batch into equal parts along its first axis.
 *
 * @param count - how many; divides the first axis of each.
 */
export function microBatches<Name extends string>(
  batch: Readonly<Record<Name, tf.Tensor>>,
  count: number,
): Record<Name, tf.Tensor>[] {
  const pieces = (Object.entries(batch) as [Name, tf.Tensor][]).map(
    ([name, tensor]) => [name, tf.split(tensor, count)] as const,
  );
  return Array.from(
    { length: count },
    (_, k) =>
      Object.fromEntries(pieces.map(([name, parts]) => [name, parts[k]!])) as Record<
        Name,
        tf.Tensor
      >,
  );
}

/**
 * Adds losses and gradients over parts of a batch, so that the activations of one part alone are in memory.
 *
 * **Gotchas** A mean over the batch is a sum of parts: divide each part's sum by the count of the whole batch, as in
 * `maskedMean(values, part.mask, tf.sum(mask))`, or sequences of few tokens weigh too much.
 *
 * @param parts - see {@link microBatches}.
 * @param fn - the loss of a part, and whatever else of it is wanted.
 * @returns loss and gradients added up; of the other tensors, scalars added up and the rest joined along their first axis.
 */
export function accumulateGradients<Part>(
  parts: readonly Part[],
  fn: (part: Part) => { readonly loss: tf.Tensor; readonly [name: string]: tf.Tensor },
  variables: readonly tf.Variable[],
): LossAndGradients {
  const results = parts.map((part) => lossAndGradients(() => fn(part), variables));
  const total = (pick: (one: LossAndGradients) => tf.Tensor): tf.Tensor =>
    tf.addN(results.map(pick));
  const together = (name: string): tf.Tensor => {
    const pieces = results.map(({ others }) => others[name]!);
    return pieces[0]?.rank === 0 ? tf.addN(pieces) : tf.concat(pieces, 0);
  };
  const names = Object.keys(results[0]?.others ?? {});
  return {
    loss: total(({ loss }) => loss) as tf.Scalar,
    gradients: Object.fromEntries(
      variables.map(({ name }) => [name, total(({ gradients }) => gradients[name]!)]),
    ),
    others: Object.fromEntries(names.map((name) => [name, together(name)])),
  };
}

/** The square root of the sum of squares over all gradients. */
export function globalNorm(gradients: NamedGradients): tf.Scalar {
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
  return tf.sqrt(tf.addN(squares)) as tf.Scalar;
}

/** Keeps a division by a norm of zero finite; as in PyTorch's clip_grad_norm_. */
const TINY = 1e-6;

/**
 * What gradients must be multiplied by so that their global norm is at most `limit`. Optimizers take it as a factor, which
 * saves a pass over the gradients.
 */
export function clipFactor(norm: tf.Tensor, limit: number): tf.Scalar {
  return tf.minimum(1, tf.div(limit, tf.add(norm, TINY))) as tf.Scalar;
}

/**
 * Gradients scaled so that their global norm is at most `limit`, and the norm they had.
 *
 * **When to use** Where the scaled gradients themselves are wanted; an optimizer given {@link clipFactor} saves a pass.
 *
 * @see PyTorch's clip_grad_norm_, with which it agrees.
 */
export function clipByGlobalNorm(
  gradients: NamedGradients,
  limit: number,
): { readonly gradients: NamedGradients; readonly norm: tf.Scalar } {
  const norm = globalNorm(gradients);
  const factor = clipFactor(norm, limit);
  const scaled = Object.entries(gradients).map(([name, one]) => [name, tf.mul(one, factor)]);
  return { gradients: Object.fromEntries(scaled), norm };
}
