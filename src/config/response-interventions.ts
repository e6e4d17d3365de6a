/** The interventions with a loss of whole responses, with the settings of each; knows no formula. */
import { z } from "zod";

/** Settings of the squared residual of trajectory balance. */
const balance = {
  importance: z
    .enum(["none", "raw", "clip", "max10"])
    .default("clip")
    .describe(
      "what a response counts: 1, or the ratio of its probability to that at sampling: as it is, within 1 ± clip, or up to 10",
    ),
  clip: z.number().gt(0).lt(1).default(0.2).describe("how far from 1 `clip` lets the ratio be"),
  beside: z
    .boolean()
    .default(false)
    .describe("whether it is added to the policy loss; false: in its place"),
  coefficient: z.number().min(0).default(1).describe("factor on the loss"),
};

/** Members of the union of interventions. */
export const responseInterventions = [
  z.strictObject({
    kind: z
      .literal("dmpo")
      .describe("likelihoods of a group's responses are drawn towards softmax(reward / alpha)"),
    coefficient: z.number().min(0).default(2).describe("weight beside the policy loss"),
    alpha: z
      .number()
      .positive()
      .default(1 / 15)
      .describe("temperature of the rewards"),
  }),
  z.strictObject({
    kind: z
      .literal("flowrl")
      .describe("probabilities are drawn towards exp(beta advantage) / Z, with a Z that is learnt"),
    beta: z.number().min(0).default(1).describe("weight of the advantage, nats a token"),
    ...balance,
  }),
  z.strictObject({
    kind: z
      .literal("disa")
      .describe(
        "probabilities are drawn towards the reference's times exp(beta reward) / Z, with a Z from proposals",
      ),
    beta: z.number().min(0).default(4).describe("weight of the reward, nats"),
    normalize: z
      .boolean()
      .default(false)
      .describe("divide log-probabilities of responses by their length"),
    proposals: z
      .int()
      .min(2)
      .default(8)
      .describe("responses of the reference policy to each prompt, for Z"),
    temperature: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe("at which those are sampled; null: that of the rollout"),
    ...balance,
  }),
] as const;
