/** Calls of compiled functions: what goes in, what comes out, in which order, and what is left when one fails. */
import { describe, expect, test } from "vitest";
import { compile, type CompileOptions } from "../../../src/engine/compile.ts";
import { tf } from "../../../src/engine/tfjs.ts";
import type { Elements } from "../../../src/engine/trace/graph-backend.ts";
import { expectAsOnCpu, on } from "./run/on-each-route.ts";

const floats = (...values: number[]): Float32Array => Float32Array.from(values);

describe("values", () => {
  test("float32, int32 and bool inputs arrive as on cpu, whole arrays, parts of arrays and numbers", async () => {
    await expectAsOnCpu(async (options) => {
      const program = await compile(
        ({ x, index, mask, scale, shift, flag }) => ({
          chosen: tf.gather(x!, tf.cast(index!, "int32")),
          masked: tf.where(mask!, tf.mul(x!, scale!), tf.zerosLike(x!)),
          shifted: tf.add(index!, shift!),
          flagged: tf.logicalAnd(mask!, flag!),
        }),
        {
          x: { shape: [3] },
          index: { shape: [2], dtype: "int32" },
          mask: { shape: [3], dtype: "bool" },
          scale: { shape: [] },
          shift: { shape: [1], dtype: "int32" },
          flag: { shape: [], dtype: "bool" },
        },
        options,
      );
      const long = floats(9, 1, 2, 3, 9);
      return [
        await program({
          x: long.subarray(1, 4),
          index: Int32Array.of(9, 2, 0).subarray(1),
          mask: Uint8Array.of(0, 1, 0, 1).subarray(1),
          scale: 0.5,
          shift: -3,
          flag: 1,
        }),
      ];
    });
  });

  test("an output may be an input, a constant, a variable, one of these twice, or a tensor twice", async () => {
    await expectAsOnCpu(async (options) => {
      const constant = tf.tensor([7, 8]);
      const variable = tf.variable(tf.tensor([5, 6]));
      const program = await compile(
        ({ x }) => {
          const y = tf.add(x, variable);
          variable.assign(y);
          return { x, again: x, constant, filled: tf.ones([2]), variable, y, more: y };
        },
        { x: { shape: [2] } },
        options,
      );
      return [await program({ x: floats(1, 2) }), await program({ x: floats(3, 4) })];
    });
  });

  test("no inputs, unused inputs, no outputs, and tensors without elements are all right", async () => {
    await expectAsOnCpu(async (options) => {
      const count = tf.variable(tf.scalar(0));
      const program = await compile(
        () => {
          count.assign(tf.add(count, 1));
          return {};
        },
        {},
        options,
      );
      const empty = await compile(
        ({ x, none }) => ({
          none: tf.concat([none, none]),
          sum: tf.sum(none),
          twice: tf.mul(x, 2),
        }),
        { x: { shape: [0] }, none: { shape: [0, 3] }, unused: { shape: [2] } },
        options,
      );
      await program({});
      return [
        await program({}),
        count.dataSync(),
        await empty({ x: floats(), none: floats(), unused: floats(1, 2) }),
      ];
    });
  });
});

