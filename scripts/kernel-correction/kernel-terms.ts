/** Inner products of the gradients of entropy and of the loss under a metric, by how near their responses are. */
import type { ResponseGradients } from "./response-gradients.ts";

/** One response's gradients and its prompt. */
export interface Member extends Pick<ResponseGradients, "entropy" | "loss" | "plain"> {
  readonly group: number;
}

/** Sums over the responses of a mini-batch; [P] each. */
export interface GradientSums {
  readonly entropy: Float64Array;
  readonly loss: Float64Array;
  readonly plain: Float64Array;
}

/** Adds up one kind of gradients. */
function sumOf(members: readonly Member[], name: keyof GradientSums): Float64Array {
  const sum = new Float64Array(members[0]!.entropy.length);
  for (const member of members) {
    const values = member[name];
    for (let k = 0; k < sum.length; k += 1) sum[k]! += values[k]!;
  }
  return sum;
}

/** The mini-batch's gradients. */
export const sumGradients = (members: readonly Member[]): GradientSums => ({
  entropy: sumOf(members, "entropy"),
  loss: sumOf(members, "loss"),
  plain: sumOf(members, "plain"),
});

type Vector = Float32Array | Float64Array;

/** Σ x m y; m a diagonal metric, the identity if left out. */
export function inner(x: Vector, y: Vector, metric?: Float64Array): number {
  let sum = 0;
  if (metric === undefined) for (let k = 0; k < x.length; k += 1) sum += x[k]! * y[k]!;
  else for (let k = 0; k < x.length; k += 1) sum += x[k]! * metric[k]! * y[k]!;
  return sum;
}

/** A kernel's sum Σ K(i, j) over pairs of responses: what the gradient of j does to the entropy of i. */
export interface KernelScopes {
  /** i = j. */
  readonly response: number;
  /** i ≠ j, one prompt. */
  readonly prompt: number;
  /** Different prompts. */
  readonly others: number;
}

/** The sum by scope, with the loss's own gradient. */
export function kernelScopes(
  members: readonly Member[],
  sums: GradientSums,
  metric?: Float64Array,
): KernelScopes {
  let response = 0;
  for (const { entropy, loss } of members) response += inner(entropy, loss, metric);
  let group = 0;
  for (const own of Map.groupBy(members, (one) => one.group).values()) {
    group += inner(sumOf(own, "entropy"), sumOf(own, "loss"), metric);
  }
  const all = inner(sums.entropy, sums.loss, metric);
  return { response, prompt: group - response, others: all - group };
}
