/** What `compile` and its programs refuse, and with which words: what must hold, what was got, what to do. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compile } from "../../../src/engine/compile.ts";
import { EngineError } from "../../../src/base/errors.ts";
import { tf } from "../../../src/engine/tfjs.ts";
import "../../../src/engine/trace/register-kernels.ts";

describe.each(["graph", "cpu"])("on the backend %s", (backend) => {
  let before = "";
  beforeEach(async () => {
    before = tf.getBackend() || "cpu"; // a process that has used no backend has none
    await tf.setBackend(backend);
  });
  afterEach(() => tf.setBackend(before));

  /** A call with feeds that the types would not let through. */
  async function refusalOf(feeds: object): Promise<EngineError> {
    const program = await compile(
      ({ tokens, mask, scale, count }) => ({
        y: tf.mul(
          tf.mul(tf.cast(tokens, "float32"), tf.cast(mask, "float32")),
          tf.mul(scale, count),
        ),
      }),
      {
        tokens: { shape: [2, 3], dtype: "int32" },
        mask: { shape: [3], dtype: "bool" },
        scale: { shape: [] },
        count: { shape: [1], dtype: "int32" },
      },
      { name: "score" },
    );
    const good = { tokens: new Int32Array(6), mask: new Uint8Array(3), scale: 1, count: 2 };
    await program(good);
    const given = { ...good, ...feeds };
    const error: unknown = await program(given).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    await program(good);
    await program.dispose();
    if (!(error instanceof EngineError))
      throw new Error(`not refused, or otherwise: ${String(error)}`);
    return error;
  }

  const tokens = "score: input tokens must be int32 [2, 3], given as an Int32Array of 6 elements";
  const mask = "score: input mask must be bool [3], given as a Uint8Array of 3 elements";
  const scale =
    "score: input scale must be float32 [], given as a Float32Array of 1 element (or a number)";
  const count =
    "score: input count must be int32 [1], given as an Int32Array of 1 element (or a number)";

  test.each<[string, object, string, string, RegExp]>([
    [
      "one that is missing",
      { tokens: undefined },
      "missing-input",
      `${tokens}; it was not given`,
      /Pass \{ tokens: … \}/,
    ],
    [
      "one too short",
      { tokens: new Int32Array(5) },
      "shape-mismatch",
      `${tokens}; got Int32Array of length 5`,
      /compile one for each shape/,
    ],
    [
      "one too long",
      { tokens: new Int32Array(7) },
      "shape-mismatch",
      `${tokens}; got Int32Array of length 7`,
      /compile one for each shape/,
    ],
    [
      "floats for integers",
      { tokens: new Float32Array(6) },
      "dtype-mismatch",
      `${tokens}; got Float32Array of length 6`,
      /Int32Array\.from\(values\)/,
    ],
    [
      "64-bit floats",
      { scale: new Float64Array(1) },
      "dtype-mismatch",
      `${scale}; got Float64Array of length 1`,
      /Float32Array\.from\(values\)/,
    ],
    [
      "a plain list of numbers",
      { tokens: [1, 2, 3, 4, 5, 6] },
      "dtype-mismatch",
      `${tokens}; got Array of length 6`,
      /Int32Array\.from\(values\)/,
    ],
    [
      "a plain list of booleans",
      { mask: [true, false, true] },
      "dtype-mismatch",
      `${mask}; got Array of length 3`,
      /Uint8Array\.from\(values\)/,
    ],
    [
      "a number for many elements",
      { tokens: 3 },
      "dtype-mismatch",
      `${tokens}; got 3`,
      /new Int32Array\(6\)\.fill\(3\)/,
    ],
    [
      "a fraction for an integer",
      { count: 1.5 },
      "dtype-mismatch",
      `${count}; got 1.5`,
      /Round it/,
    ],
    ["a boolean", { scale: true }, "dtype-mismatch", `${scale}; got true`, /./],
    [
      "a tensor",
      { tokens: { dataSync: () => 0 } },
      "dtype-mismatch",
      `${tokens}; got a value of class Object`,
      /tensor\.data\(\)/,
    ],
    ["null", { tokens: null }, "dtype-mismatch", `${tokens}; got null`, /row-major/],
    ["text", { tokens: "abc" }, "dtype-mismatch", `${tokens}; got a string`, /row-major/],
    [
      "an unknown name",
      { tokns: new Int32Array(6) },
      "unknown-input",
      "score: inputs must be among tokens, mask, scale, count; got tokns",
      /Did you mean tokens\?/,
    ],
  ])("an input is refused: %s", async (...[, feeds, code, message, fix]) => {
    const error = await refusalOf(feeds);
    expect(error).toMatchObject({ code, message });
    expect(error.fix).toMatch(fix);
  });

  test.each<[string, { shape: number[]; dtype?: string }, string, string]>([
    [
      "-1 in the shape",
      { shape: [-1, 3] },
      "dynamic-shape",
      "score: the shape of input x must be whole numbers, got [-1, 3]",
    ],
    [
      "a fraction in the shape",
      { shape: [1.5] },
      "dynamic-shape",
      "score: the shape of input x must be whole numbers, got [1.5]",
    ],
    [
      "text",
      { shape: [1], dtype: "string" },
      "unsupported-dtype",
      "score: input x must be float32, int32 or bool, got string",
    ],
  ])("a declaration is refused: %s", async (_, x, code, message) => {
    const program = compile(({ x: y }) => ({ y }), { x } as never, { name: "score" });
    await expect(program).rejects.toMatchObject({ code, message });
  });

  test.each<[string, () => unknown, string, RegExp]>([
    ["nothing", () => undefined, "no-tensors", /must return an object of tensors, got undefined/],
    ["a tensor alone", () => tf.scalar(1), "no-tensors", /got one tensor without a name/],
    ["a list", () => [tf.scalar(1)], "no-tensors", /got a list/],
    ["a number", () => ({ loss: 1 }), "no-tensors", /got number under the name loss/],
    [
      "a disposed tensor",
      () => {
        const loss = tf.scalar(1).add(1);
        loss.dispose();
        return { loss };
      },
      "no-tensors",
      /got a disposed tensor under the name loss/,
    ],
    [
      "a promise",
      async () => ({ loss: tf.scalar(1) }),
      "async-function",
      /must return its tensors at once, got a promise/,
    ],
    [
      "a promise that fails later",
      async () => {
        await Promise.resolve();
        throw new Error("late");
      },
      "async-function",
      /got a promise/,
    ],
  ])("a function is refused that returns %s", async (_, fn, code, message) => {
    const failure = (async () => (await compile(fn as never, {}, { name: "score" }))({}))();
    await expect(failure).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      fix: expect.any(String),
    });
  });

  test("asking for a profile that was not asked for when compiling is refused", async () => {
    const program = await compile(() => ({ one: tf.scalar(1) }), {}, { name: "score" });
    await expect(program.profile()).rejects.toMatchObject({ code: "not-profiled" });
  });
});

describe("on the backend graph", () => {
  let before = "";
  beforeEach(async () => {
    before = tf.getBackend() || "cpu"; // a process that has used no backend has none
    await tf.setBackend("graph");
  });
  afterEach(() => tf.setBackend(before));

  test("a function that neither returns nor assigns anything is refused", async () => {
    await expect(compile(() => ({}), {}, { name: "idle" })).rejects.toMatchObject({
      code: "nothing-to-compute",
      message: expect.stringContaining("idle:"),
    });
  });

  test("a device that ONNX Runtime does not have is refused with its words", async () => {
    const program = compile(
      () => ({ one: tf.ones([2]) }),
      {},
      { device: "tpu" as never, name: "score" },
    );
    await expect(program).rejects.toMatchObject({
      code: expect.stringMatching(/session-refused/),
      message: expect.stringMatching(/^score: ONNX Runtime .* could not load a program on tpu/),
    });
  });
});