describe.each<[string, string, CompileOptions]>([
  ["zero-copy", "graph", {}],
  ["copying", "graph", { zeroCopy: false }],
  ["operation by operation", "cpu", {}],
])("calls, %s", (_, backend, options) => {
  test("returned arrays are the caller's: no later call changes them", async () => {
    await on(backend, async () => {
      const variable = tf.variable(tf.tensor([0, 0]));
      const program = await compile(
        ({ x }) => {
          variable.assign(tf.add(variable, x));
          return { variable, x };
        },
        { x: { shape: [2] } },
        options,
      );
      const x = floats(1, 2);
      const first = await program({ x });
      x.fill(50);
      const second = await program({ x });
      expect([...first.variable, ...first.x]).toEqual([1, 2, 1, 2]);
      expect([...second.variable]).toEqual([51, 52]);
      second.variable.fill(-1);
      second.x.fill(-1);
      expect([...x, ...variable.dataSync()]).toEqual([50, 50, 51, 52]);
    });
  });

  test("feeds are neither changed nor kept, also when they are assigned to a variable", async () => {
    await on(backend, async () => {
      const variable = tf.variable(tf.tensor([0, 0]));
      const program = await compile(
        ({ x }) => {
          variable.assign(x);
          return { y: tf.relu(tf.neg(tf.add(tf.mul(x, 3), 1))) };
        },
        { x: { shape: [2] } },
        options,
      );
      const x = floats(1, -2);
      await program({ x });
      expect([...x]).toEqual([1, -2]);
      x.fill(9);
      expect([...variable.dataSync()]).toEqual([1, -2]);
    });
  });

  test("calls without awaiting take place in the order they were made, across programs and after a failure", async () => {
    await on(backend, async () => {
      const variable = tf.variable(tf.scalar(1));
      const add = await compile(
        ({ x }) => {
          variable.assign(tf.add(variable, x));
          return { variable };
        },
        { x: { shape: [] } },
        { ...options, checkFinite: true },
      );
      const double = await compile(
        () => {
          variable.assign(tf.mul(variable, 2));
          return { variable };
        },
        {},
        options,
      );
      const calls = [add({ x: 1 }), double({}), add({ x: 3 }), double({}), add({ x: Infinity })];
      const refused = add({ x: floats(1, 2) });
      await expect(refused).rejects.toThrow("must be float32");
      const values = await Promise.allSettled(calls);
      expect(
        values.map((one) => (one.status === "fulfilled" ? one.value.variable[0] : "failed")),
      ).toEqual([2, 4, 7, 14, "failed"]);
      variable.assign(tf.scalar(5));
      expect((await double({})).variable[0]).toBe(10);
    });
  });

  test("compiling while a program runs disturbs neither", async () => {
    await on(backend, async () => {
      const variable = tf.variable(tf.scalar(1));
      const increment = () =>
        compile(
          () => {
            variable.assign(tf.add(variable, 1));
            return { variable };
          },
          {},
          options,
        );
      const first = await increment();
      const running = first({});
      const compiling = increment();
      const next = first({});
      const second = await compiling;
      expect((await running).variable[0]).toBe(2);
      expect((await next).variable[0]).toBe(3);
      expect((await second({})).variable[0]).toBe(4);
    });
  });

  test("disposing waits for calls made before; calls after it are refused; variables stay", async () => {
    await on(backend, async () => {
      const variable = tf.variable(tf.scalar(1));
      const program = await compile(
        () => {
          variable.assign(tf.add(variable, 1));
          return { variable };
        },
        {},
        { ...options, name: "update" },
      );
      const last = program({});
      const disposed = program.dispose();
      await expect(program({})).rejects.toMatchObject({
        code: "disposed-program",
        message: "update: the program was disposed",
      });
      expect((await last).variable[0]).toBe(2);
      await disposed;
      await program.dispose();
      expect(variable.dataSync()[0]).toBe(2);
    });
  });

  test("a result that is not finite is named with its place, if asked for; integers are", async () => {
    await on(backend, async () => {
      const program = await compile(
        ({ x }) => ({ count: tf.cast(tf.ones([2]), "int32"), fine: x, loss: tf.log(x) }),
        { x: { shape: [2] } },
        { ...options, name: "update", checkFinite: true },
      );
      await program({ x: floats(1, 2) });
      await expect(program({ x: floats(1, 0) })).rejects.toMatchObject({
        code: "non-finite",
        message: expect.stringMatching(
          /^update: output loss must be finite, got -Infinity at place 1 of 2/,
        ),
      });
      await expect(program({ x: floats(-1, 1) })).rejects.toThrow("got NaN at place 0");
    });
  });
});

describe.each<[string, CompileOptions]>([
  ["zero-copy", {}],
  ["copying", { zeroCopy: false }],
])("failures inside ONNX Runtime, %s", (_, options) => {
  // The index is out of range for some feeds: ONNX Runtime's Gather refuses them while the program runs.
  const outside = expect.objectContaining({
    code: "run-failed",
    message: expect.stringMatching(
      /^update: Gather \(of the tfjs operation gather\): .*indices element out of data bounds, idx=7/i,
    ),
  });

  test("are reported with the program, the tfjs operation and ONNX Runtime's words; the queue goes on", async () => {
    await on("graph", async () => {
      const variable = tf.variable(tf.tensor([1, 2, 3]));
      const program = await compile(
        ({ index }) => {
          const picked = tf.gather(variable, tf.cast(index, "int32"));
          variable.assign(tf.add(variable, tf.sum(picked)));
          return { picked };
        },
        { index: { shape: [2], dtype: "int32" } },
        { ...options, name: "update" },
      );
      const calls = [
        [0, 1],
        [0, 7],
        [0, 1],
      ].map((index) => program({ index: Int32Array.from(index) }));
      const [first, second, third] = await Promise.allSettled(calls);
      expect(first).toMatchObject({ status: "fulfilled" });
      expect(second).toMatchObject({ status: "rejected", reason: outside });
      expect(second).toMatchObject({
        reason: { message: expect.stringContaining("the variables keep the values they had") },
      });
      expect(third).toMatchObject({ status: "fulfilled" });
      expect([...variable.dataSync()]).toEqual([13, 14, 15]);
    });
  });

  test("name the variables that may have been written when they struck, and no others", async () => {
    await on("graph", async () => {
      const [free, bound] = ["free", "bound"].map((name) =>
        tf.variable(tf.tensor([1, 2, 3]), true, `${name}-${options.zeroCopy ?? true}`),
      );
      const program = await compile(
        ({ index }) => {
          const picked = tf.gather(bound!, tf.cast(index, "int32"));
          free!.assign(tf.add(free!, 1));
          bound!.assign(tf.add(bound!, tf.sum(picked)));
          return {};
        },
        { index: { shape: [1], dtype: "int32" } },
        { ...options, name: "update" },
      );
      const message = await program({ index: 7 }).then(String, String);
      expect(message.includes(free!.name)).toBe(options.zeroCopy !== false);
      expect(message).not.toContain(bound!.name);
      expect([...bound!.dataSync()]).toEqual([1, 2, 3]);
    });
  });
});

describe("types", () => {
  test("results are typed arrays of the output's type", async () => {
    await on("graph", async () => {
      const program = await compile(
        ({ x }) => ({ f: x, i: tf.cast(x, "int32"), b: tf.greater(x, 0) }),
        { x: { shape: [1] } },
      );
      const results: { readonly f: Elements; readonly i: Elements; readonly b: Elements } =
        await program({ x: 2.5 });
      expect(results).toEqual({ f: floats(2.5), i: Int32Array.of(2), b: Uint8Array.of(1) });
    });
  });
});
