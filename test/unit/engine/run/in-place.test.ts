/** A variable is written over its old value only where no reader can see the new one too early. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { compile } from "../../../../src/engine/compile.ts";
import {
  filled,
  type Graph,
  makeNode,
  type Node,
  type Shape,
  type StateValue,
  type Value,
} from "../../../../src/engine/ir/graph.ts";
import { writableInPlace } from "../../../../src/engine/run/in-place.ts";
import { tf } from "../../../../src/engine/tfjs.ts";

const state = (name: string, shape: Shape = [2, 2]): StateValue => ({
  kind: "state",
  name,
  shape,
  dtype: "float32",
});
const one = filled(1, [], "float32");

function node(op: string, inputs: Value[], shapes: Shape[] = [[2, 2]]): Node {
  return makeNode({
    op,
    inputs,
    outputs: shapes.map((shape) => ({ shape, dtype: "float32" as const })),
    source: "test",
  });
}
const graphOf = (nodes: Node[], updates: [StateValue, Value][], outputs: Value[] = []): Graph => ({
  inputs: [],
  nodes,
  updates: updates.map(([s, value]) => ({ state: s, value })),
  outputs: outputs.map((value, k) => ({ name: `y${k}`, value })),
});
const names = (graph: Graph): string[] => [...writableInPlace(graph)].map(({ name }) => name);

describe("a variable may be written in place", () => {
  test("if its writer reads it place by place and nobody else does", () => {
    const w = state("w");
    const add = node("Add", [w, one]);
    expect(names(graphOf([add], [[w, add.outputs[0]!]]))).toEqual(["w"]);
  });

  test("if its other readers come before the writer in the flow of data", () => {
    const w = state("w");
    const product = node("MatMul", [w, w]);
    const add = node("Sub", [w, product.outputs[0]!]);
    expect(names(graphOf([product, add], [[w, add.outputs[0]!]]))).toEqual(["w"]);
  });

  test("if the writer is any operator that does not read it", () => {
    const w = state("w");
    const exp = node("Exp", [w]);
    const product = node("MatMul", [exp.outputs[0]!, exp.outputs[0]!]);
    expect(names(graphOf([exp, product], [[w, product.outputs[0]!]]))).toEqual(["w"]);
  });

  test("if it is the cache of an attention that extends it", () => {
    const [keys, values] = [state("keys", [1, 1, 4, 2]), state("values", [1, 1, 4, 2])];
    const x = node("Exp", [state("x", [1, 1, 2])], [[1, 1, 2]]).outputs[0]!;
    const attend = node(
      "GroupQueryAttention",
      [x, x, x, keys, values, one, one],
      [[1, 1, 2], keys.shape, values.shape],
    );
    const [, k, v] = attend.outputs;
    expect(
      names(
        graphOf(
          [attend],
          [
            [keys, k!],
            [values, v!],
          ],
        ),
      ),
    ).toEqual(["keys", "values"]);
    expect(
      names(
        graphOf(
          [attend],
          [
            [keys, v!],
            [values, k!],
          ],
        ),
      ),
    ).toEqual([]);
  });
});

describe("a variable may not be written in place", () => {
  test("if a reader is not among the writer's ancestors, wherever it stands in the list", () => {
    const w = state("w");
    const [reader, writer] = [node("Exp", [w]), node("Add", [w, one])];
    for (const nodes of [
      [reader, writer],
      [writer, reader],
    ])
      expect(names(graphOf(nodes, [[w, writer.outputs[0]!]], [reader.outputs[0]!]))).toEqual([]);
  });

  test("if the writer reads it while broadcasting it, or as a matrix", () => {
    const row = state("row", [1, 2]);
    const w = state("w");
    const add = node("Add", [row, w], [[2, 2]]);
    expect(names(graphOf([add], [[row, add.outputs[0]!]]))).toEqual([]);
    const product = node("MatMul", [w, w]);
    expect(names(graphOf([product], [[w, product.outputs[0]!]]))).toEqual([]);
  });

  test("if another variable's writer reads it and is no ancestor: a swap", () => {
    const [a, b] = [state("a"), state("b")];
    const [toA, toB] = [node("Identity", [b]), node("Identity", [a])];
    expect(
      names(
        graphOf(
          [toA, toB],
          [
            [a, toA.outputs[0]!],
            [b, toB.outputs[0]!],
          ],
        ),
      ),
    ).toEqual([]);
  });

  test("if a result that may lie in its memory is read late, or by the writer in another order", () => {
    const w = state("w", [4, 1]);
    const flat = node("Reshape", [w, one], [[4]]);
    const writer = node(
      "Add",
      [w, node("ReduceSum", [flat.outputs[0]!], [[]]).outputs[0]!],
      [[4, 1]],
    );
    const sum = writer.inputs[1]!;
    const late = node("Mul", [flat.outputs[0]!, writer.outputs[0]!], [[4, 4]]);
    if (sum.kind !== "result") throw new Error("the sum is computed");
    const nodes = [flat, sum.node, writer];
    const update: [StateValue, Value] = [w, writer.outputs[0]!];
    expect(names(graphOf(nodes, [update]))).toEqual(["w"]);
    expect(names(graphOf([...nodes, late], [update], [late.outputs[0]!]))).toEqual([]);

    const identity = node("Identity", [flat.outputs[0]!], [[4]]);
    const gather = node("Gather", [identity.outputs[0]!, one], [[4, 1]]);
    expect(names(graphOf([flat, identity, gather], [[w, gather.outputs[0]!]]))).toEqual([]);
  });

  test("if it scatters into itself elements of its own", () => {
    const w = state("w", [4]);
    const [into, own] = [
      node("ScatterND", [w, one, one], [[4]]),
      node("ScatterND", [w, one, w], [[4]]),
    ];
    expect(names(graphOf([into], [[w, into.outputs[0]!]]))).toEqual(["w"]);
    expect(names(graphOf([own], [[w, own.outputs[0]!]]))).toEqual([]);
  });
});

test("each of a hundred readers counts", () => {
  const w = state("w");
  const readers = Array.from({ length: 100 }, () => node("Exp", [w]));
  const sumWithout = (left: Node | undefined): string[] => {
    const kept = readers.filter((reader) => reader !== left).map((reader) => reader.outputs[0]!);
    const sum = node("Sum", kept);
    return names(graphOf([...readers, sum], [[w, sum.outputs[0]!]]));
  };
  expect(sumWithout(undefined)).toEqual(["w"]);
  for (const reader of readers) expect(sumWithout(reader)).toEqual([]);
});

/** A random graph: node k reads two of the states and earlier results; some results become new values of states. */
const randomGraph = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom("Add", "MatMul", "Reshape"), fc.nat(), fc.nat()), {
      minLength: 1,
      maxLength: 60,
    }),
    fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
  )
  .map(([picks, writers]): Graph => {
    const states = Array.from({ length: 5 }, (_, k) => state(`w${k}`));
    const values: Value[] = [...states];
    const nodes = picks.map(([op, left, right]) => {
      const inputs = [left, right].map((k) => values[k % values.length]!);
      const made = node(op, op === "Reshape" ? [inputs[0]!, one] : inputs);
      values.push(made.outputs[0]!);
      return made;
    });
    const chosen = new Set(writers.map((k) => nodes[k % nodes.length]!));
    return graphOf(
      nodes,
      [...chosen].map((writer, k) => [states[k]!, writer.outputs[0]!]),
    );
  });

