/** Each rewrite: what it takes away, what it must leave, and that results stay. */
import { beforeAll, describe, expect, test } from "vitest";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { compile } from "../../../../src/engine/compile.ts";
import {
  filled,
  type Graph,
  type InputValue,
  integers,
  makeNode,
  type Value,
} from "../../../../src/engine/ir/graph.ts";
import { printGraph } from "../../../../src/engine/ir/print-graph.ts";
import type { Pass } from "../../../../src/engine/ir/rewrite.ts";
import { foldIdentities } from "../../../../src/engine/pass/fold-identities.ts";
import { foldMatrixOperands } from "../../../../src/engine/pass/fold-matrix-operands.ts";
import { fuseBias } from "../../../../src/engine/pass/fuse-bias.ts";
import { removeDeadCode } from "../../../../src/engine/pass/remove-dead-code.ts";
import { separateOutputs } from "../../../../src/engine/pass/separate-outputs.ts";
import { shareCommon } from "../../../../src/engine/pass/share-common.ts";
import { sinkBroadcasts } from "../../../../src/engine/pass/sink-broadcasts.ts";
import { sumRowsByProduct } from "../../../../src/engine/pass/sum-rows-by-product.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { normal } from "../op/run-both.ts";

type Code = (x: {
  readonly a: tf.Tensor;
  readonly b: tf.Tensor;
  readonly row: tf.Tensor;
  readonly n: tf.Tensor;
}) => Record<string, tf.Tensor>;

const shapes = { a: [12, 3], b: [12, 3], row: [3], n: [2, 3, 4] } as const;
const specs = {
  a: { shape: [12, 3] },
  b: { shape: [12, 3] },
  row: { shape: [3] },
  n: { shape: [2, 3, 4] },
};
const feeds = {
  a: normal("a", ...shapes.a).data,
  b: normal("b", ...shapes.b).data,
  row: normal("row", ...shapes.row).data,
  n: normal("n", ...shapes.n).data,
};
/** Numbers that show what a rewrite forgets. */
const extremes = {
  ...feeds,
  a: feeds.a.map((x, k) => [Number.NaN, Infinity, -Infinity, 0, -0, x][k % 6]!),
};

beforeAll(async () => {
  await useEngine("graph", { threads: 1 });
});

interface Outcome {
  readonly operators: readonly string[];
  readonly text: string;
}

