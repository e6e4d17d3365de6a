/** What cannot be part of a program is refused while it is traced, in words that name the operation and a way out. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineError } from "../../../../src/base/errors.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { compile } from "../../../../src/engine/compile.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import type { NamedTensors } from "../../../../src/engine/trace/trace-program.ts";

beforeAll(async () => {
  await useEngine("graph", { threads: 1 });
});
afterAll(() => tf.disposeVariables());

const SPECS = { x: { shape: [2, 3] }, image: { shape: [1, 4, 4, 1] } };
type Inputs = Readonly<Record<keyof typeof SPECS, tf.Tensor>>;

/** The error of compiling a function. */
async function refusal(fn: (inputs: Inputs) => unknown): Promise<EngineError> {
  const error = await compile((inputs: Inputs) => ({ y: fn(inputs) as tf.Tensor }), SPECS).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
}

/** A program can still be compiled: nothing of the failed one is left. */
async function expectUnharmed(): Promise<void> {
  const twice = await compile(({ x }) => ({ y: tf.mul(x, 2) }), { x: { shape: [2] } });
  expect(await twice({ x: Float32Array.of(1, 2) })).toEqual({ y: Float32Array.of(2, 4) });
  await twice.dispose();
}

describe("a kernel without a rule is refused by its name, the operation's and the reason", () => {
  test.each([
    ["Conv2D", "conv2d", "images", ({ image }: Inputs) => tf.conv2d(image as tf.Tensor4D, tf.ones([2, 2, 1, 1]), 1, "same")], // prettier-ignore
    ["SearchSorted", "searchSorted", "nobody has needed it", ({ x }: Inputs) => tf.searchSorted(tf.tensor2d([[1, 2], [3, 4]]), x)], // prettier-ignore
    ["Unique", "unique", "shape of its result", ({ x }: Inputs) => tf.unique(x).values],
    ["Multinomial", "multinomial", "random", ({ x }: Inputs) => tf.multinomial(x as tf.Tensor2D, 2, 1)], // prettier-ignore
  ])("%s", async (kernel, operation, reason, fn) => {
    const { code, message, fix } = await refusal(fn);
    expect(code).toBe("no-lowering");
    expect(message).toContain(`${operation}: the tfjs kernel ${kernel} has no rule`);
    expect(message).toContain(reason);
    expect(fix).toMatch(/other tfjs operations/);
    await expectUnharmed();
  });

  test("but on constants it is computed while tracing", async () => {
    const program = await compile(
      ({ x }) => ({ y: tf.add(x, tf.unique(tf.tensor1d([3, 3, 5])).values) }),
      { x: { shape: [2] } },
    );
    expect(await program({ x: Float32Array.of(1, 1) })).toEqual({ y: Float32Array.of(4, 6) });
    await program.dispose();
  });
});

describe("elements of a traced tensor cannot be read", () => {
  test.each<[string, (x: tf.Tensor) => unknown]>([
    ["dataSync", (x) => x.dataSync()],
    ["arraySync", (x) => x.arraySync()],
    ["print", (x) => x.print()],
    ["bufferSync", (x) => x.bufferSync()],
  ])("%s", async (_, read) => {
    const { code, message, fix } = await refusal(({ x }) => (read(tf.exp(x)), x));
    expect(code).toBe("traced-read");
    expect(message).toContain("a tensor of shape [2, 3] has no value while its program is traced");
    expect(fix).toContain("as an output");
    await expectUnharmed();
  });

  test("nor those of a variable, which may change between calls", async () => {
    const weight = tf.variable(tf.ones([3]));
    const { code, message } = await refusal(({ x }) => tf.mul(x, weight.dataSync()[0]!));
    expect(code).toBe("traced-read");
    expect(message).toContain("a variable of shape [3]");
    expect([...weight.dataSync()]).toEqual([1, 1, 1]);
  });

  test("those of a constant can", async () => {
    const program = await compile(
      ({ x }) => ({ y: tf.mul(x, tf.tensor1d([5, 7]).dataSync()[1]!) }),
      { x: { shape: [1] } },
    );
    expect(await program({ x: 2 })).toEqual({ y: Float32Array.of(14) });
    await program.dispose();
  });
});

