/** Drops nodes whose results nobody reads. */
import type { Graph, Node, Value } from "../ir/graph.ts";

/** Keeps the nodes on which an output or a variable's new value depends. */
export function removeDeadCode(graph: Graph): Graph {
  const live = new Set<Node>();
  const read = (value: Value | undefined): void => {
    if (value?.kind === "result") live.add(value.node);
  };
  for (const { value } of graph.outputs) read(value);
  for (const { value } of graph.updates) read(value);
  for (const node of graph.nodes.toReversed()) if (live.has(node)) node.inputs.forEach(read);
  return { ...graph, nodes: graph.nodes.filter((node) => live.has(node)) };
}
