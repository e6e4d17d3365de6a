/** Gives every output and every new value of a variable a node of its own, so that each has memory of its own. */
import { type Graph, makeNode, type Node, type Value } from "../ir/graph.ts";

/** Inserts Identity where an output is an input, a constant, a variable, or the same value as another output. */
export function separateOutputs(graph: Graph): Graph {
  const copies: Node[] = [];
  const taken = new Set<Value>();
  const own = (value: Value): Value => {
    if (value.kind === "result" && !taken.has(value)) {
      taken.add(value);
      return value;
    }
    const copy = makeNode({ op: "Identity", inputs: [value], outputs: [value], source: "output" });
    copies.push(copy);
    return copy.outputs[0] ?? value;
  };
  const updates = graph.updates.map(({ state, value }) => ({ state, value: own(value) }));
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: own(value) }));
  return { inputs: graph.inputs, nodes: [...graph.nodes, ...copies], outputs, updates };
}
