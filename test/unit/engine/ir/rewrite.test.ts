/** The walk that passes share: what it replaces, in which order, and how it counts readers. */
import { describe, expect, test } from "vitest";
import {
  type Graph,
  type InputValue,
  makeNode,
  type Node,
  type Value,
} from "../../../../src/engine/ir/graph.ts";
import { printGraph } from "../../../../src/engine/ir/print-graph.ts";
import { rewrite } from "../../../../src/engine/ir/rewrite.ts";

const x: InputValue = { kind: "input", name: "x", shape: [2], dtype: "float32" };
const node = (op: string, ...inputs: Value[]): Node =>
  makeNode({ op, inputs, outputs: [x], source: "test" });
const graphOf = (nodes: Node[], ...outputs: Value[]): Graph => ({
  inputs: [x],
  nodes,
  outputs: outputs.map((value, k) => ({ name: `y${k}`, value })),
  updates: [],
});
const operators = (graph: Graph): string[] => graph.nodes.map(({ op }) => op);

describe("a rewrite", () => {
  test("that replaces nothing returns the same nodes", () => {
    const [a, b] = [node("Exp", x), node("Log", x)];
    const graph = graphOf([a, b], a.outputs[0]!);
    expect(rewrite(graph, () => undefined).nodes).toEqual(graph.nodes);
    expect(rewrite(graph, () => undefined).nodes[0]).toBe(a);
  });

  test("passes replacements on to readers, outputs and variables, through chains of them", () => {
    const one = node("Identity", x);
    const two = node("Identity", one.outputs[0]!);
    const exp = node("Exp", two.outputs[0]!);
    const state = { kind: "state", name: "w", shape: [2], dtype: "float32" } as const;
    const graph: Graph = {
      ...graphOf([one, two, exp], two.outputs[0]!, exp.outputs[0]!),
      updates: [{ state, value: two.outputs[0]! }],
    };
    const result = rewrite(graph, ({ op, inputs: [value] }) =>
      op === "Identity" && value ? [value] : undefined,
    );
    expect(printGraph(result)).toBe(
      [
        "graph (x:float32[2])",
        "  %0 = Exp(x) : float32[2]  # test",
        "  $w <- x",
        "  return y0=x, y1=%0",
        "",
      ].join("\n"),
    );
  });

  test("puts emitted nodes before the readers of what they replace", () => {
    const exp = node("Exp", x);
    const log = node("Log", exp.outputs[0]!);
    const result = rewrite(graphOf([exp, log], log.outputs[0]!), ({ op }, { emit }) =>
      op === "Exp"
        ? [
            emit({
              op: "Neg",
              inputs: [emit({ op: "Abs", inputs: [x], outputs: [x], source: "" })],
              outputs: [x],
              source: "",
            }),
          ]
        : undefined,
    );
    expect(operators(result)).toEqual(["Abs", "Neg", "Log"]);
  });

  test.each([false, true])(
    "counts readers of a value and of those it stands for (asked before the replacement: %s)",
    (early) => {
      const [a, b] = [node("Exp", x), node("Exp", x)];
      const readers = [a, b, b].map((one) => node("Log", one.outputs[0]!));
      const graph = graphOf([a, b, ...readers], a.outputs[0]!);
      let seen = 0;
      rewrite(graph, (one, walk) => {
        if (early) walk.readers(x);
        if (one === b) return [a.outputs[0]!];
        if (one.op === "Log") seen = walk.readers(one.inputs[0]!);
        return undefined;
      });
      expect(seen).toBe(4); // three Logs and the output
    },
  );
});