/** The operators left by the passes; results equal those without, also for NaN and infinities. */
async function after(code: Code, ...passes: Pass[]): Promise<Outcome> {
  const plain = await compile(code, specs, { passes: [removeDeadCode] });
  const rewritten = await compile(code, specs, { passes: [...passes, removeDeadCode] });
  for (const given of [feeds, extremes]) {
    const expected = await plain(given);
    const got = await rewritten(given);
    for (const [name, values] of Object.entries(expected))
      for (const [k, value] of values.entries())
        if (Number.isFinite(value))
          expect(
            Math.abs(got[name]![k]! - value) / (1 + Math.abs(value)),
            `${name}[${k}]`,
          ).toBeLessThan(1e-5);
        else expect(got[name]![k], `${name}[${k}]`).toBe(value);
  }
  const text = rewritten.print();
  await plain.dispose();
  await rewritten.dispose();
  return {
    text,
    operators: [...text.matchAll(/ = (?:com\.microsoft\.)?(\w+)\(/g)].map(([, op]) => op!),
  };
}

describe("fold identities", () => {
  const one = (x: tf.Tensor): tf.Tensor => tf.onesLike(x);
  test.each<[string, Code]>([
    ["x · 1", ({ a }) => ({ y: tf.mul(a, one(a)) })],
    ["1 · x", ({ a }) => ({ y: tf.mul(1, a) })],
    ["x + 0", ({ a }) => ({ y: tf.add(a, 0) })],
    ["x − 0", ({ a }) => ({ y: tf.sub(a, 0) })],
    ["x / 1", ({ a }) => ({ y: tf.div(a, 1) })],
    ["x ¹", ({ a }) => ({ y: tf.pow(a, 1) })],
    ["−(−x)", ({ a }) => ({ y: tf.neg(tf.neg(a)) })],
    ["a reshape and back", ({ a }) => ({ y: tf.reshape(tf.reshape(a, [36]), [12, 3]) })],
    ["a transpose and back", ({ a }) => ({ y: tf.transpose(tf.transpose(a)) })],
  ])("%s is x", async (_, code) => {
    expect((await after(code, foldIdentities, foldIdentities)).operators).toEqual([]);
  });

  test("x² is a product, x + (−y) a difference, x − (−y) a sum, two reshapes one, two transposes one", async () => {
    const { operators } = await after(
      ({ a, b, n }) => ({
        p: tf.pow(a, 2),
        d: tf.add(a, tf.neg(b)),
        s: tf.sub(a, tf.neg(b)),
        r: tf.reshape(tf.reshape(a, [36]), [6, 6]),
        t: tf.transpose(tf.transpose(n, [1, 0, 2]), [2, 1, 0]),
      }),
      foldIdentities,
    );
    expect(operators).toEqual(["Mul", "Sub", "Add", "Reshape", "Transpose"]);
  });

  test("−x + y is a difference too, and a reshape of a reshape back to the start is nothing", async () => {
    const { operators } = await after(
      ({ a, b }) => ({
        d: tf.add(tf.neg(a), b),
        r: tf.reshape(tf.exp(tf.reshape(tf.reshape(a, [36]), [12, 3])), [36]),
      }),
      foldIdentities,
    );
    expect(operators).toEqual(["Sub", "Exp", "Reshape"]);
  });

  test("a constant that is not neutral, or that makes the result larger, stays", async () => {
    const { operators } = await after(
      ({ a, row }) => ({
        p: tf.mul(a, 2),
        q: tf.add(a, 1),
        s: tf.sub(0, a),
        r: tf.mul(row, tf.ones([12, 3])),
        z: tf.mul(a, 0),
      }),
      foldIdentities,
    );
    expect(operators).toEqual(["Mul", "Add", "Sub", "Mul", "Mul"]);
  });
});

describe("sink broadcasts", () => {
  test("the gradient of a mean multiplies by one number, not by a tensor of ones", async () => {
    const code: Code = ({ a, b }) => ({ g: tf.grad((x: tf.Tensor) => tf.mean(tf.mul(x, b)))(a) });
    const { text } = await after(code, foldIdentities, sinkBroadcasts, foldIdentities);
    expect(text).not.toMatch(/Expand|0\.02\d*:float32\[12,3\]/);
    expect(text.match(/ = /g)).toHaveLength(1); // b · 1/36
  });

  test("an operation on repeated operands alone is done before they are repeated", async () => {
    const wide = (row: tf.Tensor): tf.Tensor => tf.broadcastTo(tf.reshape(row, [1, 3]), [12, 3]);
    const { text } = await after(
      ({ row }) => ({ y: tf.exp(tf.add(wide(row), tf.fill([12, 3], 2))) }),
      sinkBroadcasts,
    );
    expect(text).toMatch(/Exp\(.*\) : float32\[1,3\]/);
    expect(text).toMatch(/Expand\(.*\) : float32\[12,3\]/);
  });

  test.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ["sum over the repeated axis", (x) => tf.sum(x, 0)],
    ["sum over both axes", (x) => tf.sum(x)],
    ["sum over its own axis, kept", (x) => tf.sum(x, 1, true)],
    ["mean", (x) => tf.mean(x, 0)],
    ["maximum", (x) => tf.max(x, 0)],
    ["minimum over both", (x) => tf.min(x)],
  ])("%s of a repeated row needs no repeated row", async (_, reduce) => {
    const code: Code = ({ row }) => ({
      y: tf.mul(reduce(tf.broadcastTo(tf.reshape(row, [1, 3]), [12, 3])), 2),
    });
    expect((await after(code, sinkBroadcasts)).text).not.toMatch(/Expand\(.*float32\[12,3\]/);
  });

  test("a tile that repeats parts in order is no broadcast and stays", async () => {
    expect(
      (await after(({ a }) => ({ y: tf.exp(tf.tile(a, [2, 1])) }), sinkBroadcasts)).operators,
    ).toEqual(["Tile", "Exp"]);
  });

  test("a filled constant becomes one element only where the result keeps its shape", async () => {
    const { text } = await after(
      ({ a, row }) => ({ y: tf.mul(a, tf.fill([12, 3], 3)), z: tf.mul(row, tf.fill([1, 3], 3)) }),
      sinkBroadcasts,
    );
    expect(text).toMatch(/Mul\(a, 3:float32\[\]\) : float32\[12,3\]/);
    expect(text).toMatch(/Mul\(row, 3:float32\[1,1\]\) : float32\[1,3\]/);
    expect(text).not.toMatch(/Expand|Reshape/);
  });

  test("a reduction whose axes count from the back or are not written at all is understood or left", () => {
    const x: InputValue = { kind: "input", name: "x", shape: [1, 3], dtype: "float32" };
    const wide = makeNode({
      op: "Expand",
      inputs: [x, integers([4, 3])],
      outputs: [{ shape: [4, 3], dtype: "float32" }],
      source: "test",
    });
    const sum = (axes: Value[], shape: number[]): ReturnType<typeof makeNode> =>
      makeNode({
        op: "ReduceSum",
        inputs: [wide.outputs[0]!, ...axes],
        outputs: [{ shape, dtype: "float32" }],
        attributes: { keepdims: 0 },
        source: "test",
      });
    const [back, all] = [sum([integers([-2])], [3]), sum([], [])];
    const outputs = [back, all].map(({ outputs: [value] }, k) => ({
      name: `y${k}`,
      value: value!,
    }));
    const graph: Graph = { inputs: [x], nodes: [wide, back, all], outputs, updates: [] };
    const text = printGraph(removeDeadCode(sinkBroadcasts(graph)));
    expect(text).toMatch(/Mul\(x, 4:float32\[\]\) : float32\[1,3\]/);
    expect(text).toMatch(/ReduceSum\(%\d+, keepdims=0\) : float32\[\] /);
  });
});

