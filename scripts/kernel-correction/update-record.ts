/** What is known of one update: predictions of its change of entropy, parts of that change, and the change itself. */
import type { BatchForms } from "./batch-forms.ts";

/** Predictions of the change of mean token entropy on the mini-batch's own tokens; see {@link PREDICTIONS}. */
export interface Predictions extends BatchForms {
  readonly state: number;
  readonly response: number;
  readonly prompt: number;
  readonly bias: number;
  readonly kernel: number;
  readonly kernelClip: number;
  readonly kernelNorm: number;
  readonly metric: number;
  readonly move: number;
  readonly lemma: number;
}

/** The predictions as tables name them, in the order of the argument. All but the last three lack the size of the step. */
export const PREDICTIONS: { readonly [K in keyof Predictions]: string } = {
  batch: "batch covariance (Eq. 10)",
  pg: "policy-gradient covariance, responses in groups",
  npg: "natural-gradient covariance, responses in groups",
  polarity: "polarity A D: each token alone",
  clippedPolarity: "polarity with ratio and clip",
  state: "tabular: tokens of one prefix",
  response: "one table a response",
  prompt: "one table a prompt",
  bias: "one table for all",
  kernel: "full kernel, plain gradient",
  kernelClip: "full kernel, ratio and clip",
  kernelNorm: "full kernel, norm of the gradient clipped too",
  metric: "full kernel in the optimizer's metric",
  move: "the same with the optimizer's memory: ∇H · Δθ",
  lemma: "Lemma 1, true change of the logits",
};

/** Parts of the measured change that add up to it; nats. */
export interface ChangeParts {
  /** What this mini-batch's gradient of a response does to that response's entropy. */
  readonly response: number;
  /** To that of other responses to the same prompt. */
  readonly prompt: number;
  /** To that of responses to other prompts. */
  readonly others: number;
  /** What earlier gradients do, which the optimizer remembers. */
  readonly history: number;
  /** Measured less first order. */
  readonly higher: number;
}

/** The parts as tables name them. */
export const CHANGE_PARTS: { readonly [K in keyof ChangeParts]: string } = {
  response: "this batch, response on itself",
  prompt: "this batch, on other responses to the prompt",
  others: "this batch, on other prompts",
  history: "gradients of earlier updates",
  higher: "higher orders",
};

/** What one prompt group's gradient does to the group's own entropy, by pairs of tokens; nats. */
export interface GroupSample {
  /** Each token on itself. */
  readonly tokens: number;
  /** On all tokens of the same prefix, itself included: one state. */
  readonly states: number;
  /** On all tokens of the group. */
  readonly group: number;
}

/** One update. */
export interface UpdateRecord {
  /** From 1. */
  readonly step: number;
  /** From 1, within its step. */
  readonly update: number;
  readonly predictions: Predictions;
  readonly parts: ChangeParts;
  /** One of its groups, for some updates. */
  readonly sample?: GroupSample;
  readonly measured: number;
  /** Share of tokens whose gradient the loss cuts off. */
  readonly clippedShare: number;
  /** Before it is clipped. */
  readonly gradientNorm: number;
}
