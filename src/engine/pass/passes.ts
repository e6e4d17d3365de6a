/** The passes in the order in which they run. */
import type { Graph } from "../ir/graph.ts";
import type { Pass } from "../ir/rewrite.ts";
import { foldIdentities } from "./fold-identities.ts";
import { foldMatrixOperands } from "./fold-matrix-operands.ts";
import { fuseBias } from "./fuse-bias.ts";
import { removeDeadCode } from "./remove-dead-code.ts";
import { shareCommon } from "./share-common.ts";
import { sinkBroadcasts } from "./sink-broadcasts.ts";
import { sumRowsByProduct } from "./sum-rows-by-product.ts";

/** What `compile` applies unless told otherwise. Any order is right; this one finds the most. */
export const standardPasses: readonly Pass[] = [
  removeDeadCode, // so that readers are counted among what will run
  foldIdentities, // first, so that no other pass has to see through x · 1 or a reshape of a reshape
  sinkBroadcasts, // leaves x · 1 where a tensor of ones was
  foldIdentities,
  shareCommon, // before products absorb their operands, which hides what they have in common
  removeDeadCode,
  foldMatrixOperands, // before fuseBias, since Gemm takes transposes and factors over from FusedMatMul
  removeDeadCode, // transposes that products took in are no readers any more
  fuseBias,
  sumRowsByProduct, // last: sinkBroadcasts would take the row of ones for a broadcast
  removeDeadCode,
];

/** Applies passes one after another. */
export function applyPasses(graph: Graph, passes: readonly Pass[]): Graph {
  return passes.reduce((current, pass) => pass(current), graph);
}