describe("fold matrix operands", () => {
  test("transposes and factors go into the product", async () => {
    const code: Code = ({ a, b }) => ({
      y: tf.mul(
        tf.matMul(tf.transpose(tf.mul(a, 3)) as tf.Tensor2D, tf.mul(b, 5) as tf.Tensor2D),
        0.5,
      ),
    });
    const { text, operators } = await after(code, foldMatrixOperands);
    expect(operators).toEqual(["FusedMatMul"]);
    expect(text).toMatch(/transA=1, transB=0, alpha=7.5/);
  });

  test("a transpose of a product's flag turns it off", async () => {
    const code: Code = ({ a, b }) => ({
      y: tf.matMul(
        tf.transpose(a) as tf.Tensor2D,
        tf.transpose(b) as tf.Tensor2D,
        true,
        false,
      ) as tf.Tensor,
    });
    expect((await after(code, foldMatrixOperands)).text).toMatch(/transA=0, transB=1/);
  });

  test("a product that others read keeps its scale, and a transpose of other axes stays", async () => {
    const code: Code = ({ a, b, n }) => {
      const product = tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, false);
      const turned = tf.transpose(n, [1, 0, 2]);
      return {
        y: tf.mul(product, 2),
        z: tf.exp(product),
        w: tf.matMul(turned, turned, false, true),
      };
    };
    expect((await after(code, foldMatrixOperands)).operators.toSorted()).toEqual([
      "Exp",
      "FusedMatMul",
      "FusedMatMul",
      "Mul",
      "Transpose",
    ]);
  });

  test("the transpose of a product is a product of transposes", async () => {
    const code: Code = ({ a, b }) => ({
      y: tf.transpose(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, false)),
    });
    const { operators, text } = await after(code, foldMatrixOperands);
    expect(operators).toEqual(["FusedMatMul"]);
    expect(text).toMatch(/FusedMatMul\(b, a, transA=1, transB=0/);
  });

  test.each([0, Infinity, 1e30, -1e-30])(
    "a factor of %d stays: a product in another order could lose it, or a NaN",
    async (factor) => {
      const code: Code = ({ a, b }) => ({
        y: tf.mul(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, false), factor),
        z: tf.matMul(tf.mul(a, factor) as tf.Tensor2D, b as tf.Tensor2D, true, false),
      });
      expect(
        (await after(code, foldMatrixOperands)).operators.filter((op) => op === "Mul"),
      ).toHaveLength(2);
    },
  );

  test("factors and transposes go into products with batch axes, flags of which stay", async () => {
    const code: Code = ({ n }) => ({
      y: tf.matMul(tf.mul(n, 2), tf.transpose(n, [0, 2, 1])),
      z: tf.mul(tf.matMul(n, n, false, true), 0.5),
    });
    const { operators, text } = await after(code, foldMatrixOperands);
    expect(operators).toEqual(["FusedMatMul", "FusedMatMul"]);
    expect(text).toMatch(/FusedMatMul\(n, n, transA=0, transB=1, alpha=2\) : float32\[2,3,3\]/);
  });
});

