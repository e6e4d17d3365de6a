/** Does a covariance over the tokens predict how the entropy changes, along one run? */
import { disk } from "../../base/file-system.ts";
import type { StepLog } from "../../log/step-log.ts";
import { type TokenFiles, withTokens } from "../../log/token-files.ts";
import type { PointKind } from "../../log/token-points.ts";
import { accuracySplit } from "./accuracy-split.ts";
import type {
  AgreementFinding,
  AgreementSplit,
  EstimatorAgreement,
  MissingPart,
  SplitKind,
} from "./agreement-finding.ts";
import { agreementVerdict } from "./agreement-verdict.ts";
import { type EstimatorSources, estimatorSources } from "./available-estimators.ts";
import { type AgreementBootstrap, bootstrapAgreement } from "./bootstrap-agreement.ts";
import { type SplitContext, clipSplit, quadrantSplit } from "./cell-splits.ts";
import {
  DEFAULT_ESTIMATORS,
  ESTIMATOR_NAMES,
  type EstimatorName,
  columnsOf,
} from "./estimators.ts";
import { type PointIndex, pointIndex } from "./point-index.ts";
import { type LogPoints, pointsOfLog } from "./points-of-log.ts";
import { type TokenEvidence, tokenEvidence } from "./token-evidence.ts";

/** What `entlaw agree` may ask of a log. */
export interface AgreementRequest {
  /** Default: {@link DEFAULT_ESTIMATORS}. */
  readonly estimators?: readonly EstimatorName[];
  /** Default: no split. */
  readonly by?: readonly SplitKind[];
  /** What a point is; default `step`. */
  readonly of?: PointKind;
  /** Resampled series behind the intervals; default 1000, 0 for none. */
  readonly replicates?: number;
  /** Seed of the bootstrap; default 0. */
  readonly seed?: number;
}

const REPLICATES = 1000;

/**
 * Holds the estimators of the entropy change against the measured change.
 *
 * A run directory with a `tokens` folder gives all estimators whose columns are there; any other log gives what its
 * step columns hold. What cannot be given is in `missing`.
 *
 * **Details** Of the token table one small row a point reaches this process, however many tokens there are. Beyond
 * 64 MB of files all cores are used, and the last digit of a sum may differ between two runs.
 *
 * @throws DataError if the token table or `updates.jsonl` cannot be read.
 */
export async function findAgreement(
  log: StepLog,
  request: AgreementRequest = {},
): Promise<AgreementFinding> {
  const { of = "step", by = [], replicates = REPLICATES, seed = 0 } = request;
  const points = pointsOfLog(log, of);
  const index = pointIndex(points.table, of);
  const gathered = await gather(points, index, { of, by, names: namesOf(request) });
  const bootstrap = { replicates, seed };
  const { estimators, empty } = agreements(points, gathered, bootstrap);
  const splits = splitsOf(gathered, by, { points: index, y: points.y, bootstrap });
  return {
    question: "agreement",
    run: log.source,
    of,
    source: gathered.evidence === undefined ? "columns" : "tokens",
    measuredAs: points.measuredAs,
    step: points.table.columns.get("step")!,
    update: of === "update" ? points.table.columns.get("update") : undefined,
    y: points.y,
    estimators,
    splits: splits.found,
    tail: gathered.evidence?.tail ?? [],
    portraits: gathered.evidence?.portraits ?? [],
    missing: [...points.missing, ...gathered.sources.missing, ...empty, ...splits.missing],
    verdict: agreementVerdict(estimators, points.y, of),
    warnings: [...log.warnings, ...points.warnings, ...temperatureDoubts(log, estimators)],
  };
}

const namesOf = ({ estimators = DEFAULT_ESTIMATORS }: AgreementRequest): EstimatorName[] =>
  ESTIMATOR_NAMES.filter((name) => estimators.includes(name));

interface Gathered {
  readonly sources: EstimatorSources;
  readonly evidence: TokenEvidence | undefined;
  /** Why the points have no tokens, as what would be needed. */
  readonly noTokens: string | undefined;
}

const NO_TABLE = "a `tokens` folder in the run directory";
const NO_UPDATE = "the column `update` of the token table";