/** For each node, those whose results reach it. */
function ancestry(graph: Graph): Map<Node, Set<Node>> {
  const ancestors = new Map<Node, Set<Node>>();
  for (const one of graph.nodes) {
    const before = one.inputs.flatMap((value) =>
      value?.kind === "result" ? [value.node, ...ancestors.get(value.node)!] : [],
    );
    ancestors.set(one, new Set(before));
  }
  return ancestors;
}

/** The definition, node by node: nothing that can see the memory of a state runs beside its writer or after it. */
function isSafe(graph: Graph, written: StateValue, writer: Node): boolean {
  const sees = (value: Value | undefined): boolean =>
    value === written ||
    (value?.kind === "result" && value.node.op === "Reshape" && sees(value.node.inputs[0]));
  const before = ancestry(graph).get(writer)!;
  return graph.nodes.every((reader) => {
    if (!reader.inputs.some(sees)) return true;
    return reader === writer ? reader.op === "Add" : before.has(reader);
  });
}

test("the proof says of any graph what its definition says", () => {
  let safe = 0;
  fc.assert(
    fc.property(randomGraph, (graph) => {
      const expected = graph.updates.filter(
        ({ state: written, value }) =>
          value.kind === "result" && isSafe(graph, written, value.node),
      );
      safe += expected.length;
      expect(names(graph)).toEqual(expected.map(({ state: { name } }) => name));
    }),
    { seed: 3, numRuns: 300 },
  );
  expect(safe).toBeGreaterThan(100);
});

