/** Reads a file of loss and advantage cases that another trainer computed; knows the layout, not what the names in it mean. */
import { z } from "zod";
import { readFailure } from "../../base/disk-failure.ts";
import { DataError } from "../../base/errors.ts";
import type { FileSystem } from "../../base/file-system.ts";
import { type Matrix, makeMatrix } from "../../base/matrix.ts";

/** Rows of equal length. */
const matrix = z.array(z.array(z.number()).min(1)).min(1).transform(toMatrix);

function toMatrix(rows: readonly (readonly number[])[], context: z.RefinementCtx): Matrix {
  const columns = rows[0]?.length ?? 0;
  const ragged = rows.findIndex((row) => row.length !== columns);
  if (ragged >= 0) {
    const message = `rows must be of equal length: row 0 has ${columns}, row ${ragged} has ${rows[ragged]?.length}`;
    context.addIssue({ code: "custom", message });
  }
  // A ragged matrix is refused all the same: what is returned for it is never used.
  return ragged >= 0
    ? makeMatrix(0, 0)
    : makeMatrix(rows.length, columns, Float64Array.from(rows.flat()));
}

const lossCase = z.looseObject({
  loss_mode: z.string(),
  config: z.record(z.string(), z.number().nullable()).default({}),
  loss_agg_mode: z.string(),
  /** `row-major` if a random choice was replaced by the first candidates. */
  selection: z.string().nullish(),
  old_log_prob: matrix,
  log_prob: matrix,
  advantages: matrix,
  response_mask: matrix,
  expected: z.looseObject({
    loss: z.number(),
    grad_log_prob: matrix,
    token_covariance: matrix.nullish(),
  }),
});

/** One policy loss: its inputs and what the other trainer made of them. */
export type LossCase = z.infer<typeof lossCase>;

const advantageCase = z.looseObject({
  estimator: z.string(),
  token_level_rewards: matrix,
  response_mask: matrix,
  group: z.array(z.union([z.number(), z.string()])),
  values: matrix.nullish(),
  reward_baselines: z.array(z.number()).nullish(),
  gamma: z.number().nullish(),
  lam: z.number().nullish(),
  norm_adv_by_std_in_grpo: z.boolean().nullish(),
  expected: z.looseObject({ advantages: matrix, returns: matrix.nullish() }),
});

/** One estimate of advantages: its inputs and what the other trainer made of them. */
export type AdvantageCase = z.infer<typeof advantageCase>;

const caseFile = z.looseObject({
  source: z.string().optional(),
  losses: z.array(z.unknown()).default([]),
  advantages: z.array(z.unknown()).default([]),
});

/** A file of cases. */
export interface CaseFile {
  /** What computed them, in words. */
  readonly source: string | undefined;
  readonly losses: readonly LossCase[];
  readonly advantages: readonly AdvantageCase[];
}

/** How messages name a case, such as `losses[3] (clip_cov)`. */
export function caseName(list: "losses" | "advantages", index: number, name: unknown): string {
  return typeof name === "string" ? `${list}[${index}] (${name})` : `${list}[${index}]`;
}

function problemsOf(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
    .join("; ");
}

function parseCase<T>(schema: z.ZodType<T>, given: unknown, called: string): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new DataError("bad-case", `${called} must be a case: ${problemsOf(parsed.error)}`, {
    fix: "Write it as the cases of test/golden/verl-golden.json are written.",
  });
}

/** Every matrix of a case has the shape of its mask. */
function checkShapes(called: string, mask: Matrix, others: Record<string, Matrix>): void {
  for (const [key, { rows, columns }] of Object.entries(others)) {
    if (rows === mask.rows && columns === mask.columns) continue;
    throw new DataError(
      "case-shape",
      `${called}: ${key} must have the shape of response_mask, [${mask.rows}, ${mask.columns}], got [${rows}, ${columns}]`,
    );
  }
}

const present = (key: string, one: Matrix | null | undefined): Record<string, Matrix> =>
  one === null || one === undefined ? {} : { [key]: one };

function parseLoss(given: unknown, index: number): LossCase {
  const { data } = z.looseObject({ loss_mode: z.string() }).safeParse(given);
  const called = caseName("losses", index, data?.loss_mode);
  const one = parseCase(lossCase, given, called);
  const { old_log_prob, log_prob, advantages, expected } = one;
  checkShapes(called, one.response_mask, {
    old_log_prob,
    log_prob,
    advantages,
    "expected.grad_log_prob": expected.grad_log_prob,
    ...present("expected.token_covariance", expected.token_covariance),
  });
  return one;
}

function parseAdvantage(given: unknown, index: number): AdvantageCase {
  const { data } = z.looseObject({ estimator: z.string() }).safeParse(given);
  const called = caseName("advantages", index, data?.estimator);
  const one = parseCase(advantageCase, given, called);
  checkShapes(called, one.response_mask, {
    token_level_rewards: one.token_level_rewards,
    ...present("values", one.values),
    "expected.advantages": one.expected.advantages,
    ...present("expected.returns", one.expected.returns),
  });
  for (const [key, list] of [
    ["group", one.group],
    ["reward_baselines", one.reward_baselines],
  ] as const) {
    if (list === null || list === undefined || list.length === one.response_mask.rows) continue;
    throw new DataError(
      "case-shape",
      `${called}: ${key} must have one entry for each of the ${one.response_mask.rows} rows, got ${list.length}`,
    );
  }
  return one;
}

/**
 * Checks a document of cases.
 *
 * @throws {@link DataError} naming the case and what is wrong with it.
 */
export function parseCases(document: unknown): CaseFile {
  const { source, losses, advantages } = parseCase(caseFile, document, "the document");
  if (losses.length + advantages.length === 0) {
    throw new DataError(
      "no-cases",
      "the document must hold cases, got no losses and no advantages",
      {
        fix: "List them under `losses` and `advantages`.",
      },
    );
  }
  return {
    source,
    losses: losses.map(parseLoss),
    advantages: advantages.map(parseAdvantage),
  };
}

/**
 * Reads a file of cases.
 *
 * @throws {@link DataError} if it cannot be read, is no JSON, or holds something else.
 */
export function readCases(fs: FileSystem, path: string): CaseFile {
  let text: string;
  try {
    text = fs.readFile(path).toString("utf8");
  } catch (error) {
    throw readFailure(path, error);
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new DataError("not-json", `"${path}" must be a JSON document, got ${String(cause)}`, {
      cause,
    });
  }
  return parseCases(document);
}