describe("random numbers cannot be drawn while a program is traced", () => {
  test.each<[string, () => tf.Tensor]>([
    ["randomNormal", () => tf.randomNormal([2, 3])],
    ["randomUniform", () => tf.randomUniform([2, 3])],
    ["truncatedNormal", () => tf.truncatedNormal([2, 3])],
    ["dropout", () => tf.dropout(tf.ones([2, 3]), 0.5)],
  ])("%s", async (_, draw) => {
    const { code, message, fix } = await refusal(({ x }) => tf.add(x, draw()));
    expect(code).toBe("traced-random");
    expect(message).toContain("the same at every call");
    expect(fix).toContain("as an input");
    await expectUnharmed();
  });
});

describe("tensors belong to one program", () => {
  test("one of an earlier program is refused in a later one", async () => {
    let kept: tf.Tensor | undefined;
    const first = await compile(
      ({ x }) => {
        kept = tf.keep(tf.exp(x));
        return { y: kept };
      },
      { x: { shape: [2, 3] } },
    );
    const { code, message } = await refusal(({ x }) => tf.add(x, kept!));
    expect(code).toBe("foreign-tensor");
    expect(message).toContain("another program");
    expect(() => tf.exp(kept!)).toThrow(/traced in another program/); // nor outside programs
    await first.dispose();
    await expectUnharmed();
  });

  test("a program cannot be compiled inside another", async () => {
    let inner: Promise<unknown> | undefined;
    const outer = await compile(
      ({ x }): NamedTensors => {
        inner = compile(({ y }) => ({ y }), { y: { shape: [1] } });
        inner.catch(() => undefined);
        return { x };
      },
      { x: { shape: [1] } },
    );
    await expect(inner).rejects.toMatchObject({ code: "nested-compile" });
    expect(await outer({ x: 3 })).toEqual({ x: Float32Array.of(3) });
    await outer.dispose();
  });

  test("a variable cannot start from what the program computes", async () => {
    const { code, message, fix } = await refusal(({ x }) => tf.variable(tf.exp(x)));
    expect(code).toBe("traced-variable");
    expect(message).toContain("must start from a constant");
    expect(fix).toContain("before compile");
    await expectUnharmed();
  });
});

describe("tensors that a program cannot hold are refused", () => {
  test("strings", async () => {
    const { code, message } = await refusal(() => tf.tensor1d(["a", "b"]));
    expect(code).toBe("unsupported-dtype");
    expect(message).toContain("must be float32, int32 or bool, got string");
  });

  test("complex numbers", async () => {
    const { code, message } = await refusal(({ x }) => tf.complex(x, x));
    expect(code).toBe("no-lowering");
    expect(message).toContain("complex numbers have no place in a program");
  });
});

describe("operands whose shapes do not fit are refused", () => {
  test("of an element-wise kernel, with both shapes", async () => {
    const { code, message } = await refusal(({ x }) =>
      tf.engine().runKernel("Add", { a: x, b: tf.ones([4]) }),
    );
    expect(code).toBe("shape-mismatch");
    expect(message).toContain("[2, 3] and [4]");
  });

  test("of a product, with both shapes", async () => {
    const { code, message } = await refusal(() =>
      tf
        .engine()
        .runKernel(
          "BatchMatMul",
          { a: tf.variable(tf.ones([2, 3, 4])), b: tf.variable(tf.ones([5, 4, 3])) },
          { transposeA: false, transposeB: false },
        ),
    );
    expect(code).toBe("shape-mismatch");
    expect(message).toContain("[2, 3, 4] and [5, 4, 3]");
    await expectUnharmed();
  });
});
