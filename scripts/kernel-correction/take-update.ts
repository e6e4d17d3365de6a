/** Takes one update and holds every prediction of its change of entropy against the change itself. */
import { batchForms } from "./batch-forms.ts";
import { type BatchGradients, batchGradients } from "./batch-gradients.ts";
import type { Proposal } from "./flat-optimizer.ts";
import { type GradientSums, inner, kernelScopes, sumGradients } from "./kernel-terms.ts";
import { logitKernels } from "./logit-kernels.ts";
import { moveParameters } from "./move-parameters.ts";
import type { StepData, Training } from "./training-state.ts";
import { takeGroupApart } from "./take-group-apart.ts";
import type { Predictions, UpdateRecord } from "./update-record.ts";

/** Added to the norm before it divides, as in the lab's clipping. */
const TINY = 1e-6;

/** Sum over the mini-batch's tokens of weight · value. */
function weightedSum(
  { weight, sequences }: BatchGradients,
  { responses: { lengths, longest } }: StepData,
  value: (place: number) => number,
): number {
  let sum = 0;
  for (const b of sequences) {
    for (let at = b * longest; at < b * longest + lengths[b]!; at += 1) {
      sum += weight[at]! * value(at);
    }
  }
  return sum;
}

/** Predictions that need no more than the gradients and logits before the update. */
function predictBefore(
  batch: BatchGradients,
  data: StepData,
  sums: GradientSums,
  factor: number,
): Omit<Predictions, "metric" | "move" | "lemma"> {
  const { sequences, numbers, logitsOf } = batch;
  const { state, response, prompt, batch: bias } = logitKernels({ ...data, sequences, logitsOf });
  const withClip = inner(sums.entropy, sums.loss);
  return {
    ...batchForms({ ...data, sequences, numbers }),
    state,
    response,
    prompt,
    bias,
    kernel: inner(sums.entropy, sums.plain),
    kernelClip: withClip,
    kernelNorm: factor * withClip,
  };
}

/**
 * One update of the mini-batch's sequences: gradients, move, measurement.
 *
 * @param sampled - the prompt group to take apart token by token, counted within the mini-batch; none if left out.
 */
export async function takeUpdate(
  training: Training,
  data: StepData,
  sequences: readonly number[],
  sampled?: number,
): Promise<Omit<UpdateRecord, "step" | "update">> {
  const { config, policy, forward, optimizer } = training;
  const batch = await batchGradients(training, data, sequences);
  const sums = sumGradients(batch.members);
  const gradientNorm = Math.sqrt(inner(sums.loss, sums.loss));
  const factor = Math.min(1, config.optimizer.gradientClip / (gradientNorm + TINY));
  const proposal = optimizer.propose(sums.loss.map((value) => factor * value));
  const before = predictBefore(batch, data, sums, factor);
  const groups = [...new Set(batch.members.map(({ group }) => group))].toSorted((a, b) => a - b);
  const sample =
    sampled === undefined
      ? undefined
      : await takeGroupApart(training, data, batch, {
          metric: proposal.metric,
          scale: proposal.share * factor,
          group: groups[sampled % groups.length]!,
        });

  moveParameters(policy, proposal.move);
  const changes = await forward.compare(data.responses, batch.parts, (part) => batch.logits[part]!);
  const mean = (value: (place: number) => number): number => weightedSum(batch, data, value);
  const measured = mean((at) => changes.entropy[at]! - batch.numbers.entropy[at]!);
  const { move, parts } = takeMoveApart(batch, sums, proposal, factor);
  return {
    predictions: {
      ...before,
      metric: parts.response + parts.prompt + parts.others,
      move,
      lemma: mean((at) => changes.firstOrder[at]!),
    },
    parts: { ...parts, higher: measured - move },
    ...(sample === undefined ? {} : { sample }),
    measured,
    clippedShare: mean((at) => (batch.numbers.clipped[at] === 0 ? 0 : 1)),
    gradientNorm,
  };
}

/** The first-order change of entropy by the move, and its parts. */
function takeMoveApart(
  { members }: BatchGradients,
  sums: GradientSums,
  { metric, share, history, move }: Proposal,
  factor: number,
) {
  const { response, prompt, others } = kernelScopes(members, sums, metric);
  const scale = share * factor;
  return {
    move: inner(sums.entropy, move),
    parts: {
      response: scale * response,
      prompt: scale * prompt,
      others: scale * others,
      history: inner(sums.entropy, history, metric),
    },
  };
}
