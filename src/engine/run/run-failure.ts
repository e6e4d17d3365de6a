/** Says which tfjs operation a message of ONNX Runtime is about, and what a failed call leaves behind. */
import { EngineError } from "../../base/errors.ts";
import type { Graph, Node, StateValue } from "../ir/graph.ts";
import { messageOf } from "./session.ts";

/** The node that a message names, by the name `encodeModel` gave it: its operator and its place. */
function namedNode(message: string, { nodes }: Graph): Node | undefined {
  for (const [, op, place] of message.matchAll(/\b([A-Za-z]\w*)_(\d+)\b/g)) {
    const node = nodes[Number(place)];
    if (node?.op === op) return node;
  }
  return undefined;
}

const inWords = (node: Node | undefined): string =>
  node === undefined ? "" : `${node.op} (of the tfjs operation ${node.source}): `;

function dependsOn(node: Node, cause: Node): boolean {
  const seen = new Set<Node>();
  const open: Node[] = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const input of next.inputs) {
      if (input?.kind !== "result" || seen.has(input.node)) continue;
      if (input.node === cause) return true;
      seen.add(input.node);
      open.push(input.node);
    }
  return false;
}

/** Variables written in place that a failed call may have reached: all but those computed from the node that failed. */
function reached(
  graph: Graph,
  failed: Node | undefined,
  inPlace: ReadonlySet<StateValue>,
): string[] {
  return graph.updates
    .filter(({ state, value }) => {
      if (!inPlace.has(state) || value.kind !== "result") return false;
      return failed === undefined || !dependsOn(value.node, failed);
    })
    .map(({ state }) => state.name);
}

/** What a caller is told when a call fails inside ONNX Runtime. */
export function runFailure(
  program: string,
  graph: Graph,
  inPlace: ReadonlySet<StateValue>,
  cause: unknown,
): EngineError {
  const text = messageOf(cause);
  const node = namedNode(text, graph);
  const changed = reached(graph, node, inPlace);
  const kept = "the variables keep the values they had";
  const fix =
    changed.length === 0
      ? "Check the inputs: their elements do not fit the operation."
      : "Check the inputs, and assign the variables named here before going on.";
  return new EngineError(
    "run-failed",
    `${program}: ${inWords(node)}${text}; ${changed.length === 0 ? kept : `of the variables, ${changed.join(", ")} may have new or half-written values`}`,
    { cause, fix },
  );
}

/** What a caller is told when a program cannot be loaded. */
export function loadFailure(program: string, graph: Graph, error: EngineError): EngineError {
  const node = namedNode(error.message, graph);
  return new EngineError(error.code, `${program}: ${inWords(node)}${error.message}`, {
    cause: error.cause ?? error,
    ...(error.fix === undefined ? {} : { fix: error.fix }),
  });
}
