/** What a run of verl needs beside an experiment: model, data, machines; knows none of verl's own keys. */
import { z } from "zod";
import { ConfigError } from "../base/errors.ts";
import { describeIssues } from "./describe-issues.ts";

const text = z.string().min(1);

const count = (value: number) => z.int().min(1).default(value);

/** One file, or a list of files. */
const files = z.preprocess(
  (found) => (typeof found === "string" ? [found] : found),
  z.array(text).min(1),
);

const verl = z
  .strictObject({
    model: text.describe("folder of the model, or its name on a hub"),
    train: files.describe("parquet files to train on"),
    validation: files.describe("parquet files to validate on, whole"),
    maxPromptTokens: count(2048).describe("longest prompt, tokens"),
    maxResponseTokens: count(8192).describe("longest response, tokens"),
    maxTokensPerGpu: count(20480).describe("tokens of a micro-batch on one GPU"),
    engine: z.enum(["vllm", "sglang"]).default("vllm").describe("what samples responses"),
    tensorParallel: count(2).describe("GPUs that share a model when sampling"),
    nodes: count(1).describe("machines of a run"),
    gpusPerNode: count(8).describe("GPUs of a machine"),
    rewardManager: z.enum(["naive", "dapo"]).default("naive").describe("verl's reward manager"),
    rewardFunction: text
      .nullable()
      .default(null)
      .describe("Python file with compute_score; null: verl's own for the data"),
    filterMetric: text
      .default("reward")
      .describe("what must differ within a group under dynamic sampling"),
    validationTemperature: z
      .number()
      .min(0)
      .default(0)
      .describe("at which validation samples; 0: greedy, one response a prompt"),
    epochs: count(1000).describe("passes over the data after which a run ends before its steps"),
    python: text.default("python3").describe("how the Python that has verl is called"),
    set: z
      .record(
        z.string().regex(/^\+{0,2}[\w.@/-]+$/, "must be a key of verl's configuration"),
        z.json(),
      )
      .default({})
      .describe("further overrides by verl's own keys"),
  })
  .refine(
    ({ maxTokensPerGpu, maxPromptTokens, maxResponseTokens }) =>
      maxTokensPerGpu >= maxPromptTokens + maxResponseTokens,
    {
      path: ["maxTokensPerGpu"],
      error: "must hold the longest prompt with the longest response",
    },
  );

/** What a run of verl needs, complete. */
export type VerlConfig = z.infer<typeof verl>;

/** The same as people write it, each part optional. */
export type VerlInput = Partial<z.input<typeof verl>>;

/**
 * Checks settings of verl; what is left out gets its default.
 *
 * @throws {@link ConfigError} that names, by its path, every setting that is missing, unknown or out of range.
 */
export function checkVerl(data: unknown): VerlConfig {
  const parsed = verl.safeParse(data);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: ["verl", ...issue.path] }));
  const { message, fix } = describeIssues(issues, { verl: data });
  throw new ConfigError("verl", message, fix === undefined ? {} : { fix });
}