test.each([true, false])(
  "updates that build on each other, swap, or are read through a reshape end as in tfjs (zero-copy %s)",
  async (zeroCopy) => {
    const results: number[][] = [];
    for (const engine of ["reference", "graph"] as const) {
      await useEngine(engine, { threads: 1 });
      const [a, b, c, d] = [1, 10, 100, 1000].map((x) =>
        tf.variable(tf.tensor1d([x, x + 1, x + 2, x + 3])),
      );
      const program = await compile(
        () => {
          const square = tf.reshape(a!, [2, 2]);
          const [oldC, oldD] = [c!.clone(), d!.clone()];
          a!.assign(tf.add(b!, tf.sum(square)) as tf.Tensor1D);
          b!.assign(tf.mul(a!, 2) as tf.Tensor1D);
          c!.assign(oldD as tf.Tensor1D);
          d!.assign(oldC as tf.Tensor1D);
          return { late: tf.mul(square, tf.reshape(tf.sum(a!), [1, 1])) };
        },
        {},
        { zeroCopy, passes: [] },
      );
      const values: number[] = [];
      for (let call = 0; call < 5; call++) {
        const { late } = await program({});
        values.push(...late, ...[a, b, c, d].flatMap((variable) => [...variable!.dataSync()]));
      }
      results.push(values);
      await program.dispose();
      tf.disposeVariables();
    }
    expect(results[1]).toEqual(results[0]);
  },
);

/** One statement of a random program: variable `to` becomes an expression of two variables. */
interface Statement {
  readonly to: number;
  readonly left: number;
  readonly right: number;
  readonly op: "add" | "sub" | "matMul" | "transpose" | "copy" | "tanh";
}
const statement = fc.record<Statement>({
  to: fc.nat(3),
  left: fc.nat(3),
  right: fc.nat(3),
  op: fc.constantFrom("add", "sub", "matMul", "transpose", "copy", "tanh"),
});

const apply: Readonly<Record<Statement["op"], (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Tensor>> = {
  add: (a, b) => tf.mul(tf.add(a, b), 0.5),
  sub: (a, b) => tf.sub(a, b),
  matMul: (a, b) => tf.mul(tf.matMul(a, b), 0.25),
  transpose: (a) => tf.transpose(a),
  copy: (a) => a.clone(),
  tanh: (a, b) => tf.tanh(tf.add(a, b)),
};

/** The values of four variables after each of three calls. */
async function valuesOf(
  statements: readonly Statement[],
  engine: "graph" | "reference",
  zeroCopy: boolean,
): Promise<number[]> {
  await useEngine(engine, { threads: 1 });
  const variables = Array.from({ length: 4 }, (_, v) =>
    tf.variable(
      tf.tensor2d(
        Array.from({ length: 9 }, (__, k) => Math.sin(9 * v + k)),
        [3, 3],
      ),
    ),
  );
  const program = await compile(
    () => {
      const seen = tf.sum(tf.addN(variables));
      for (const { to, left, right, op } of statements)
        variables[to]!.assign(
          apply[op](
            variables[left] as unknown as tf.Tensor2D,
            variables[right] as unknown as tf.Tensor2D,
          ) as never,
        );
      return { seen };
    },
    {},
    { zeroCopy },
  );
  const values: number[] = [];
  for (let call = 0; call < 3; call++) {
    const { seen } = await program({});
    values.push(...seen, ...variables.flatMap((variable) => [...variable.dataSync()]));
  }
  await program.dispose();
  tf.disposeVariables();
  return values;
}

test("any program over four variables leaves them as tfjs does, call after call, on both ways out", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(statement, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      async (statements, zeroCopy) => {
        const expected = await valuesOf(statements, "reference", true);
        const got = await valuesOf(statements, "graph", zeroCopy);
        for (const [k, value] of expected.entries())
          expect(Math.abs(got[k]! - value) / (1 + Math.abs(value))).toBeLessThan(1e-5);
      },
    ),
    { seed: 5, numRuns: 150 },
  );
});
