/** A sweep as people write it: a base, what is varied, seeds, and how many runs go at once; knows nothing of how a run is started. */
import { z } from "zod";
import { RUNNER_KINDS } from "./runner-kind.ts";
import { sweepClaim } from "./sweep-claims.ts";

// Seeds above this would be cut to their low 32 bits, so that two of them were one.
const MAX_SEED = 2 ** 32 - 1;

/** A name that is a folder's name on every platform. */
export const sweepName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
    "must be letters, digits, dots, dashes and underscores",
  );

/** Settings of an experiment; they are checked when the runs are made. */
const settings = z.record(z.string(), z.json());

/** Arms of a table; YAML has null where nothing is written. */
const ownArms = z
  .record(
    sweepName,
    settings.nullable().transform((given) => given ?? {}),
  )
  .refine((arms) => Object.keys(arms).length > 0, "must have at least one arm");

/** Values a dotted path. */
const axes = z.record(z.string(), z.array(z.json()).min(1)).default({});

const count = z.int().min(1);

/** When a whole arm is given up before its end. */
const earlyStop = z.strictObject({
  after: z.int().min(50).default(100).describe("steps before which no run is judged"),
  every: count.default(25).describe("steps between two judgements"),
});

/** What one call may spend. */
const budget = z.strictObject({
  hours: z.number().positive().describe("hours after which runs end with a checkpoint"),
});

/** How a Ray cluster runs the sweep. */
const ray = z.strictObject({
  node: z.string().min(1).default("node").describe("how node is called there"),
  modules: z
    .string()
    .min(1)
    .optional()
    .describe("folder there with the packages that entlaw needs; default: where they are here"),
  results: z
    .enum(["shared", "log"])
    .default("shared")
    .describe(
      "shared: the folder of the sweep is on a disk that all have; log: in the jobs' output",
    ),
});

/** The keys of a sweep file. */
export const sweepConfig = z.strictObject({
  name: sweepName.optional(),
  about: z.string().trim().min(1).optional(),
  base: settings.default({}),
  arms: z
    .union([z.literal("all"), z.array(sweepName).min(1), ownArms], {
      error: "must be all, a list of names, or a table of a name and settings each",
    })
    .optional(),
  grid: axes,
  zip: axes,
  seeds: z
    .union([count.max(1000), z.array(z.int().min(0).max(MAX_SEED)).min(1)], {
      error: "must be a number of seeds from 1 to 1000, or a list of seeds",
    })
    .default([0]),
  steps: count.optional(),
  budget: budget.optional(),
  concurrency: count.optional(),
  threads: count.optional(),
  out: z.string().min(1).optional(),
  earlyStop: z
    .union([z.boolean(), earlyStop], {
      error: "must be true, false, or a table of after (at least 50) and every",
    })
    .default(false),
  ray: ray.prefault({}),
  runner: z.enum(RUNNER_KINDS).default("lab"),
  verl: settings.default({}),
  claims: z.array(sweepClaim).default([]),
});

/** A sweep, with what was left out at its default or absent. */
export type SweepConfig = z.infer<typeof sweepConfig>;

/** The rule by which arms are given up. */
export type EarlyStopRule = z.infer<typeof earlyStop>;

/** How a sweep uses a cluster. */
export type RayConfig = z.infer<typeof ray>;

const TABLES: Readonly<Record<string, z.ZodObject>> = {
  budget,
  earlyStop,
  ray,
  claims: sweepClaim,
};

/** The keys that there are at a path of a sweep file; none where its keys are not ours. */
export function sweepKeys([table]: readonly string[]): readonly string[] {
  const { shape } = table === undefined ? sweepConfig : (TABLES[table] ?? { shape: {} });
  return Object.keys(shape);
}

/** The rule of a sweep; undefined if none was asked for. */
export function earlyStopRule({ earlyStop: asked }: SweepConfig): EarlyStopRule | undefined {
  if (asked === false) return undefined;
  return asked === true ? earlyStop.parse({}) : asked;
}
