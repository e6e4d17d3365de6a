/** The zero-copy route is taken where it is known and works, and gives what the copying route gives. */
import { describe, expect, test } from "vitest";
import { compile } from "../../../../src/engine/compile.ts";
import { filled, type InputValue, makeNode } from "../../../../src/engine/ir/graph.ts";
import { encodeModel } from "../../../../src/engine/onnx/encode-model.ts";
import {
  chooseRoute,
  type EscapingRun,
  KNOWN_VERSION,
  outputRoute,
  runEscaping,
  selfTest,
} from "../../../../src/engine/run/sequence-escape.ts";
import { createSession, runtimeVersion, tensorOver } from "../../../../src/engine/run/session.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { on } from "./on-each-route.ts";

describe("the choice of a route", () => {
  test("the installed version is the one that is known, and passes the self-test", async () => {
    expect(runtimeVersion()).toBe(KNOWN_VERSION);
    expect(await selfTest()).toBe(true);
    expect(await outputRoute()).toBe("zero-copy");
  });

  test.each(["1.29.9", "1.30.1", "1.30.0-dev", ""])(
    "version %s copies, untested",
    async (version) => {
      let tested = false;
      const route = await chooseRoute(version, async () => {
        tested = true;
        return true;
      });
      expect([route, tested]).toEqual(["copying", false]);
    },
  );

  test("a failed self-test copies", async () => {
    expect(await chooseRoute(KNOWN_VERSION, async () => false)).toBe("copying");
    expect(await chooseRoute(KNOWN_VERSION, async () => true)).toBe("zero-copy");
  });

  test.each<[string, EscapingRun]>([
    ["does nothing", async () => {}],
    [
      "copies results instead of writing them in place",
      async (session, feeds) => {
        // What a binding that hands its own memory to the run, and not the caller's, would look like.
        const copies = Object.fromEntries(
          Object.entries(feeds).map(([name, { type, data, dims }]) => [
            name,
            tensorOver((data as Float32Array).slice(), type as "float32", dims),
          ]),
        );
        await session.run(copies).catch((error: Error) => {
          if (error.message.startsWith("Non-zero status")) throw error;
        });
      },
    ],
    [
      "hides failures of the run",
      (session, feeds, fetches) => runEscaping(session, feeds, fetches).catch(() => undefined),
    ],
    [
      "always fails",
      async () => {
        throw new Error("planted");
      },
    ],
  ])("the self-test fails on a run that %s", async (_, run) => {
    expect(await selfTest(run)).toBe(false);
  });

  test("a session without the sequence output is an error on this route, not a silence", async () => {
    const x: InputValue = { kind: "input", name: "x", shape: [1], dtype: "float32" };
    const one = filled(1, [], "float32");
    const add = makeNode({ op: "Add", inputs: [x, one], outputs: [x], source: "add" });
    const outputs = add.outputs.map((value) => ({ name: "y", value }));
    const model = encodeModel({ inputs: [x], nodes: [add], outputs, updates: [] });
    const session = await createSession(model.bytes, { threads: 1 });
    const tensor = tensorOver(new Float32Array(1), "float32", [1]);
    await expect(
      runEscaping(
        session,
        { [model.feeds.get(x) ?? ""]: tensor },
        { [model.outputs[0] ?? ""]: null },
      ),
    ).rejects.toThrow("did not stop at the sequence");
    await session.release();
  });
});

test("both routes give the same bits over 20 calls of a program with several states", async () => {
  const bits = (zeroCopy: boolean): Promise<string> =>
    on("graph", async () => {
      const weight = tf.variable(tf.tensor([0.5, -1.5, 2]));
      const cache = tf.variable(tf.zeros([4, 3]));
      const count = tf.variable(tf.scalar(0, "int32"));
      const optimizer: tf.Optimizer = tf.train.adam(0.05);
      const program = await compile(
        ({ x, row }) => {
          const loss = (): tf.Scalar => tf.mean(tf.square(tf.sub(tf.mul(weight, x), 1)));
          const { value, grads } = tf.variableGrads(loss, [weight]);
          const before = tf.mul(weight, 2);
          optimizer.applyGradients(grads);
          cache.assign(tf.add(tf.mul(cache, tf.sub(1, row)), tf.mul(row, weight)));
          count.assign(tf.add(count, tf.scalar(1, "int32")));
          return { value, sum: tf.add(before, weight), cache };
        },
        { x: { shape: [3] }, row: { shape: [4, 1] } },
        { zeroCopy, threads: 1 },
      );
      expect(program.info?.inPlace).toSatisfy((number: number) =>
        zeroCopy ? number >= 2 : number === 0,
      );
      const seen: number[][] = [];
      for (let k = 0; k < 20; k += 1) {
        const row = new Float32Array(4);
        row[k % 4] = 1;
        const results = await program({ x: Float32Array.of(k / 7, 1, -k / 5), row });
        const states = [weight, cache, count].map((one) => one.dataSync());
        seen.push(...[...Object.values(results), ...states].map((one) => Array.from(one)));
      }
      return JSON.stringify(seen);
    });
  expect(await bits(true)).toBe(await bits(false));
});
