/** Variables of compiled functions behave as in tfjs run operation by operation on its cpu backend. */
import { describe, expect, test } from "vitest";
import { compile, type CompileOptions } from "../../../src/engine/compile.ts";
import { tf } from "../../../src/engine/tfjs.ts";
import { expectAsOnCpu, on, type Scenario } from "./run/on-each-route.ts";

const floats = (...values: number[]): Float32Array => Float32Array.from(values);

/** Least squares on a weight of shape [2], one step a call. */
function leastSquares(make: () => tf.Optimizer): Scenario {
  return async (options) => {
    const weight = tf.variable(tf.tensor([0.5, -1]));
    const bias = tf.variable(tf.scalar(0.1));
    const optimizer = make();
    const step = await compile(
      ({ x, y }) => {
        const loss = (): tf.Scalar => {
          const error = tf.sub(tf.add(tf.sum(tf.mul(x, weight), 1), bias), y);
          return tf.mean(tf.square(error));
        };
        const { value, grads } = tf.variableGrads(loss, [weight, bias]);
        optimizer.applyGradients(grads);
        return { value };
      },
      { x: { shape: [3, 2] }, y: { shape: [3] } },
      options,
    );
    const seen = [];
    for (let k = 0; k < 20; k += 1) {
      seen.push(await step({ x: floats(1, 2, -1, 0.5, 0.3, k / 10), y: floats(1, -1, k / 20) }));
      seen.push(weight.dataSync(), bias.dataSync());
    }
    return seen;
  };
}

describe("state", () => {
  test.each<[string, () => tf.Optimizer]>([
    ["sgd", () => tf.train.sgd(0.05)],
    ["momentum", () => tf.train.momentum(0.02, 0.9)],
    ["nesterov momentum", () => tf.train.momentum(0.02, 0.9, true)],
    ["adam", () => tf.train.adam(0.05)],
    ["adamax", () => tf.train.adamax(0.05)],
    ["adagrad", () => tf.train.adagrad(0.1)],
    ["rmsprop", () => tf.train.rmsprop(0.02, 0.9, 0.5, 1e-6, true)],
  ])("tfjs's own %s takes the same 20 steps as on cpu", async (_, make) => {
    await expectAsOnCpu(leastSquares(make));
  });

  test("several compiled functions share the variables, whoever writes them", async () => {
    await expectAsOnCpu(async (options) => {
      const w = tf.variable(tf.tensor([1, 2, 3]));
      const cache = tf.variable(tf.zeros([2, 3]));
      const update = await compile(
        ({ x }) => {
          w.assign(tf.add(tf.mul(w, 0.5), x));
          return {};
        },
        { x: { shape: [3] } },
        options,
      );
      const decode = await compile(
        ({ row }) => {
          const next = tf.add(tf.mul(cache, tf.sub(1, row)), tf.mul(row, w));
          cache.assign(next);
          return { sum: tf.sum(next, 1), twice: tf.mul(w, 2) };
        },
        { row: { shape: [2, 1] } },
        options,
      );
      const seen = [];
      for (let k = 0; k < 6; k += 1) {
        await update({ x: floats(k, -k, 1) });
        seen.push(await decode({ row: floats(k % 2, (k + 1) % 2) }));
        seen.push(w.dataSync(), cache.dataSync());
      }
      return seen;
    });
  });

  test("two variables that swap, and a chain of variables that shift, take the old values of each other", async () => {
    await expectAsOnCpu(async (options) => {
      const [a, b, c] = [1, 2, 3].map((one) => tf.variable(tf.tensor([one, one * 10])));
      const program = await compile(
        () => {
          const [oldA, oldB] = [tf.mul(a!, 1), tf.mul(b!, 1)];
          a!.assign(oldB);
          b!.assign(tf.mul(c!, 1));
          c!.assign(oldA);
          return { sum: tf.add(a!, tf.mul(c!, 100)) };
        },
        {},
        options,
      );
      const seen = [];
      for (let k = 0; k < 5; k += 1)
        seen.push(await program({}), a!.dataSync(), b!.dataSync(), c!.dataSync());
      return seen;
    });
  });

  test("variable.assign between calls is honoured by every function, also after double buffering", async () => {
    await expectAsOnCpu(async (options) => {
      const w = tf.variable(tf.tensor([1, 2]));
      // The old value is read by an output after the update: no room for writing in place.
      const write = await compile(
        () => {
          const old = tf.mul(w, 1.5);
          w.assign(tf.add(w, 1));
          return { sum: tf.add(old, w) };
        },
        {},
        options,
      );
      const read = await compile(() => ({ w: tf.mul(w, 2) }), {}, options);
      const seen = [];
      for (let k = 0; k < 4; k += 1) {
        seen.push(await write({}), await read({}), w.dataSync());
        w.assign(tf.tensor([k, -k]));
        seen.push(await read({}), await write({}), await write({}), w.dataSync());
      }
      return seen;
    });
  });

  test("int32 and bool variables keep their type and value", async () => {
    await expectAsOnCpu(async (options) => {
      const count = tf.variable(tf.tensor([0, 5], [2], "int32"));
      const seen = tf.variable(tf.tensor([0, 1, 0], [3], "bool"));
      const program = await compile(
        ({ mark }) => {
          count.assign(tf.add(count, tf.scalar(1, "int32")));
          seen.assign(tf.logicalOr(seen, mark));
          return { count, seen };
        },
        { mark: { shape: [3], dtype: "bool" } },
        options,
      );
      return [
        await program({ mark: Uint8Array.of(1, 0, 0) }),
        await program({ mark: Uint8Array.of(0, 0, 0) }),
        count.dataSync(),
        seen.dataSync(),
      ];
    });
  });

  test("variables made after compiling are no part of a program and do not disturb it", async () => {
    await expectAsOnCpu(async (options) => {
      const w = tf.variable(tf.scalar(1));
      const program = await compile(
        () => {
          w.assign(tf.add(w, 1));
          return {};
        },
        {},
        options,
      );
      const later = tf.variable(tf.scalar(7));
      await program({});
      const second = await compile(
        () => {
          later.assign(tf.add(later, w));
          return { later };
        },
        {},
        options,
      );
      return [await second({}), await program({}), await second({}), w.dataSync()];
    });
  });
});

