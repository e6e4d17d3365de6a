/** The advantage estimators by name, with the settings of each; knows no formula. */
import { z } from "zod";

const gamma = z.number().min(0).max(1).default(1).describe("discount a token");

/** How rewards become advantages. Those whose groups are compared need two samples a prompt or more. */
export const advantageConfig = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("grpo").describe("reward less the mean of its group"),
    normalizeByStd: z
      .boolean()
      .default(true)
      .describe("divide by a standard deviation; false is Dr. GRPO"),
    stdOver: z
      .enum(["group", "batch"])
      .default("group")
      .describe("of the group's rewards, or of all advantages of the step"),
  }),
  z.strictObject({
    kind: z.literal("rloo").describe("reward less the mean of the others of its group"),
  }),
  z.strictObject({
    kind: z.literal("reinforce-plus-plus").describe("return, whitened over the step's tokens"),
    gamma,
  }),
  z.strictObject({
    kind: z
      .literal("reinforce-plus-plus-baseline")
      .describe("reward less the mean of its group, whitened over the step's tokens"),
  }),
  z.strictObject({
    kind: z.literal("remax").describe("reward less that of the greedy response"),
  }),
  z.strictObject({
    kind: z.literal("opo").describe("reward less the length-weighted mean of its group"),
  }),
  z.strictObject({
    kind: z.literal("gae").describe("generalised advantage estimation with a value head: PPO"),
    gamma,
    lambda: z.number().min(0).max(1).default(0.95).describe("weight of longer returns"),
    valueCoefficient: z
      .number()
      .positive()
      .default(0.5)
      .describe("weight of the value loss beside the policy loss"),
    valueClip: z
      .number()
      .positive()
      .nullable()
      .default(0.5)
      .describe("how far a value may move from the sampled one within a step; null: no limit"),
  }),
  z.strictObject({
    kind: z
      .literal("grpo-pass-k")
      .describe("best reward of the group less the second best, for the best response alone"),
    normalizeByStd: z
      .boolean()
      .default(true)
      .describe("divide by the standard deviation of the group"),
  }),
  z.strictObject({
    kind: z
      .literal("gpg")
      .describe("reward less the mean of its group, larger the fewer responses are rewarded"),
  }),
  z.strictObject({
    kind: z
      .literal("prime")
      .describe("rloo, and the returns of process rewards by a model that learns from outcomes"),
    // PRIME weighs both equally, on prompts that are right in 20 to 80 % of the responses.
    coefficient: z.number().default(0.1).describe("weight of the process rewards' returns"),
    gamma,
    beta: z
      .number()
      .positive()
      .default(0.05)
      .describe("process reward per nat of the model's log-ratio to the reference"),
    // PRIME's 1e-6 is twice the learning rate of its policy, and so is this.
    modelLearningRate: z.number().min(0).default(1e-4).describe("learning rate of that model"),
  }),
]);

/** One advantage estimator with its settings. */
export type AdvantageConfig = z.infer<typeof advantageConfig>;

/** The advantage estimators by name. */
export type AdvantageKind = AdvantageConfig["kind"];

/** Settings of one advantage estimator. */
export type OptionsOf<K extends AdvantageKind> = Extract<AdvantageConfig, { kind: K }>;
