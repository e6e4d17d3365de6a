/** The one way passes change a graph: a walk that offers each node for replacement; knows no rule. */
import { type Graph, makeNode, type Node, type NodeParts, type Value } from "./graph.ts";

/** What a rule may use besides the node. */
export interface Walk {
  /** Appends a node to the graph being built and returns its first result. */
  readonly emit: (parts: NodeParts) => Value;
  /** How many nodes, outputs and variables read a value, as the graph was before the walk. */
  readonly readers: (value: Value) => number;
}

/**
 * Decides about one node, whose inputs are already those of the new graph.
 *
 * @returns one value for each output of the node, emitted or taken from elsewhere; `undefined` keeps the node.
 */
export type Rule = (node: Node, walk: Walk) => readonly Value[] | undefined;

/** A graph to a graph that computes the same. */
export type Pass = (graph: Graph) => Graph;

/** Gives a value the readers of another one, which it stands for. */
function addReaders(counts: Map<Value, number>, output: Value, value: Value): void {
  counts.set(value, (counts.get(value) ?? 0) + (counts.get(output) ?? 0));
}

function countReaders(graph: Graph, replaced: ReadonlyMap<Value, Value>): Map<Value, number> {
  const counts = new Map<Value, number>();
  const read = (value: Value | undefined): void => {
    if (value?.kind === "result") counts.set(value, (counts.get(value) ?? 0) + 1);
  };
  for (const node of graph.nodes) node.inputs.forEach(read);
  for (const { value } of graph.outputs) read(value);
  for (const { value } of graph.updates) read(value);
  for (const [output, value] of replaced) addReaders(counts, output, value);
  return counts;
}

/**
 * Rebuilds a graph in order, replacing the nodes for which the rule has something else. Nodes left without a reader
 * stay until `removeDeadCode`.
 */
export function rewrite(graph: Graph, rule: Rule): Graph {
  const nodes: Node[] = [];
  const replaced = new Map<Value, Value>();
  let counts: Map<Value, number> | undefined;
  const current = (value: Value): Value => replaced.get(value) ?? value;
  const walk: Walk = {
    emit: (parts) => {
      const node = makeNode(parts);
      nodes.push(node);
      const [first] = node.outputs;
      if (first === undefined) throw new Error(`internal: ${parts.op} was emitted without outputs`);
      return first;
    },
    readers: (value) => {
      counts ??= countReaders(graph, replaced);
      return counts.get(value) ?? 0;
    },
  };
  /** From here on, outputs are known as other values, which have their readers too. */
  const replaceAll = (outputs: readonly Value[], values: readonly Value[]): void => {
    for (let k = 0; k < outputs.length; k++) {
      const [output, value] = [outputs[k], values[k]];
      if (output === undefined || value === undefined || output === value) continue;
      replaced.set(output, value);
      if (counts !== undefined) addReaders(counts, output, value);
    }
  };
  const isStale = (input: Value | undefined): boolean => input !== undefined && replaced.has(input);
  for (const old of graph.nodes) {
    const stale = old.inputs.some(isStale);
    const inputs = stale ? old.inputs.map((input) => input && current(input)) : old.inputs;
    const node = stale ? makeNode({ ...old, inputs }) : old;
    if (stale) replaceAll(old.outputs, node.outputs);
    const values = rule(node, walk);
    if (values === undefined) nodes.push(node);
    else replaceAll(old.outputs, values);
  }
  return {
    inputs: graph.inputs,
    nodes,
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: current(value) })),
    updates: graph.updates.map(({ state, value }) => ({ state, value: current(value) })),
  };
}
