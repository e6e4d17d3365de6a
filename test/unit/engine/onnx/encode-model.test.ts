/** The bytes of a model say what the graph says: read back by a reader of the wire format, and by ONNX's own checker. */
import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import {
  filled,
  type Graph,
  type InputValue,
  makeNode,
  type Value,
} from "../../../../src/engine/ir/graph.ts";
import { encodeModel } from "../../../../src/engine/onnx/encode-model.ts";
import { applyPasses, standardPasses } from "../../../../src/engine/pass/passes.ts";
import { separateOutputs } from "../../../../src/engine/pass/separate-outputs.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { traceProgram } from "../../../../src/engine/trace/trace-program.ts";

/** A decoded message: field number to values in order; nested messages stay bytes. */
type Message = Map<number, (bigint | Uint8Array | number)[]>;

/** Reads one message of the Protocol Buffers wire format. */
function decode(bytes: Uint8Array): Message {
  const message: Message = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [field, kind] = [tag >> 3, tag & 7];
    const list = message.get(field) ?? [];
    message.set(field, list);
    if (kind === 0) list.push(BigInt.asIntN(64, varint()));
    else if (kind === 5) {
      list.push(new DataView(bytes.buffer, bytes.byteOffset + at, 4).getFloat32(0, true));
      at += 4;
    } else {
      const length = Number(varint());
      list.push(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return message;
}
const messages = (message: Message, field: number): Message[] =>
  (message.get(field) ?? []).map((one) => decode(one as Uint8Array));
const text = (message: Message, field: number): string[] =>
  (message.get(field) ?? []).map((one) => new TextDecoder().decode(one as Uint8Array));
const bodyOf = (bytes: Uint8Array): Message => messages(decode(bytes), 7)[0]!;

const x: InputValue = { kind: "input", name: "x", shape: [2, 3], dtype: "float32" };

describe("encoded models", () => {
  test("hold operator, operands, attributes of each kind, types and shapes", () => {
    const node = makeNode({
      op: "Some",
      domain: "com.microsoft",
      inputs: [x, undefined, filled(-0, [], "float32"), filled(0, [], "float32")],
      outputs: [{ shape: [2, 3], dtype: "int32" }],
      attributes: { whole: -7, real: { float: 0.5 }, words: "abc", list: [3, -1] },
      source: "test",
    });
    const graph: Graph = {
      inputs: [x],
      nodes: [node],
      outputs: [{ name: "y", value: node.outputs[0]! }],
      updates: [],
    };
    const { bytes, feeds, outputs } = encodeModel(graph);
    const model = decode(bytes);
    expect(model.get(1)).toEqual([9n]); // IR version
    const [encoded] = messages(bodyOf(bytes), 1);
    const [feed, omitted, minusZero, zero] = text(encoded!, 1);
    expect([feed, omitted]).toEqual([feeds.get(x), ""]);
    expect(minusZero).not.toBe(zero);
    expect(text(encoded!, 2)).toEqual(outputs);
    expect([text(encoded!, 4), text(encoded!, 7)]).toEqual([["Some"], ["com.microsoft"]]);
    const attributes: Readonly<Record<string, Message>> = Object.fromEntries(
      messages(encoded!, 5).map((one) => [text(one, 1)[0], one]),
    );
    expect(attributes["whole"]!.get(3)).toEqual([-7n]);
    expect(attributes["real"]!.get(2)).toEqual([0.5]);
    expect(text(attributes["words"]!, 4)).toEqual(["abc"]);
    expect(attributes["list"]!.get(8)).toEqual([3n, -1n]);
    expect(Object.values(attributes).map((one) => one.get(20)![0])).toEqual([2n, 1n, 3n, 7n]); // INT, FLOAT, STRING, INTS
    const [output] = messages(bodyOf(bytes), 12);
    const tensor = messages(messages(output!, 2)[0]!, 1)[0]!;
    expect(tensor.get(1)).toEqual([6n]); // int32
    expect(messages(messages(tensor, 2)[0]!, 1).map((one) => one.get(1)![0])).toEqual([2n, 3n]);
  });

  test("write constants in full, once each", () => {
    const data = Float32Array.from({ length: 20 }, (_, k) => k);
    const constant = (): Graph["outputs"][number]["value"] => ({
      kind: "constant",
      data,
      shape: [20],
      dtype: "float32",
    });
    const nodes = [
      constant(),
      constant(),
      filled(7, [20], "float32"),
      filled(7, [20], "float32"),
    ].map((value) => makeNode({ op: "Exp", inputs: [value], outputs: [value], source: "test" }));
    const graph: Graph = {
      inputs: [],
      nodes,
      outputs: nodes.map((node, k) => ({ name: `y${k}`, value: node.outputs[0]! })),
      updates: [],
    };
    const constants = messages(bodyOf(encodeModel(graph).bytes), 5);
    expect(constants).toHaveLength(2);
    const elements = constants.map((one) => {
      const raw = one.get(9)![0] as Uint8Array;
      return [...new Float32Array(raw.slice().buffer)];
    });
    expect(elements).toEqual([[...data], Array.from({ length: 20 }, () => 7)]);
  });

  test("compare short constants by content and long ones by memory alone", () => {
    const constant = (length: number): Value => ({
      kind: "constant",
      data: Float32Array.from({ length }, (_, k) => k),
      shape: [length],
      dtype: "float32",
    });
    for (const [length, expected] of [
      [16, 1],
      [17, 2],
    ] as const) {
      const nodes = [constant(length), constant(length)].map((value) =>
        makeNode({ op: "Exp", inputs: [value], outputs: [value], source: "test" }),
      );
      const outputs = nodes.map((node, k) => ({ name: `y${k}`, value: node.outputs[0]! }));
      const { bytes } = encodeModel({ inputs: [], nodes, outputs, updates: [] });
      expect(messages(bodyOf(bytes), 5)).toHaveLength(expected);
    }
  });
});

describe("a whole update", () => {
  test("is written node by node: operator, operands in place, attributes, types of what enters and leaves", async () => {
    await useEngine("graph", { threads: 1 });
    const graph = separateOutputs(applyPasses(tracedUpdate(), standardPasses));
    const { bytes, feeds, outputs, updates } = encodeModel(graph);
    const body = bodyOf(bytes);
    const nodes = messages(body, 1);
    expect(nodes.map((one) => text(one, 4)[0])).toEqual(graph.nodes.map(({ op }) => op));
    const nameOf = new Map<Value, string>(feeds);
    for (const [k, { inputs, outputs: results, domain, attributes }] of graph.nodes.entries()) {
      const [read, written] = [text(nodes[k]!, 1), text(nodes[k]!, 2)];
      expect(written).toHaveLength(results.length);
      for (const [at, result] of results.entries()) nameOf.set(result, written[at]!);
      expect(text(nodes[k]!, 7)).toEqual(domain === "" ? [] : [domain]);
      expect(messages(nodes[k]!, 5).map((one) => text(one, 1)[0])).toEqual(Object.keys(attributes));
      for (const [at, input] of inputs.entries()) {
        if (input === undefined) expect(read[at]).toBe("");
        else if (input.kind === "constant")
          expect(elementsOf(body, read[at]!)).toEqual(inFull(input));
        else expect(read[at]).toBe(nameOf.get(input));
      }
    }
    expect(new Set(nodes.flatMap((one) => text(one, 2))).size).toBe(
      graph.nodes.flatMap((one) => one.outputs).length,
    );
    const leaving = [...graph.outputs, ...graph.updates].map(({ value }) => nameOf.get(value));
    expect([...outputs, ...updates]).toEqual(leaving);
    expect(messages(body, 12).map((one) => text(one, 1)[0])).toEqual(leaving);
    expect(messages(body, 11).map((one) => text(one, 1)[0])).toEqual([...feeds.values()]);
    const typeOf = (one: Message): unknown => messages(messages(one, 2)[0]!, 1)[0]!.get(1)![0];
    const types: Readonly<Record<string, bigint>> = { float32: 1n, int32: 6n, int64: 7n, bool: 9n }; // onnx.proto
    const left = [...graph.outputs, ...graph.updates].map(({ value }) => types[value.dtype]);
    expect(messages(body, 12).map(typeOf)).toEqual(left);
    expect(left).toEqual(expect.arrayContaining([1n, 6n, 9n]));
    expect(messages(body, 11).map(typeOf)).toEqual(
      [...feeds.keys()].map(({ dtype }) => types[dtype]),
    );
  });

  test("is refused before anything is written if its constants are larger than the format allows", () => {
    const huge = filled(1, [40_000, 20_000], "float32");
    const node = makeNode({ op: "Exp", inputs: [huge], outputs: [huge], source: "test" });
    const value = node.outputs[0]!;
    const graph: Graph = {
      inputs: [],
      nodes: [node],
      outputs: [{ name: "y", value }],
      updates: [],
    };
    expect(() => encodeModel(graph)).toThrow(
      /2147483647 bytes together, got 3200000000; .*\[40000, 20000\]/,
    );
  });
});

/** Elements of a constant of the model, as the type says. */
function elementsOf(body: Message, name: string): (number | bigint)[] {
  const tensor = messages(body, 5).find((one) => text(one, 8)[0] === name)!;
  const { buffer } = (tensor.get(9)![0] as Uint8Array).slice();
  const views: Readonly<Record<string, Iterable<number | bigint>>> = {
    1: new Float32Array(buffer.slice(0, 4 * Math.floor(buffer.byteLength / 4))),
    6: new Int32Array(buffer.slice(0, 4 * Math.floor(buffer.byteLength / 4))),
    7: new BigInt64Array(buffer.slice(0, 8 * Math.floor(buffer.byteLength / 8))),
    9: new Uint8Array(buffer),
  };
  const dims = (tensor.get(1) ?? []).map(Number);
  const elements = [...views[String(tensor.get(2)![0])]!];
  expect(elements).toHaveLength(dims.reduce((n, length) => n * length, 1));
  return elements;
}

/** Elements of a constant of the graph, a repeated one as often as its shape says. */
function inFull({ data, shape }: Value & { kind: "constant" }): (number | bigint)[] {
  const elements = [...(data as Iterable<number | bigint>)];
  const size = shape.reduce((n, length) => n * length, 1);
  return elements.length === size ? elements : Array.from({ length: size }, () => elements[0]!);
}

/** A step of gradient descent on a small network, with reductions, selection and integers. */
function tracedUpdate(): Graph {
  const w = tf.variable(
    tf.tensor2d([
      [1, 2, 3],
      [4, 5, 6],
    ]),
  );
  const bias = tf.variable(tf.tensor1d([1, 2, 3]));
  const { graph } = traceProgram(
    ({ a, ids }) => {
      const loss = (): tf.Scalar => {
        const hidden = tf.relu(
          tf.add(tf.matMul(a as tf.Tensor2D, w as tf.Tensor as tf.Tensor2D), bias),
        );
        const attention = tf.softmax(
          tf.mul(tf.matMul(hidden as tf.Tensor2D, hidden as tf.Tensor2D, false, true), 0.5),
        );
        return tf.mean(
          tf.square(tf.matMul(attention as tf.Tensor2D, hidden as tf.Tensor2D)),
        ) as tf.Scalar;
      };
      const { value, grads } = tf.variableGrads(loss, [w, bias]);
      for (const variable of [w, bias])
        variable.assign(tf.sub(variable, grads[variable.name]!) as never);
      return {
        value,
        best: tf.argMax(a, 1),
        positive: tf.greater(a, 0),
        top: tf.topk(a, 1).values,
        rows: tf.gather(a, ids as tf.Tensor1D),
        hot: tf.oneHot(ids as tf.Tensor1D, 3),
        chosen: tf.where(tf.greater(a, 0), a, tf.zerosLike(a)),
        long: tf.add(
          a,
          tf.tensor2d(
            Array.from({ length: 4 * 2 }, (_, k) => k),
            [4, 2],
          ),
        ),
      };
    },
    { a: { shape: [4, 2] }, ids: { shape: [3], dtype: "int32" } },
  );
  tf.dispose([w, bias]);
  return graph;
}

const python = process.env["ENTLAW_PYTHON"] ?? "python3";
const hasOnnx = spawnSync(python, ["-c", "import onnx"]).status === 0;

describe.skipIf(!hasOnnx)(
  `ONNX's checker (${hasOnnx ? python : "needs ENTLAW_PYTHON with the package onnx"})`,
  () => {
    beforeAll(async () => {
      await useEngine("graph", { threads: 1 });
    });

    /** Checks a model read from stdin: structure, and types and shapes that ONNX infers against the declared ones. */
    const CHECK = `
import sys, onnx
model = onnx.load_model_from_string(sys.stdin.buffer.read())
onnx.checker.check_model(model, full_check=True)
print(len(model.graph.node), len(model.graph.initializer))
`;

    test("accepts an update with gradients, with and without passes", () => {
      const graph = tracedUpdate();
      for (const passes of [[], standardPasses]) {
        const rewritten = applyPasses(graph, passes);
        const { bytes } = encodeModel(separateOutputs(rewritten));
        const { status, stdout, stderr } = spawnSync(python, ["-c", CHECK], {
          input: bytes,
          encoding: "utf8",
        });
        expect(stderr).toBe("");
        expect(status).toBe(0);
        expect(Number(stdout.split(" ")[0])).toBeGreaterThanOrEqual(rewritten.nodes.length);
      }
    });

    test("refuses a wrong shape: the check is not an empty one", () => {
      const wrong = makeNode({
        op: "Exp",
        inputs: [x],
        outputs: [{ shape: [3, 3], dtype: "float32" }],
        source: "test",
      });
      const value = wrong.outputs[0]!;
      const graph: Graph = {
        inputs: [x],
        nodes: [wrong],
        outputs: [{ name: "y", value }],
        updates: [],
      };
      const { status, stderr } = spawnSync(python, ["-c", CHECK], {
        input: encodeModel(graph).bytes,
        encoding: "utf8",
      });
      expect(status).not.toBe(0);
      expect(stderr).toMatch(/ShapeInferenceError|InferenceError/);
    });
  },
);
