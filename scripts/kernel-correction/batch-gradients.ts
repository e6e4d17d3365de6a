/** The gradients of a mini-batch, response by response, and what the policy says of its tokens; knows no optimizer. */
import { nothing, cutByLength, type Part } from "../../src/train/update/lay-out.ts";
import { tokenWeights } from "../../src/train/update/token-weights.ts";
import type { Member } from "./kernel-terms.ts";
import type { TokenNumbers } from "./response-gradients.ts";
import type { StepData, Training } from "./training-state.ts";

/** A mini-batch before its update. */
export interface BatchGradients {
  readonly sequences: readonly number[];
  /** One response each, in another order than the sequences. */
  readonly parts: readonly Part[];
  /** Of the parts, in their order. */
  readonly members: readonly Member[];
  readonly numbers: TokenNumbers;
  /** [B · R], weights of the tokens in means and in the loss; 0 outside the mini-batch. */
  readonly weight: Float64Array;
  /** Logits [V] of token t of response b. */
  readonly logitsOf: (b: number, t: number) => Float32Array;
  /** All logits of a part, as its programs have them. */
  readonly logits: readonly Float32Array[];
}

/** Computes the gradients of some of a step's sequences. */
export async function batchGradients(
  { config, policy, gradients }: Training,
  { responses, advantage }: StepData,
  sequences: readonly number[],
): Promise<BatchGradients> {
  const parts = cutByLength(responses, sequences, { size: 1, longest: policy.shape.length });
  const weight = tokenWeights(responses, sequences, config.aggregation);
  const numbers: TokenNumbers = {
    logProb: nothing(responses),
    entropy: nothing(responses),
    polarity: nothing(responses),
    clipped: nothing(responses),
  };
  const members: Member[] = [];
  const logits: Float32Array[] = [];
  for (const part of parts) {
    const found = await gradients.compute(responses, part, { weight, advantage }, numbers);
    members.push({ ...found, group: responses.promptOf[part.sequences[0]!]! });
    logits.push(found.logits);
  }
  const { vocabulary, prompts, promptOf } = responses;
  const placeOf = new Map(parts.map((part, k) => [part.sequences[0]!, k]));
  const logitsOf = (b: number, t: number): Float32Array => {
    const k = placeOf.get(b)!;
    const row = prompts[promptOf[b]!]!.length - 1 - parts[k]!.skip + t;
    return logits[k]!.subarray(row * vocabulary, (row + 1) * vocabulary);
  };
  return { sequences, parts, members, numbers, weight, logitsOf, logits };
}
