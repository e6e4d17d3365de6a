/** A graph as text, one node a line, to be read by people; nothing parses it. */
import type { Attribute, Graph, Node, Value } from "./graph.ts";

/** Constants of at most this many elements are printed in full. */
const SHORT = 8;

const typeOf = ({ dtype, shape }: Value): string => `${dtype}[${shape.join(",")}]`;

const attributeText = (value: Attribute): string => {
  if (Array.isArray(value)) return `[${value.join(",")}]`;
  return typeof value === "object" && "float" in value ? String(value.float) : String(value);
};

function constantText(value: Value & { kind: "constant" }): string {
  const elements = [...value.data.subarray(0, SHORT)].map(String);
  if (value.data.length === 1) return `${elements[0]}:${typeOf(value)}`;
  const more = value.data.length > SHORT ? ",…" : "";
  return `(${elements.join(",")}${more}):${typeOf(value)}`;
}

/**
 * Prints a graph: `%3 = MatMul(tokens, $weight) : float32[8,32]  # matMul`. A `$` marks a variable, `<-` what it becomes.
 *
 * @example
 * ```
 * graph (x:float32[2,3])
 *   %0 = Mul(x, 2:float32[]) : float32[2,3]  # mul
 *   return y=%0
 * ```
 */
export function printGraph(graph: Graph): string {
  const names = new Map<Value, string>();
  const nameOf = (value: Value | undefined): string => {
    if (value === undefined) return "_";
    if (value.kind === "input") return value.name;
    if (value.kind === "state") return `$${value.name}`;
    if (value.kind === "constant") return constantText(value);
    return names.get(value) ?? "%undefined";
  };
  const line = (node: Node): string => {
    for (const output of node.outputs) names.set(output, `%${names.size}`);
    const attributes = Object.entries(node.attributes).map(
      ([name, value]) => `${name}=${attributeText(value)}`,
    );
    const operands = [...node.inputs.map(nameOf), ...attributes].join(", ");
    const results = node.outputs.map(nameOf).join(", ");
    const types = node.outputs.map(typeOf).join(", ");
    const domain = node.domain === "" ? "" : `${node.domain}.`;
    return `  ${results} = ${domain}${node.op}(${operands}) : ${types}  # ${node.source}`;
  };
  const inputs = graph.inputs.map((input) => `${input.name}:${typeOf(input)}`).join(", ");
  return [
    `graph (${inputs})`,
    ...graph.nodes.map(line),
    ...graph.updates.map(({ state, value }) => `  $${state.name} <- ${nameOf(value)}`),
    `  return ${graph.outputs.map(({ name, value }) => `${name}=${nameOf(value)}`).join(", ")}`,
    "",
  ].join("\n");
}
