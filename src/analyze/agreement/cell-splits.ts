/** The summands of `batch` by quadrant and by clipped side; reads no log. */
import { QUADRANTS, type TokenCell } from "../../log/token-cells.ts";
import type { AgreementSplit, SplitPart } from "./agreement-finding.ts";
import { type AgreementBootstrap, bootstrapAgreement } from "./bootstrap-agreement.ts";
import type { PointIndex } from "./point-index.ts";

const SIDES = ["clipped low", "not clipped", "clipped high"] as const;

/** Points, what was measured at them, and how to resample them. */
export interface SplitContext {
  readonly points: PointIndex;
  readonly y: Float64Array;
  readonly bootstrap: AgreementBootstrap;
}

/** By sign of the advantage and size of the log-probability. */
export function quadrantSplit(cells: readonly TokenCell[], context: SplitContext): AgreementSplit {
  return split(
    { by: "quadrant", names: QUADRANTS, partOf: ({ quadrant }) => quadrant },
    cells,
    context,
  );
}

/** By the bound at which the loss clipped the ratio; undefined where the table does not say. */
export function clipSplit(
  cells: readonly TokenCell[],
  context: SplitContext,
): AgreementSplit | undefined {
  if (cells.every(({ clipped }) => clipped === undefined)) return undefined;
  const side = ({ clipped = 0 }: TokenCell): string => SIDES[Math.sign(clipped) + 1]!;
  return split({ by: "clip", names: SIDES, partOf: side }, cells, context);
}

interface Classes {
  readonly by: AgreementSplit["by"];
  readonly names: readonly string[];
  readonly partOf: (cell: TokenCell) => string;
}

function split(
  { by, names, partOf }: Classes,
  cells: readonly TokenCell[],
  context: SplitContext,
): AgreementSplit {
  const total = sums(cells, context.points, ({ tokens }) => tokens);
  const parts = names.flatMap((name) => {
    const own = cells.filter((cell) => partOf(cell) === name);
    return own.length === 0 ? [] : [partFrom(name, own, total, context)];
  });
  return { by, parts };
}

function partFrom(
  part: string,
  cells: readonly TokenCell[],
  total: Float64Array,
  { points, y, bootstrap }: SplitContext,
): SplitPart {
  const tokens = sums(cells, points, (cell) => cell.tokens);
  const covariance = sums(cells, points, (cell) => cell.covariance);
  // Where a point has tokens, but none of the class, the class contributes nothing.
  const x = covariance.map((sum, i) => (total[i]! > 0 ? -sum / total[i]! : Number.NaN));
  return {
    part,
    share: tokens.map((count, i) => (total[i]! > 0 ? count / total[i]! : Number.NaN)),
    covariance: covariance.map((sum, i) => (tokens[i]! > 0 ? sum / tokens[i]! : Number.NaN)),
    predictions: [{ estimator: "batch", x, agreement: bootstrapAgreement(x, y, bootstrap) }],
  };
}

/** Sums over the cells of each point [n]. */
function sums(
  cells: readonly TokenCell[],
  points: PointIndex,
  of: (cell: TokenCell) => number,
): Float64Array {
  const found = new Float64Array(points.length);
  for (const cell of cells) {
    const point = points.at(cell.step, cell.update);
    if (point !== undefined) found[point]! += of(cell);
  }
  return found;
}