describe("fuse bias", () => {
  test("a product plus a row is one Gemm, on either side and with its flags", async () => {
    const code: Code = ({ a, b, row }) => ({
      y: tf.add(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, false), row),
      z: tf.add(row, tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, false)),
    });
    const { operators, text } = await after(code, fuseBias);
    expect(operators).toEqual(["Gemm", "Gemm"]);
    expect(text).toMatch(/transA=1/);
  });

  test("a column, and a product that others read, stay", async () => {
    const code: Code = ({ a, b, row }) => {
      const product = tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, false);
      return {
        y: tf.add(product, row),
        z: tf.exp(product),
        w: tf.add(
          tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, false),
          tf.reshape(row, [3, 1]),
        ),
      };
    };
    expect((await after(code, fuseBias)).operators).not.toContain("Gemm");
  });

  test("a product that is one column stays apart from the row that widens it", async () => {
    const code: Code = ({ a, row }) => ({
      y: tf.add(tf.matMul(a as tf.Tensor2D, tf.reshape(row, [3, 1]) as tf.Tensor2D), row),
    });
    expect((await after(code, fuseBias)).operators).not.toContain("Gemm");
  });

  test("the ReLU of a biased product joins it, unless the sum itself is read", async () => {
    const code: Code = ({ a, b, row }) => {
      const sum = (): tf.Tensor =>
        tf.add(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, false), row);
      const other = tf.sub(sum(), 1);
      return { y: tf.relu(sum()), z: tf.relu(other), w: tf.relu(tf.tanh(sum())) };
    };
    const { operators } = await after(code, fuseBias);
    expect(operators.toSorted()).toEqual([
      "FusedGemm",
      "Gemm",
      "Gemm",
      "Relu",
      "Relu",
      "Sub",
      "Tanh",
    ]);
    const both: Code = ({ a, b, row }) => {
      const sum = tf.add(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, false), row);
      return { y: tf.relu(sum), z: tf.exp(sum) };
    };
    expect((await after(both, fuseBias)).operators).toEqual(["Gemm", "Relu", "Exp"]);
  });

  test("a full matrix, and a product with batch axes, stay apart from what is added", async () => {
    const code: Code = ({ a, b, n }) => ({
      y: tf.add(
        tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, false),
        tf.slice(a, [0, 0], [3, 3]),
      ),
      z: tf.add(tf.matMul(n, n, false, true), tf.slice(a, [0, 0], [1, 3])),
    });
    expect((await after(code, fuseBias)).operators).not.toContain("Gemm");
  });
});

describe("sum rows by product", () => {
  test("sums over leading axes are products with ones, whatever axes are left", async () => {
    const { text, operators } = await after(
      ({ a }) => ({ y: tf.sum(tf.reshape(a, [3, 3, 2, 2]), [0, 1]) }),
      sumRowsByProduct,
    );
    expect(operators).not.toContain("ReduceSum");
    expect(text).toMatch(/MatMul\(1:float32\[1,9\], %\d+\) : float32\[1,4\]/);
  });

  test("sums over all axes but the last are products with ones", async () => {
    const { operators } = await after(
      ({ a, n }) => ({
        y: tf.sum(a, 0),
        z: tf.sum(tf.reshape(tf.concat([n, n]), [4, 3, 4]), [0, 1]),
        k: tf.sum(a, 0, true),
      }),
      sumRowsByProduct,
    );
    expect(operators).not.toContain("ReduceSum");
  });

  test("sums over the last axis, a middle axis and all axes, of few rows and of integers stay", async () => {
    const code: Code = ({ a, b, n }) => ({
      y: tf.sum(a, 1),
      m: tf.sum(n, 1),
      all: tf.sum(a),
      f: tf.sum(tf.slice(a, [0, 0], [2, 3]), 0),
      i: tf.sum(tf.cast(tf.greater(b, 0), "int32"), 0),
    });
    expect(
      (await after(code, sumRowsByProduct)).operators.filter((op) => op === "ReduceSum"),
    ).toHaveLength(5);
  });
});

