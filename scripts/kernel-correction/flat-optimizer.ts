/** Optimizers over one vector of all parameters, in float64, that tell their metric; knows no loss. */

/** The optimizers that are compared. */
export type OptimizerKind = "adam" | "adam-no-momentum" | "sgd";

/** What an optimizer makes of one gradient: move = metric · (share · gradient + history). All [P]. */
export interface Proposal {
  /** Diagonal: how far a parameter goes for each unit of the mean gradient. */
  readonly metric: Float64Array;
  /** What the mean gradient holds of the gradient given. */
  readonly share: number;
  /** What it holds of those before. */
  readonly history: Float64Array;
  readonly move: Float64Array;
}

/** An optimizer's state. */
export interface FlatOptimizer {
  /** Takes in one gradient, in the direction of ascent. */
  propose(gradient: Float64Array): Proposal;
}

/** Settings; those of Adam are the lab's. */
export interface FlatOptimizerOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** AdamW without decay: m / (1 − β₁ᵗ) over √(v / (1 − β₂ᵗ)) + ε, as `src/engine/op/adam-w.ts` has it. */
function adam(
  size: number,
  { learningRate, beta1, beta2, epsilon }: FlatOptimizerOptions,
): FlatOptimizer {
  const mean = new Float64Array(size);
  const square = new Float64Array(size);
  let steps = 0;
  return {
    propose(gradient) {
      steps += 1;
      const [unbias1, unbias2] = [1 - beta1 ** steps, 1 - beta2 ** steps];
      const history = mean.map((value) => beta1 * value);
      const metric = new Float64Array(size);
      const move = new Float64Array(size);
      for (let k = 0; k < size; k += 1) {
        const g = gradient[k]!;
        mean[k] = history[k]! + (1 - beta1) * g;
        square[k] = beta2 * square[k]! + (1 - beta2) * g * g;
        metric[k] = learningRate / unbias1 / (Math.sqrt(square[k]! / unbias2) + epsilon);
        move[k] = metric[k]! * mean[k]!;
      }
      return { metric, share: 1 - beta1, history, move };
    },
  };
}

function descent(size: number, learningRate: number): FlatOptimizer {
  const metric = new Float64Array(size).fill(learningRate);
  const history = new Float64Array(size);
  return {
    propose: (gradient) => ({
      metric,
      share: 1,
      history,
      move: gradient.map((value) => learningRate * value),
    }),
  };
}

/** Makes an optimizer for P parameters. */
export function flatOptimizer(
  kind: OptimizerKind,
  size: number,
  options: FlatOptimizerOptions,
): FlatOptimizer {
  switch (kind) {
    case "adam":
      return adam(size, options);
    case "adam-no-momentum":
      return adam(size, { ...options, beta1: 0 });
    case "sgd":
      return descent(size, options.learningRate);
  }
}