async function gather(
  points: LogPoints,
  index: PointIndex,
  { of, by, names }: { of: PointKind; by: readonly SplitKind[]; names: readonly EstimatorName[] },
): Promise<Gathered> {
  if (points.tokensIn === undefined) {
    const sources = estimatorSources(names, points.table, undefined, NO_TABLE);
    return { sources, evidence: undefined, noTokens: NO_TABLE };
  }
  return withTokens(disk, points.tokensIn, async (tokens) => {
    const noTokens = of === "update" && !tokens.columns.has("update") ? NO_UPDATE : undefined;
    const columns = noTokens === undefined ? tokens.columns : undefined;
    const sources = estimatorSources(names, points.table, columns, noTokens ?? "");
    const evidence = await tokenEvidence(tokens, index, {
      of,
      names: sources.tokens,
      by:
        noTokens === undefined
          ? by.filter((kind) => kind !== "accuracy" || tellsGroups(tokens))
          : [],
    });
    return { sources, evidence, noTokens };
  });
}

const tellsGroups = ({ columns }: TokenFiles): boolean =>
  columns.has("group_id") && columns.has("sequence_id");

/** Estimators that have a value at some point, in the order of the table, and those that have none. */
function agreements(
  { table, y }: LogPoints,
  { sources, evidence }: Gathered,
  bootstrap: AgreementBootstrap,
): { readonly estimators: readonly EstimatorAgreement[]; readonly empty: readonly MissingPart[] } {
  const predicted = new Map(evidence?.predictions.whole.x);
  for (const { name, column, sign } of sources.columns) {
    predicted.set(
      name,
      table.columns.get(column)!.map((value) => sign * value),
    );
  }
  const names = ESTIMATOR_NAMES.filter((name) => predicted.has(name));
  const hasValue = (name: EstimatorName): boolean => predicted.get(name)!.some(Number.isFinite);
  return {
    estimators: names.filter(hasValue).map((estimator) => {
      const x = predicted.get(estimator)!;
      return { estimator, x, agreement: bootstrapAgreement(x, y, bootstrap) };
    }),
    empty: names
      .filter((name) => !hasValue(name))
      .map((what) => ({
        what,
        needs: `values in ${valuesNeeded(what)}, at points that were measured`,
      })),
  };
}

function valuesNeeded(name: EstimatorName): string {
  const columns = ["old_log_prob", "advantage", ...columnsOf(name)];
  return columns.map((column) => `\`${column}\``).join(", ");
}

function splitsOf(
  { evidence, noTokens }: Gathered,
  by: readonly SplitKind[],
  context: SplitContext,
): { readonly found: readonly AgreementSplit[]; readonly missing: readonly MissingPart[] } {
  const found: AgreementSplit[] = [];
  const missing: MissingPart[] = [];
  for (const kind of by) {
    const split = evidence && noTokens === undefined ? splitOf(kind, evidence, context) : undefined;
    if (split !== undefined) found.push(split);
    else missing.push({ what: `split by ${kind}`, needs: noTokens ?? SPLIT_NEEDS[kind] });
  }
  return { found, missing };
}

const SPLIT_NEEDS: { readonly [K in SplitKind]: string } = {
  accuracy: "the columns `group_id` and `sequence_id` of the token table",
  quadrant: "tokens",
  clip: "the column `clipped` of the token table",
};

function splitOf(
  kind: SplitKind,
  { predictions, cells }: TokenEvidence,
  context: SplitContext,
): AgreementSplit | undefined {
  switch (kind) {
    case "accuracy":
      if (predictions.classes.length === 0) return undefined;
      return accuracySplit(predictions, context.y, context.bootstrap);
    case "quadrant":
      return quadrantSplit(cells, context);
    case "clip":
      return clipSplit(cells, context);
  }
}

/** The discriminator takes H and p for those of one distribution. */
function temperatureDoubts(log: StepLog, estimators: readonly EstimatorAgreement[]): string[] {
  const temperature = log.entropy?.definition.temperature ?? 1;
  const concerned = estimators.some(({ estimator }) => estimator.startsWith("discriminator"));
  if (!concerned || temperature === 1 || temperature === "unknown") return [];
  return [
    `discriminator: entropy is at temperature ${temperature}, and must be at that of sampling, 1`,
  ];
}
