/** Computes once what several nodes compute alike. */
import { ConstantKeys } from "../ir/constant-keys.ts";
import type { Graph, Node, Value } from "../ir/graph.ts";
import { COMMUTATIVE, RANDOM } from "../ir/operators.ts";
import { rewrite } from "../ir/rewrite.ts";

/** Gives out one number for each thing, the same when it comes again. */
class Numbers<T> {
  private readonly numbers = new Map<T, number>();

  of(thing: T): number {
    const known = this.numbers.get(thing);
    if (known !== undefined) return known;
    this.numbers.set(thing, this.numbers.size);
    return this.numbers.size - 1;
  }
}

/** Attributes as text that tells apart whatever differs. */
function attributesText(node: Node): string {
  let text = "";
  for (const name in node.attributes) {
    const value = node.attributes[name];
    if (typeof value === "number" || typeof value === "string") text += `${name}=${value};`;
    else if (value !== undefined && "float" in value) text += `${name}=float ${value.float};`;
    else text += `${name}=[${value?.join()}];`;
  }
  return text;
}

/** Common subexpressions: same operator, attributes and operands. */
export function shareCommon(graph: Graph): Graph {
  const values = new Numbers<Value | string>();
  const keys = new ConstantKeys();
  const constants = new Map<Value, number>();
  const numberOf = (value: Value | undefined): number => {
    if (value === undefined) return -1;
    if (value.kind !== "constant") return values.of(value);
    const known = constants.get(value);
    if (known !== undefined) return known;
    const number = values.of(keys.of(value));
    constants.set(value, number);
    return number;
  };
  const keyOf = (node: Node): string => {
    const operands = node.inputs.map(numberOf);
    if (COMMUTATIVE.has(node.op)) operands.sort((one, other) => one - other);
    return `${node.domain}.${node.op}(${operands.join()})${attributesText(node)}`;
  };
  const seen = new Map<string, readonly Value[]>();
  return rewrite(graph, (node) => {
    if (RANDOM.has(node.op)) return undefined;
    const key = keyOf(node);
    const known = seen.get(key);
    if (known === undefined) seen.set(key, node.outputs);
    return known;
  });
}
