/** The interventions on entropy by name, with the settings of each; knows no formula. */
import { z } from "zod";
import { responseInterventions } from "./response-interventions.ts";
import { tokenInterventions } from "./token-interventions.ts";
import { tokenScope as scope } from "./token-scope.ts";

/** Which share of the tokens of a scope is chosen. */
const share = z
  .number()
  .gt(0)
  .max(1)
  .default(0.02)
  .describe("share of the valid tokens that are chosen");

/** What is done so that entropy lasts. */
export const interventionConfig = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none").describe("nothing") }),
  z
    .strictObject({
      kind: z
        .literal("clip-cov")
        .describe("a random choice of tokens inside a covariance band leaves the gradient"),
      share,
      low: z.number().default(0.3).describe("lower end of the covariance band, nats x advantage"),
      high: z.number().default(5).describe("upper end of the covariance band, nats x advantage"),
      scope,
    })
    .refine(({ low, high }) => low < high, {
      path: ["low"],
      error: "must be below high",
    }),
  z.strictObject({
    kind: z
      .literal("kl-cov")
      .describe("the tokens of highest covariance are pulled back to the sampling policy"),
    share,
    coefficient: z
      .number()
      .min(0)
      .default(1)
      .describe("weight of |log-ratio| at the chosen tokens"),
    scope,
  }),
  z.strictObject({
    kind: z.literal("entropy-bonus").describe("token entropy is rewarded"),
    coefficient: z.number().default(0.001).describe("weight of the entropy, per nat"),
  }),
  z.strictObject({
    kind: z
      .literal("adaptive-entropy")
      .describe("an entropy bonus whose coefficient grows while entropy is below a target"),
    // Steps and limit are not Skywork-OR1's 1e-4 and 5e-3, which are for thousands of updates: a lab run has 300 steps.
    target: z.number().min(0).default(0.2).describe("entropy that is aimed at, nats"),
    delta: z.number().min(0).default(5e-4).describe("change of the coefficient a step"),
    largest: z.number().min(0).default(0.02).describe("largest coefficient, per nat"),
    start: z.number().min(0).default(0).describe("coefficient before the first step, per nat"),
  }),
  z.strictObject({
    kind: z
      .literal("sign-weights")
      .describe("tokens count by the sign of their advantage: W-REINFORCE, PSR, NSR"),
    positive: z.number().min(0).default(0.1).describe("factor where the advantage is positive"),
    negative: z.number().min(0).default(1).describe("factor where the advantage is negative"),
    scope,
  }),
  ...tokenInterventions,
  ...responseInterventions,
  z.strictObject({
    kind: z
      .literal("reference-kl")
      .describe("divergence from the warm-started policy is penalised"),
    coefficient: z.number().min(0).default(0.001).describe("weight of the divergence, per nat"),
    estimator: z
      .enum(["k1", "k2", "k3"])
      .default("k3")
      .describe("d, d²/2 or e^-d - 1 + d of the log-ratio d to the reference"),
  }),
]);

/** One intervention with its settings. */
export type InterventionConfig = z.infer<typeof interventionConfig>;

/** The interventions by name. */
export type InterventionKind = InterventionConfig["kind"];

/** Settings of one intervention. */
export type OptionsOf<K extends InterventionKind> = Extract<InterventionConfig, { kind: K }>;