describe.each<[string, CompileOptions]>([
  ["zero-copy", {}],
  ["copying", { zeroCopy: false }],
])("memory of variables, %s", (_, options) => {
  const increment = (variable: tf.Variable) =>
    compile(
      () => {
        variable.assign(tf.add(variable, 1));
        return { copy: tf.mul(variable, 1) };
      },
      {},
      options,
    );

  test("writing a variable changes no tensor it was made of, was assigned, or was copied to", async () => {
    await on("graph", async () => {
      const given = floats(1, 2);
      const made = tf.tensor(given);
      const variable = tf.variable(made);
      const clone = variable.clone();
      const reshaped = variable.reshape([2, 1]);
      const program = await increment(variable);
      await program({});
      await program({});
      expect([...variable.dataSync()]).toEqual([3, 4]);
      for (const other of [made, clone, reshaped]) expect([...other.dataSync()]).toEqual([1, 2]);
      expect([...given]).toEqual([1, 2]);

      const assigned = tf.tensor(floats(10, 20));
      variable.assign(assigned);
      const twin = tf.variable(variable);
      await program({});
      expect([...variable.dataSync()]).toEqual([11, 21]);
      expect([...assigned.dataSync()]).toEqual([10, 20]);
      expect([...twin.dataSync()]).toEqual([10, 20]);
    });
  });

  test("the array that a variable was made of is the caller's alone", async () => {
    await on("graph", async () => {
      const given = floats(1, 2);
      const variable = tf.tidy(() => tf.variable(tf.tensor(given)));
      const program = await increment(variable);
      await program({});
      expect([...given]).toEqual([1, 2]);
      given.fill(0);
      await program({});
      expect([...variable.dataSync()]).toEqual([3, 4]);
    });
  });

  test("one program may write a variable in place, another beside it, in turn", async () => {
    await on("graph", async () => {
      const variable = tf.variable(tf.tensor([1, 2]));
      const inPlace = await increment(variable);
      const beside = await compile(
        () => {
          const old = tf.mul(variable, 10);
          variable.assign(tf.mul(variable, 2));
          return { sum: tf.add(old, variable) };
        },
        {},
        options,
      );
      const seen: number[] = [];
      for (let k = 0; k < 3; k += 1) {
        await inPlace({});
        seen.push((await beside({})).sum[0] ?? Number.NaN, variable.dataSync()[0] ?? Number.NaN);
      }
      expect(seen).toEqual([24, 4, 60, 10, 132, 22]);
    });
  });

  test("arrays read from a variable earlier do not change, and are the reader's to change", async () => {
    await on("graph", async () => {
      const variable = tf.variable(tf.tensor([1, 2]));
      const program = await increment(variable);
      await program({});
      const before = variable.dataSync();
      await program({});
      await program({});
      expect([...before]).toEqual([2, 3]);
      before.fill(0);
      expect([...variable.dataSync()]).toEqual([4, 5]);
    });
  });

  test("a constant that shares storage with a variable stays a constant", async () => {
    await on("graph", async () => {
      const start = tf.tensor([1, 2]);
      const variable = tf.variable(start);
      const program = await compile(
        () => {
          variable.assign(tf.add(variable, 1));
          return { moved: tf.sub(variable, start) };
        },
        {},
        options,
      );
      for (const distance of [1, 2, 3])
        expect([...(await program({})).moved]).toEqual([distance, distance]);
    });
  });

  test("two variables over one array of the caller, with two shapes, are two variables", async () => {
    await on("graph", async () => {
      const given = floats(1, 2, 3, 4, 5, 6);
      const wide = tf.variable(tf.tensor(given, [2, 3]));
      const tall = tf.variable(tf.tensor(given, [3, 2]));
      const program = await compile(() => ({ product: tf.matMul(wide, tall) }), {}, options);
      expect([...(await program({})).product]).toEqual([22, 28, 49, 64]);
      const write = await increment(wide);
      await write({});
      expect([...tall.dataSync()]).toEqual([1, 2, 3, 4, 5, 6]);
      expect([...given]).toEqual([1, 2, 3, 4, 5, 6]);
    });
  });

  test("a program fed with a variable's own elements reads them before it writes", async () => {
    await on("graph", async () => {
      const variable = tf.variable(tf.tensor([1, 2]));
      const program = await compile(
        ({ x }) => {
          variable.assign(tf.add(variable, 1));
          return { sum: tf.add(variable, x) };
        },
        { x: { shape: [2] } },
        options,
      );
      await program({ x: floats(0, 0) });
      expect([...(await program({ x: variable.dataSync() as Float32Array })).sum]).toEqual([5, 7]);
    });
  });

  test("neither compiling nor calling leaves tensors or buffers behind", async () => {
    await on("graph", async () => {
      const variable = tf.variable(tf.tensor([1, 2]));
      const other = tf.variable(tf.tensor([1, 2]));
      const optimizer: tf.Optimizer = tf.train.adam(0.1);
      const build = () =>
        compile(
          ({ x }) => {
            const loss = (): tf.Scalar => tf.sum(tf.square(tf.sub(tf.mul(variable, x), other)));
            const { value, grads } = tf.variableGrads(loss, [variable]);
            optimizer.applyGradients(grads);
            other.assign(variable);
            return { value };
          },
          { x: { shape: [2] } },
          options,
        );
      const counts = () => {
        const { numTensors, numDataBuffers, numBytes } = tf.memory();
        return { numTensors, numDataBuffers, numBytes, held: tf.backend().numDataIds() };
      };
      const program = await build();
      await program({ x: floats(1, 2) });
      const before = counts();
      for (let k = 0; k < 3; k += 1) {
        const again = await build();
        for (let call = 0; call < 5; call += 1) await again({ x: floats(1, call) });
        await again.dispose();
      }
      expect(counts()).toEqual(before);
    });
  });

  test("a function that throws while it is traced leaves variables as they were", async () => {
    await on("graph", async () => {
      const variable = tf.tidy(() => tf.variable(tf.tensor([1, 2])));
      const { numDataBuffers } = tf.memory();
      const failing = compile(
        () => {
          variable.assign(tf.add(variable, 1));
          throw new Error("planted");
        },
        {},
        options,
      );
      await expect(failing).rejects.toThrow("planted");
      expect([...variable.dataSync()]).toEqual([1, 2]);
      const program = await increment(variable);
      await program({});
      expect([...variable.dataSync()]).toEqual([2, 3]);
      expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
    });
  });

  test("a disposed variable that the program uses is named", async () => {
    await on("graph", async () => {
      const variable = tf.variable(tf.scalar(1), true, `kept-${options.zeroCopy ?? true}`);
      const program = await increment(variable);
      variable.dispose();
      await expect(program({})).rejects.toMatchObject({
        code: "disposed-variable",
        message: expect.stringContaining(variable.name),
      });
    });
  });
});
