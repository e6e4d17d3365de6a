/** Kernels that are 1 between tokens near each other and 0 between others, applied to logits; knows no parameter. */
import { softmaxState } from "../../src/analyze/theory/softmax-state.ts";
import { discriminators } from "../../src/analyze/theory/first-order-change.ts";
import type { Responses } from "../../src/train/rollout/roll-out.ts";

/** How near two tokens must be for the update of one to move the logits of the other just as far. */
export type LogitKernel = "token" | "state" | "response" | "prompt" | "batch";

/** Mini-batch as these kernels need it. */
export interface LogitInput {
  readonly responses: Responses;
  readonly sequences: readonly number[];
  readonly advantage: Float64Array;
  /** Logits [V] before the update of token t of response b. */
  readonly logitsOf: (b: number, t: number) => Float32Array;
}

/** Names the state in which a token was sampled: its prompt and the tokens before it. */
export const stateOf = ({ promptOf, tokens, longest }: Responses, b: number, t: number): string =>
  `${promptOf[b]} ${tokens.subarray(b * longest, b * longest + t).join(" ")}`;

/** Names the set of tokens within which a kernel is 1. */
const SCOPES: {
  readonly [K in LogitKernel]: (responses: Responses, b: number, t: number) => string;
} = {
  token: (_, b, t) => `${b} ${t}`,
  state: stateOf,
  response: (_, b) => String(b),
  prompt: ({ promptOf }, b) => String(promptOf[b]),
  batch: () => "",
};

interface Pair {
  readonly entropy: Float64Array;
  readonly ascent: Float64Array;
}

/** Gradient of a token's entropy, −p (log p + H), and of A log π, A (e_a − p), both by its logits. */
function pairOf(logits: Float32Array, token: number, advantage: number): Pair {
  const state = softmaxState(Float64Array.from(logits));
  return {
    entropy: discriminators(state).map((s) => -s),
    ascent: state.p.map((p, k) => advantage * ((k === token ? 1 : 0) - p)),
  };
}

function add(into: Float64Array, values: Float64Array): void {
  for (let k = 0; k < into.length; k += 1) into[k]! += values[k]!;
}

/**
 * Predicted change of mean token entropy under each kernel, up to the size of the step: the sum over scopes of
 * (Σ ∇H) · (Σ A (e_a − p)), divided by the tokens squared.
 *
 * **Details** `token` is the mean of A D over the tokens. `state` is the policy of the theorems, a table of logits for each
 * prefix. `batch` is a policy that has one logit bias for all states.
 */
export function logitKernels(input: LogitInput): Record<LogitKernel, number> {
  const { responses, sequences, advantage, logitsOf } = input;
  const kinds = Object.keys(SCOPES) as LogitKernel[];
  const sums = new Map<string, { entropy: Float64Array; ascent: Float64Array }>();
  let count = 0;
  for (const b of sequences) {
    for (let t = 0; t < responses.lengths[b]!; t += 1) {
      const at = b * responses.longest + t;
      const pair = pairOf(logitsOf(b, t), responses.tokens[at]!, advantage[at]!);
      count += 1;
      for (const kind of kinds) {
        const key = `${kind}: ${SCOPES[kind](responses, b, t)}`;
        const size = pair.entropy.length;
        const sum = sums.get(key) ?? {
          entropy: new Float64Array(size),
          ascent: new Float64Array(size),
        };
        sums.set(key, sum);
        add(sum.entropy, pair.entropy);
        add(sum.ascent, pair.ascent);
      }
    }
  }
  const found = { token: 0, state: 0, response: 0, prompt: 0, batch: 0 };
  for (const [key, { entropy, ascent }] of sums) {
    const kind = key.slice(0, key.indexOf(":")) as LogitKernel;
    let product = 0;
    entropy.forEach((value, k) => (product += value * ascent[k]!));
    found[kind] += product / count ** 2;
  }
  return found;
}
