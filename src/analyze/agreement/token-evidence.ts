/** Everything that agreement takes from an open token table, in as few passes as the request allows; compares nothing. */
import { type TokenCell, tokenCells } from "../../log/token-cells.ts";
import type { TokenFiles } from "../../log/token-files.ts";
import type { PointKind } from "../../log/token-points.ts";
import type { SplitKind, TokenPortrait } from "./agreement-finding.ts";
import type { EstimatorName } from "./estimators.ts";
import type { PointIndex } from "./point-index.ts";
import { tokenPortraits } from "./token-portraits.ts";
import { type TokenPredictions, tokenPredictions } from "./token-predictions.ts";
import { type TrainingTail, trainingTail } from "./training-tail.ts";

/** What the tokens tell. */
export interface TokenEvidence {
  readonly predictions: TokenPredictions;
  /** Cells of the points; empty if no split needs them. */
  readonly cells: readonly TokenCell[];
  readonly tail: TrainingTail["tails"];
  readonly portraits: readonly TokenPortrait[];
}

/** What is asked of the tokens. */
export interface TokenRequest {
  readonly of: PointKind;
  /** Estimators from tokens whose columns are there; none where points have no tokens. */
  readonly names: readonly EstimatorName[];
  readonly by: readonly SplitKind[];
}

/** Gathers the evidence. Tail and portraits are of steps whatever a point is. */
export async function tokenEvidence(
  tokens: TokenFiles,
  points: PointIndex,
  { of, names, by }: TokenRequest,
): Promise<TokenEvidence> {
  const [predictions, { tails, topThreshold }] = await Promise.all([
    tokenPredictions(tokens, points, { of, names, byAccuracy: by.includes("accuracy") }),
    trainingTail(tokens),
  ]);
  const stepCells = await tokenCells(tokens, "step", topThreshold);
  const needsCells = by.some((kind) => kind !== "accuracy");
  const cells = needsCells && of === "update" ? await tokenCells(tokens, "update") : stepCells;
  return {
    predictions,
    cells: needsCells ? cells : [],
    tail: tails,
    portraits: tokenPortraits(stepCells),
  };
}
