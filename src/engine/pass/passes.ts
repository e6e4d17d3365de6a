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

/** What `compile` applies unless told otherwise. */
export const standardPasses: readonly Pass[] = [
  removeDeadCode, // so that readers are counted among what will run
  foldIdentities,
  sinkBroadcasts, // leaves x · 1 on small shapes
  foldIdentities,
  shareCommon, // before products absorb operands, which hides what is common
  removeDeadCode,
  foldMatrixOperands,
  removeDeadCode,
  fuseBias,
  sumRowsByProduct, // last: the row of ones is a filled constant that must stay full
  removeDeadCode,
];

/** Applies passes one after another. */
export function applyPasses(graph: Graph, passes: readonly Pass[]): Graph {
  return passes.reduce((current, pass) => pass(current), graph);
}
