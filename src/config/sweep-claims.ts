/** What a paper claims and a sweep holds against it: which runs show it, by which numbers; knows no run and no number of one. */
import { z } from "zod";

/**
 * The kinds of claims, and the numbers of one run that each is told by, with their names for people.
 *
 * **Details** `prediction` is the paper's: least squares on 11-step means, with the later entropies given, the last mean of the prefix
 * knowing five steps beyond it; `given` is
 * the share of runs for which the default protocol, which may refuse, makes a forecast. `agreement` holds the measured change of
 * entropy a step against the covariance in the form of the paper's Fig. 8; `kept` is the share of runs whose verdict is not `no`; `tail` is over all tokens of the run.
 */
export const CLAIM_COLUMNS = {
  spending: {
    drop12: "entropy spent in the first 1/12",
    gain12: "reward gained in the first 1/12",
    drop3: "entropy spent in the first 1/3",
    gain3: "reward gained in the first 1/3",
  },
  prediction: {
    rmse: "RMSE of the forecast",
    constantRmse: "RMSE of the reward at the prefix's end",
    logLineRmse: "RMSE of a line in the log of the step",
    finalError: "error at the end",
    given: "forecast given by entlaw predict",
  },
  law: { a: "a", b: "b", ceiling: "ceiling b - a", r2: "R²", kept: "law not refused" },
  sizes: { a: "a", b: "b", ceiling: "ceiling b - a" },
  arms: { entropy: "end entropy, nats", reward: "end reward", validation: "held-out" },
  agreement: { pearson: "Pearson, steps", r2: "R², steps", pearson11: "Pearson, 11-step means" },
  tail: {
    "top.02": "top .02 %",
    "top.2": "top .2 %",
    top2: "top 2 %",
    top20: "top 20 %",
    top50: "top 50 %",
    all: "all",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a claim is about. */
export type ClaimKind = keyof typeof CLAIM_COLUMNS;

/** The kinds, in the order of the table. */
export const CLAIM_KINDS = Object.keys(CLAIM_COLUMNS) as readonly ClaimKind[];

const words = z.string().trim().min(1);

/** An order of arms that the paper reports, their likeness, or that they differ. */
const expectation = z.union(
  [
    z.strictObject({
      rises: z
        .array(words)
        .min(2)
        .describe("arms in the order of the paper's numbers, least first"),
      in: words.describe("the number that rises"),
    }),
    z.strictObject({
      alike: z.array(words).min(2).describe("arms that the paper cannot tell apart"),
      in: words.describe("the number in which they are alike"),
    }),
    z.strictObject({
      differ: z.array(words).min(2).describe("arms that are not all as the first"),
      in: words.describe("the number in which they differ"),
    }),
  ],
  { error: "must have in, and rises, alike or differ: a list of two arms at least" },
);

/** One claim and what is held against it. */
export const sweepClaim = z
  .strictObject({
    title: words,
    source: words.describe("where the paper says so"),
    claim: words.describe("what the paper says, with its numbers"),
    shows: z.enum(CLAIM_KINDS),
    arms: z.array(words).min(1).describe("arms of the sweep, the baseline first"),
    fitOn: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.15)
      .describe("share of the steps that a prediction is made from"),
    published: z
      .record(words, z.record(words, z.union([z.number(), words])))
      .default({})
      .describe("the paper's numbers: name of a row, then number"),
    expects: z.array(expectation).default([]),
  })
  .superRefine(({ shows, arms, published, expects }, context) => {
    const columns = Object.keys(CLAIM_COLUMNS[shows]);
    const refuse = (path: ReadonlyArray<string | number>, message: string): void =>
      context.addIssue({ code: "custom", path: [...path], message });
    for (const [row, numbers] of Object.entries(published)) {
      if (Object.keys(numbers).every((name) => columns.includes(name))) continue;
      refuse(["published", row], `must have no other numbers than ${columns.join(", ")}`);
    }
    for (const [i, one] of expects.entries()) {
      const [relation, named] = relationOf(one);
      if (!columns.includes(one.in)) {
        refuse(["expects", i, "in"], `must be one of ${columns.join(", ")}`);
      }
      if (!named.every((arm) => arms.includes(arm))) {
        refuse(["expects", i, relation], `must name arms of the claim, ${arms.join(", ")}`);
      }
    }
  });

/** One claim, with what was left out at its default. */
export type SweepClaim = z.infer<typeof sweepClaim>;

/** One thing that is expected of the arms of a claim. */
export type Expectation = SweepClaim["expects"][number];

/** What is expected of the arms of an expectation. */
export type Relation = "rises" | "alike" | "differ";

/** What is expected, and of which arms in order. */
export function relationOf(one: Expectation): readonly [Relation, readonly string[]] {
  if ("rises" in one) return ["rises", one.rises];
  return "alike" in one ? ["alike", one.alike] : ["differ", one.differ];
}