describe("share common", () => {
  test("what is computed twice alike is computed once, whatever the order of a sum", async () => {
    const { operators } = await after(
      ({ a, b }) => ({ y: tf.exp(tf.add(a, b)), z: tf.neg(tf.exp(tf.add(b, a))) }),
      shareCommon,
    );
    expect(operators.toSorted()).toEqual(["Add", "Exp", "Neg"]);
  });

  test("differences, attributes and constants that differ stay apart, 0 and −0 too", async () => {
    const { operators } = await after(
      ({ a, b }) => ({
        d: tf.sub(a, b),
        e: tf.sub(b, a),
        s: tf.sum(a, 1, true),
        t: tf.sum(a, 1, false),
        p: tf.div(a, tf.scalar(0)),
        q: tf.div(a, tf.scalar(-0)),
      }),
      shareCommon,
    );
    expect(operators.toSorted()).toEqual(["Div", "Div", "ReduceSum", "ReduceSum", "Sub", "Sub"]);
  });

  test("attributes that JSON would confuse, and random numbers, stay apart", () => {
    const x: InputValue = { kind: "input", name: "x", shape: [2], dtype: "float32" };
    const node = (
      op: string,
      alpha: number | { readonly float: number },
    ): ReturnType<typeof makeNode> =>
      makeNode({ op, inputs: [x], outputs: [x], attributes: { alpha }, source: "test" });
    const nodes = [
      ...[Number.NaN, Infinity, 1].map((float) => node("LeakyRelu", { float })),
      node("LeakyRelu", 1),
      node("RandomNormalLike", 1),
      node("RandomNormalLike", 1),
    ];
    const outputs = nodes.map(({ outputs: [value] }, k) => ({ name: `y${k}`, value: value! }));
    const shared = shareCommon({ inputs: [x], nodes, outputs, updates: [] });
    expect(new Set(shared.outputs.map(({ value }) => value)).size).toBe(6);
  });
});

describe("the shape of graphs", () => {
  const x: InputValue = { kind: "input", name: "x", shape: [2], dtype: "float32" };
  const node = (op: string, ...inputs: Value[]): ReturnType<typeof makeNode> =>
    makeNode({ op, inputs, outputs: [x], source: "test" });

  test("nodes that nobody reads go", () => {
    const [used, unused] = [node("Exp", x), node("Log", x)];
    const graph: Graph = {
      inputs: [x],
      nodes: [unused, used],
      outputs: [{ name: "y", value: used.outputs[0]! }],
      updates: [],
    };
    expect(removeDeadCode(graph).nodes).toEqual([used]);
  });

  test("outputs that share a value, are inputs or constants, get memory of their own", () => {
    const exp = node("Exp", x);
    const value = exp.outputs[0]!;
    const one = filled(1, [2], "float32");
    const outputs = [value, value, x, one].map((v, k) => ({ name: `y${k}`, value: v }));
    const separate = separateOutputs({ inputs: [x], nodes: [exp], outputs, updates: [] });
    expect(new Set(separate.outputs.map((output) => output.value)).size).toBe(4);
    expect(separate.nodes.map(({ op }) => op)).toEqual(["Exp", "Identity", "Identity", "Identity"]);
  });

  test("a graph prints as one node a line with types and sources", () => {
    const state = { kind: "state", name: "w", shape: [2], dtype: "float32" } as const;
    const sum = makeNode({ op: "Add", inputs: [x, state], outputs: [x], source: "add" });
    const top = makeNode({
      op: "TopK",
      inputs: [sum.outputs[0]!, integers([1])],
      outputs: [
        { shape: [1], dtype: "float32" },
        { shape: [1], dtype: "int64" },
      ],
      attributes: { sorted: 1, alpha: { float: 0.5 } },
      source: "topk",
    });
    const graph: Graph = {
      inputs: [x],
      nodes: [sum, top],
      outputs: [{ name: "y", value: top.outputs[0]! }],
      updates: [{ state, value: sum.outputs[0]! }],
    };
    expect(printGraph(graph)).toBe(
      [
        "graph (x:float32[2])",
        "  %0 = Add(x, $w) : float32[2]  # add",
        "  %1, %2 = TopK(%0, 1:int64[1], sorted=1, alpha=0.5) : float32[1], int64[1]  # topk",
        "  $w <- %0",
        "  return y=%1",
        "",
      ].join("\n"),
    );
  });
});
