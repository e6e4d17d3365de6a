/** The losses by name, with the settings of each; knows no formula. */
import { z } from "zod";

/** Below 1 by this much; 1 leaves the ratio without a lower limit. */
const clipLow = (value: number) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(value)
    .describe("how far the ratio may fall below 1; 1 means without limit");

const clipHigh = (value: number) =>
  z.number().min(0).default(value).describe("how far the ratio may rise above 1");

/**
 * What a token's loss is made of. Ratios are of the present to the sampling policy's probability of the token, or of
 * the whole response for `gspo`.
 *
 * **Details** Where a default is not verl's, its reason stands beside it.
 */
export const lossConfig = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z
      .literal("ppo-clip")
      .describe("PPO's clipped surrogate; clip-higher is a higher clipHigh"),
    clipLow: clipLow(0.2),
    clipHigh: clipHigh(0.2),
    dualClip: z
      .number()
      .gt(1)
      .nullable()
      .default(3)
      .describe("largest ratio that counts where the advantage is negative; null: no limit"),
  }),
  z.strictObject({
    kind: z
      .literal("cispo")
      .describe("policy gradient weighted by a clipped ratio without gradient"),
    // The lower limit is off, as in MiniMax-M1; the upper one is SkyRL's.
    clipLow: clipLow(1),
    clipHigh: clipHigh(5),
  }),
  z.strictObject({
    kind: z.literal("gspo").describe("clipped surrogate of the response's geometric mean ratio"),
    // Ten times the published 3e-4 and 4e-4: a mean over some 15 tokens scatters about ten times as far as one over 1,500.
    clipLow: clipLow(0.003),
    clipHigh: clipHigh(0.004),
  }),
  z.strictObject({
    kind: z.literal("gpg").describe("advantage times log-probability, no ratio"),
  }),
  z.strictObject({
    kind: z.literal("gmpo").describe("geometric mean of ratios, each clipped in log space"),
    clipLow: z
      .number()
      .min(0)
      .default(0.4)
      .describe("how far the log-ratio may fall below 0, in nats"),
    clipHigh: z
      .number()
      .min(0)
      .default(0.4)
      .describe("how far the log-ratio may rise above 0, in nats"),
  }),
  z.strictObject({
    kind: z.literal("sapo").describe("soft gate of the ratio in place of a clip"),
    temperaturePositive: z
      .number()
      .positive()
      .default(1)
      .describe("steepness of the gate where the advantage is positive"),
    temperatureNegative: z
      .number()
      .positive()
      .default(1.05)
      .describe("steepness of the gate where the advantage is not positive"),
  }),
  z.strictObject({
    kind: z
      .literal("ce-gppo")
      .describe("PPO's clip that keeps a share of the gradients outside its bounds"),
    clipLow: clipLow(0.2),
    clipHigh: clipHigh(0.2),
    betaLow: z
      .number()
      .min(0)
      .default(0.75)
      .describe("share of the gradient below the lower bound, where the advantage is negative"),
    betaHigh: z
      .number()
      .min(0)
      .default(1)
      .describe("share of the gradient above the upper bound, where the advantage is positive"),
  }),
  z.strictObject({
    kind: z.literal("policy-gradient").describe("advantage times ratio, nothing clipped"),
  }),
]);

/** One loss with its settings. */
export type LossConfig = z.infer<typeof lossConfig>;

/** The losses by name. */
export type LossKind = LossConfig["kind"];

/** Settings of one loss. */
export type OptionsOf<K extends LossKind> = Extract<LossConfig, { kind: K }>;
