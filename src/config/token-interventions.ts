/** The interventions that reshape, weigh or push single tokens, with their settings; knows no formula. */
import { z } from "zod";
import { tokenScope as scope } from "./token-scope.ts";

/** Entropy that a controller aims at, nats. The papers' 0.1 to 0.3 are of large models; a lab run falls from 0.3. */
const target = z.number().min(0).default(0.2).describe("entropy that is aimed at, nats");

/** Members of the union of interventions. */
export const tokenInterventions = [
  z.strictObject({
    kind: z
      .literal("high-entropy")
      .describe("the tokens of highest entropy alone are learnt from: the 80/20 rule"),
    share: z.number().gt(0).max(1).default(0.2).describe("share of the tokens that are kept"),
    scope,
  }),
  z.strictObject({
    kind: z
      .literal("entropy-advantage")
      .describe("tokens of high entropy get a higher advantage, by min(alpha H, |A| / kappa)"),
    alpha: z.number().min(0).default(0.4).describe("advantage per nat of entropy"),
    kappa: z
      .number()
      .positive()
      .default(2)
      .describe("the advantage is raised by |A| / kappa at most"),
  }),
  z.strictObject({
    kind: z
      .literal("steer")
      .describe("tokens count the less the more their update would change entropy"),
    map: z
      .enum(["exponential", "linear"])
      .default("exponential")
      .describe("how the size of the change becomes a factor"),
    lowest: z
      .number()
      .gt(0)
      .max(1)
      .default(0.8)
      .describe("factor of the token that changes entropy most"),
    highest: z
      .number()
      .min(1)
      .default(1.2)
      .describe("factor of the token that changes entropy least; of the linear map alone"),
    scope,
  }),
  z.strictObject({
    kind: z
      .literal("stare")
      .describe("surprising tokens of right answers count more while entropy is below a target"),
    target,
    share: z
      .number()
      .gt(0)
      .max(1)
      .default(0.1)
      .describe("share of the tokens of one sign of advantage that are surprising"),
    factor: z.number().min(1).default(1.1).describe("factor where the advantage is positive"),
    negative: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe("factor where the advantage is negative; 0.9 is variant C2"),
    rate: z
      .number()
      .min(0)
      .default(0)
      .describe("change of the factor a step, up below the target and down above it; 0: fixed"),
    largest: z.number().min(1).default(1.5).describe("largest factor of a changing one"),
    scope,
  }),
  z.strictObject({
    kind: z
      .literal("covariance-weights")
      .describe("tokens count the less the further their covariance is from 0: CW-GRPO"),
    strength: z.number().min(0).default(1).describe("power of the factor; 0 weighs nothing"),
    scope,
  }),
  z.strictObject({
    kind: z
      .literal("polarity-weights")
      .describe("tokens that expand entropy count more while it falls, less while it rises"),
    gain: z.number().min(0).max(1).default(0.2).describe("how far a factor is from 1"),
    target: z
      .number()
      .min(0)
      .nullable()
      .default(null)
      .describe("entropy that decides the phase, nats; null: the run's own trend"),
    decay: z
      .number()
      .min(0)
      .lt(1)
      .default(0.9)
      .describe("weight of the past in the trend, an exponential mean over steps"),
    scope,
  }),
  z.strictObject({
    kind: z
      .literal("discriminator")
      .describe("tokens whose entropy discriminator lies outside a band leave the gradient"),
    band: z
      .number()
      .positive()
      .default(2)
      .describe("half width of the band around the mean, standard deviations"),
    scope,
  }),
  z.strictObject({
    kind: z
      .literal("erc")
      .describe("tokens whose entropy has moved too far since sampling leave the gradient"),
    low: z.number().min(0).default(0.05).describe("how far H / H_old may fall below 1"),
    high: z.number().min(0).default(0.05).describe("how far H / H_old may rise above 1"),
    scope,
  }),
  z.strictObject({
    kind: z
      .literal("entropic")
      .describe("a controller raises or lowers likely tokens so that entropy keeps to a target"),
    target,
    proportional: z.number().min(0).default(1).describe("coefficient per nat of error"),
    integral: z.number().min(0).default(0.01).describe("coefficient per nat of summed error"),
    threshold: z
      .number()
      .min(0)
      .lt(1)
      .default(0.9)
      .describe("probability above which a token is likely"),
    scope,
  }),
] as const;
