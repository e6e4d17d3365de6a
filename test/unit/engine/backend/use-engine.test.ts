/** Choosing an engine: what is said of it, what is refused, and what becomes of variables. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { EngineError } from "../../../../src/base/errors.ts";
import { ENGINE_KINDS, ENGINES } from "../../../../src/config/engine-kind.ts";
import { findTensorFlow } from "../../../../src/engine/backend/find-tensorflow.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { compile } from "../../../../src/engine/compile.ts";
import { currentSettings } from "../../../../src/engine/run/engine-settings.ts";
import { tf } from "../../../../src/engine/tfjs.ts";

const tensorflow = findTensorFlow().status === "found";
const empty = mkdtempSync(join(tmpdir(), "entlaw-use-engine-"));
afterAll(() => rmSync(empty, { recursive: true }));
afterEach(async () => {
  vi.unstubAllEnvs();
  tf.disposeVariables();
  await useEngine("graph");
});

const errorOf = async (work: Promise<unknown>): Promise<EngineError> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof EngineError) return error;
  throw new Error(`an EngineError must be thrown, got ${String(error)}`);
};

describe("useEngine", () => {
  test("says what was chosen, and programs compiled from then on run there", async () => {
    expect(await useEngine("graph", { threads: 1 })).toEqual({
      kind: "graph",
      version: "ONNX Runtime 1.30.0",
      threads: 1,
      device: "cpu",
    });
    expect(tf.getBackend()).toBe("graph");
    expect(currentSettings()).toEqual({ threads: 1, device: "cpu" });

    expect(await useEngine("reference", { threads: 3 })).toEqual({
      kind: "reference",
      version: "TensorFlow.js 4.22.0",
      threads: 1,
      device: "cpu",
    });
    expect(tf.getBackend()).toBe("cpu");

    expect((await useEngine("graph")).threads, "nothing is left of an earlier choice").toBe(
      undefined,
    );
    expect(currentSettings().threads).toBeUndefined();
  });

  test("an engine that is missing leaves the one in use as it is, and says how to get it", async () => {
    await useEngine("reference", { threads: 2 });
    vi.stubEnv("ENTLAW_TENSORFLOW", empty);
    const { code, message, fix } = await errorOf(useEngine("tensorflow"));
    expect(code).toBe("tensorflow-missing");
    expect(message).toContain(empty);
    expect(fix).toContain("scripts/native-tensorflow.sh");
    expect(tf.getBackend()).toBe("cpu");
    expect(currentSettings().threads).toBe(2);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses %d threads", async (threads) => {
    const { code, message } = await errorOf(useEngine("graph", { threads }));
    expect(code).toBe("threads");
    expect(message).toContain(`got ${threads}`);
  });

  test("each engine has a sentence on what it is and one on how to get it", () => {
    for (const kind of ENGINE_KINDS) {
      expect(ENGINES[kind].what).not.toBe("");
      expect(ENGINES[kind].get).not.toBe("");
    }
  });
});

/** Starts at [1, 2, 3]; each call adds x · [1, 1, 1]. */
async function counter(): Promise<{
  readonly count: tf.Variable;
  readonly add: (x: number) => Promise<number>;
}> {
  const count = tf.variable(tf.tensor([1, 2, 3]));
  const ones = tf.tensor([1, 1, 1]);
  const program = await compile(
    ({ x }) => {
      count.assign(tf.add(count, tf.mul(x, ones)));
      return { sum: tf.sum(count) };
    },
    { x: { shape: [] } },
  );
  return { count, add: async (x) => (await program({ x })).sum[0] ?? Number.NaN };
}

describe("a variable follows from engine to engine", () => {
  const other = tensorflow ? (["reference", "tensorflow"] as const) : (["reference"] as const);

  test.each(other)("made on %s, used by a program of graph", async (kind) => {
    await useEngine(kind);
    const count = tf.variable(tf.tensor([1, 2, 3]));
    const ones = tf.tensor([1, 1, 1]);
    await useEngine("graph", { threads: 1 });
    const program = await compile(
      ({ x }) => {
        count.assign(tf.add(count, tf.mul(x, ones)));
        return { sum: tf.sum(count) };
      },
      { x: { shape: [] } },
    );
    expect((await program({ x: 1 })).sum).toEqual(Float32Array.of(9));
    expect((await program({ x: 1 })).sum).toEqual(Float32Array.of(12));
    expect(count.dataSync()).toEqual(Float32Array.of(3, 4, 5));
  });

  test.each(other)("made on graph, changed on %s, used again by the program", async (kind) => {
    await useEngine("graph", { threads: 1 });
    const { count, add } = await counter();
    expect(await add(1)).toBe(9);
    await useEngine(kind);
    expect(tf.add(count, 1).dataSync()).toEqual(Float32Array.of(3, 4, 5));
    count.assign(tf.mul(count, 2));
    expect(count.dataSync()).toEqual(Float32Array.of(4, 6, 8));
    expect(await add(1), "while the other engine is in use").toBe(21);
    expect(await add(1)).toBe(24);
    expect(tf.mul(count, 1).dataSync()).toEqual(Float32Array.of(6, 8, 10));
    await useEngine("graph", { threads: 1 });
    expect(await add(1)).toBe(27);
  });

  test("what one engine writes to a variable changes neither tensors nor arrays that another gave out", async () => {
    await useEngine("graph", { threads: 1 });
    const { count, add } = await counter();
    await add(1);
    await useEngine("reference");
    const clone = tf.clone(count); // shares the elements
    await add(1);
    expect(clone.dataSync()).toEqual(Float32Array.of(2, 3, 4));
    clone.dispose();
    const given = tf.mul(count, 1);
    count.assign(given);
    given.dispose();
    const elements = count.dataSync();
    expect(elements).toEqual(Float32Array.of(3, 4, 5));
    await add(1);
    expect(elements).toEqual(Float32Array.of(3, 4, 5));
    expect(count.dataSync()).toEqual(Float32Array.of(4, 5, 6));
  });
});
