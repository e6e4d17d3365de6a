/**
 * The zero-copy route out of ONNX Runtime, and the test that it still exists.
 *
 * onnxruntime-node 1.30 copies each output into fresh memory after the native run, also where the caller gave memory
 * that the run has filled already. It converts outputs in their order in the model, so that a first output of sequence
 * type ends the conversion with one exact error before anything is copied. An error inside the run comes earlier and
 * has another text, hence surfaces. The route is taken only with the one version it was read from, and only after a
 * self-test in this process; otherwise outputs are copied.
 *
 * @see https://github.com/microsoft/onnxruntime/pull/32346, which would end both the copy and the need for this.
 */
import { filled, type Graph, type InputValue, makeNode, type StateValue } from "../ir/graph.ts";
import { encodeModel } from "../onnx/encode-model.ts";
import {
  createSession,
  messageOf,
  type RuntimeTensor,
  runtimeVersion,
  type Session,
  tensorOver,
} from "./session.ts";

/** Name of the extra output. */
export const SEQUENCE_OUTPUT = "sequence_escape";

/** The version whose binding was read, and the whole text of its complaint. */
export const KNOWN_VERSION = "1.30.0";
const COMPLAINT = "Non tensor type is temporarily not supported.";

/** How results leave a session. */
export type OutputRoute = "zero-copy" | "copying";

/** Memory by name of input, and by name of output; the sequence has none. */
type Feeds = Record<string, RuntimeTensor>;
export type Fetches = Record<string, RuntimeTensor | null>;

/** Runs a session so that results are in the memory given by `fetches`. */
export type EscapingRun = (session: Session, feeds: Feeds, fetches: Fetches) => Promise<void>;

/** Fetches with the sequence alone; results are added. */
export const sequenceFetches = (): Fetches => ({ [SEQUENCE_OUTPUT]: null });

/**
 * Runs a session whose first output is {@link SEQUENCE_OUTPUT}: results are in the memory given by `fetches`, which
 * {@link sequenceFetches} made.
 *
 * @throws whatever the run throws besides the one complaint; an Error if there is no complaint.
 */
export const runEscaping: EscapingRun = async (session, feeds, fetches) => {
  try {
    await session.run(feeds, fetches);
  } catch (error) {
    if (messageOf(error) === COMPLAINT) return;
    throw error;
  }
  throw new Error("internal: the conversion of outputs did not stop at the sequence");
};

const x: StateValue = { kind: "state", name: "x", shape: [3], dtype: "float32" };
const index: InputValue = { kind: "input", name: "index", shape: [1], dtype: "int32" };

/** Adds one to a variable of three elements, and picks the one with the index given. */
function testProgram(): Graph {
  const source = "self-test";
  const one = filled(1, [], "float32");
  const add = makeNode({ op: "Add", inputs: [x, one], outputs: [x], source });
  const picked = { shape: [1], dtype: "float32" } as const;
  const pick = makeNode({
    op: "Gather",
    inputs: [...add.outputs, index],
    outputs: [picked],
    source,
  });
  return {
    inputs: [index],
    nodes: [add, pick],
    outputs: pick.outputs.map((value) => ({ name: "picked", value })),
    updates: add.outputs.map((value) => ({ state: x, value })),
  };
}

/** Whether a variable is written in place, a result where it was to go, and a failure inside the run seen. */
export async function selfTest(run: EscapingRun = runEscaping): Promise<boolean> {
  const { bytes, feeds, outputs, updates } = encodeModel(testProgram(), {
    sequenceOutput: SEQUENCE_OUTPUT,
  });
  const session = await createSession(bytes, { threads: 1, device: "cpu" });
  const memory = Float32Array.of(1, 2, 3);
  const picked = new Float32Array(1);
  const state = tensorOver(memory, "float32", [3]);
  const call = (at: number): Promise<void> =>
    run(
      session,
      {
        [feeds.get(x) ?? ""]: state,
        [feeds.get(index) ?? ""]: tensorOver(Int32Array.of(at), "int32", [1]),
      },
      {
        ...sequenceFetches(),
        [updates[0] ?? ""]: state,
        [outputs[0] ?? ""]: tensorOver(picked, "float32", [1]),
      },
    );
  try {
    await call(2);
    await call(2);
    if (memory.join() !== "3,4,5" || picked[0] !== 5) return false;
    const outside = await call(3).catch(messageOf);
    return outside?.includes("Gather") ?? false;
  } catch {
    return false;
  } finally {
    await session.release();
  }
}

/** The route that a version of onnxruntime-node allows, the self-test willing. */
export async function chooseRoute(
  version: string,
  test: () => Promise<boolean>,
): Promise<OutputRoute> {
  return version === KNOWN_VERSION && (await test()) ? "zero-copy" : "copying";
}

let route: Promise<OutputRoute> | undefined;

/** The route of this process: tested once, at first use. */
export function outputRoute(): Promise<OutputRoute> {
  route ??= chooseRoute(runtimeVersion(), selfTest);
  return route;
}
