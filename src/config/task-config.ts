/** The tasks by name, with the knobs that make each easier or harder; knows nothing of how one is sampled or checked. */
import { z } from "zod";

const MAX_ARMS = 52; // one letter an arm

/** What the policy learns to do. */
export const taskConfig = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("countdown").describe("reach a target with all numbers, workings shown"),
    numbers: z.literal([3, 4]).default(3).describe("how many numbers a problem gives"),
    largest: z.int().min(3).max(99).default(20).describe("largest number given"),
    largestTarget: z.int().min(10).max(999).default(99).describe("largest target"),
    operators: z
      .string()
      .regex(/^(?!.*(.).*\1)[-+*/]+$/, 'must be one or more of "+-*/", none twice')
      .default("+-*/")
      .describe("operators that may be used, out of +-*/"),
  }),
  z.strictObject({
    kind: z.literal("chain").describe("arithmetic from left to right, every partial result shown"),
    operations: z.int().min(1).max(12).default(3).describe("operations of a problem"),
    largest: z.int().min(2).max(99).default(9).describe("largest operand"),
    modulus: z.int().min(2).max(100).default(50).describe("results are reduced modulo this"),
    operators: z
      .string()
      .regex(/^(?!.*(.).*\1)[-+*]+$/, 'must be one or more of "+-*", none twice')
      .default("+-*")
      .describe("operators that occur, out of +-*"),
  }),
  z
    .strictObject({
      kind: z
        .literal("transform")
        .describe("operations on a row of digits, the state after each shown"),
      digits: z.int().min(3).max(12).default(5).describe("length of the row"),
      base: z.int().min(2).max(10).default(10).describe("digits are below this"),
      fewest: z.int().min(1).max(8).default(1).describe("fewest operations of a problem"),
      most: z.int().min(1).max(8).default(4).describe("most operations of a problem"),
      operations: z
        .string()
        .regex(/^(?!.*(.).*\1)[rlsit]+$/, 'must be one or more of "rlsit", none twice')
        .default("rlsi")
        .describe(
          "operations that occur: r reverse, l rotate left, s swap neighbours, i increment, t running total",
        ),
    })
    .refine(({ fewest, most }) => fewest <= most, {
      path: ["fewest"],
      error: "must not be above most",
    }),
  z.strictObject({
    kind: z.literal("bandit").describe("one state, one arm a response: the theory's test bench"),
    payoffs: z
      .array(z.number().min(0).max(1))
      .min(2)
      .max(MAX_ARMS)
      .default([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1])
      .describe("reward of each arm"),
  }),
]);

/** One task with its knobs. */
export type TaskConfig = z.infer<typeof taskConfig>;

/** The tasks by name. */
export type TaskKind = TaskConfig["kind"];

/** Knobs of one task. */
export type OptionsOf<K extends TaskKind> = Extract<TaskConfig, { kind: K }>;
