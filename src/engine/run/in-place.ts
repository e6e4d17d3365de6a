/** Proves which variables a program may write into their own memory; the others get a second buffer. */
import { type Graph, type Node, sameShape, type StateValue, type Value } from "../ir/graph.ts";

/** Operators that read place i of an operand before they write place i of the result, and nothing of it later. */
const OVERWRITING: ReadonlySet<string> = new Set([
  "Add",
  "Sub",
  "Mul",
  "Div",
  "Identity",
  "Sqrt",
  "Where",
]);

/** Operators that update one operand: output index to input index. They copy it only if the memory differs. */
const UPDATING: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  GroupQueryAttention: { 1: 3, 2: 4 }, // present keys and values over past ones
  ScatterND: { 0: 0 },
  ScatterElements: { 0: 0 },
};

/** Whether the node may have this operand and this result in the same memory. */
function mayOverlap(node: Node, input: number, output: Value & { kind: "result" }): boolean {
  if (UPDATING[node.op]?.[output.index] === input) return true;
  const operand = node.inputs[input];
  return (
    OVERWRITING.has(node.op) && operand !== undefined && sameShape(operand.shape, output.shape)
  );
}

/**
 * Operators whose result ONNX Runtime may leave in the memory of their first operand: who reads the result later reads
 * the operand's memory.
 */
const ALIASING: ReadonlySet<string> = new Set([
  "Reshape",
  "Identity",
  "Squeeze",
  "Unsqueeze",
  "Flatten",
]);

/** The nodes that read the memory of each state, directly or through a result that may lie there. */
interface Readers {
  readonly of: ReadonlyMap<StateValue, readonly Node[]>;
  /** The state in whose memory a value may lie. */
  memoryOf(value: Value | undefined): StateValue | undefined;
}

function readersOf(graph: Graph): Readers {
  const readers = new Map<StateValue, Node[]>();
  const aliases = new Map<Value, StateValue>();
  const memoryOf = (value: Value | undefined): StateValue | undefined =>
    value?.kind === "state" ? value : value && aliases.get(value);
  for (const node of graph.nodes) {
    for (const state of new Set(node.inputs.map(memoryOf))) {
      if (state === undefined) continue;
      const list = readers.get(state);
      if (list === undefined) readers.set(state, [node]);
      else list.push(node);
    }
    const [output] = node.outputs;
    const shared = ALIASING.has(node.op) ? memoryOf(node.inputs[0]) : undefined;
    if (shared !== undefined && output !== undefined) aliases.set(output, shared);
  }
  return { of: readers, memoryOf };
}

/** A set of small integers as bits, 32 a word. */
const WORD = 32;
const has = (bits: Uint32Array, k: number): boolean =>
  ((bits[Math.floor(k / WORD)] ?? 0) & (1 << (k % WORD))) !== 0;
const add = (bits: Uint32Array, k: number): void => {
  const word = Math.floor(k / WORD);
  bits[word] = (bits[word] ?? 0) | (1 << (k % WORD));
};

/**
 * Which of some nodes are sure to have ended when another one starts, because their results reach it: one walk over the
 * graph with a set of them for each node.
 */
function ancestry(graph: Graph, nodes: ReadonlySet<Node>): (one: Node, other: Node) => boolean {
  const numbers = new Map([...nodes].map((node, k) => [node, k]));
  const before = new Map<Node, Uint32Array>();
  for (const node of graph.nodes) {
    const bits = new Uint32Array(Math.ceil(nodes.size / WORD));
    before.set(node, bits);
    for (const source of new Set(node.inputs.map((input) => producer(input)))) {
      const known = source && before.get(source);
      if (source === undefined || known === undefined) continue;
      for (let word = 0; word < bits.length; word++)
        bits[word] = (bits[word] ?? 0) | (known[word] ?? 0);
      const number = numbers.get(source);
      if (number !== undefined) add(bits, number);
    }
  }
  return (one, other) => {
    const number = numbers.get(one);
    const bits = before.get(other);
    return number !== undefined && bits !== undefined && has(bits, number);
  };
}

const producer = (value: Value | undefined): Node | undefined =>
  value?.kind === "result" ? value.node : undefined;

/**
 * Finds the variables whose new value may be written over the old one.
 *
 * A variable qualifies if every node that reads its memory has ended before its writer starts, in any order that
 * respects data flow; the writer itself may read it only at the place it writes. Each new value must be a result of its
 * own (`separateOutputs`).
 */
export function writableInPlace(graph: Graph): Set<StateValue> {
  const readers = readersOf(graph);
  const asked = graph.updates.flatMap(({ state }) => readers.of.get(state) ?? []);
  const precedes = ancestry(graph, new Set(asked));
  const safe = new Set<StateValue>();
  for (const { state, value } of graph.updates) {
    if (value.kind !== "result") continue;
    const writer = value.node;
    const ended = (readers.of.get(state) ?? []).every(
      (reader) => reader === writer || precedes(reader, writer),
    );
    const overlaps = writer.inputs.every(
      (input, k) => readers.memoryOf(input) !== state || mayOverlap(writer, k, value),
    );
    if (ended && overlaps) safe.add(state);
  }
  return safe;
}
