/** A loaded program: hands ONNX Runtime the memory of inputs, variables and results, and keeps variables up to date. */
import { disk } from "../../base/file-system.ts";
import { EngineError } from "../../base/errors.ts";
import { allocate, type Graph, sizeOf, type StateValue, type Value } from "../ir/graph.ts";
import { type EncodedModel, encodeModel } from "../onnx/encode-model.ts";
import { removeDeadCode } from "../pass/remove-dead-code.ts";
import { separateOutputs } from "../pass/separate-outputs.ts";
import type { Elements } from "../trace/graph-backend.ts";
import type { TracedVariable } from "../trace/trace.ts";
import { writableInPlace } from "./in-place.ts";
import { type NodeTime, nodeTimes } from "./node-times.ts";
import { loadFailure, runFailure } from "./run-failure.ts";
import {
  type OutputRoute,
  runEscaping,
  SEQUENCE_OUTPUT,
  sequenceFetches,
} from "./sequence-escape.ts";
import {
  createSession,
  type RuntimeTensor,
  type Session,
  type SessionOptions,
  tensorOver,
} from "./session.ts";
import { memoryOf, type VariableMemory } from "./variable-memory.ts";

/** A program that can be called. It trusts its inputs, and is not to be called while another program runs. */
export interface Program {
  /** Runs once on the elements of the inputs, in the order in which they were declared. */
  run(inputs: readonly Elements[]): Promise<Record<string, Elements>>;
  /** Ends profiling and tells what each node took. */
  profile(): NodeTime[];
  /** Frees the session; variables stay. */
  dispose(): Promise<void>;
}

/** A program in ONNX Runtime. */
export interface LoadedProgram extends Program {
  readonly modelBytes: number;
  /** Number of variables written over their old value, and of those with a second buffer. */
  readonly inPlace: number;
  readonly doubleBuffered: number;
}

/** How a program is loaded. */
export interface LoadOptions extends SessionOptions {
  /** Begins the messages of errors. */
  readonly name: string;
  readonly route: OutputRoute;
}

/** An input or output of the model, and its place among the program's. */
interface Port {
  readonly at: number;
  readonly name: string;
  readonly value: Value;
}

/** A variable of the program: the model's names of its old and of its new value. */
interface Bound {
  readonly memory: VariableMemory;
  readonly feed: string | undefined;
  readonly update: string | undefined;
  readonly inPlace: boolean;
}

/** Everything a call needs, looked up once. */
interface Plan {
  readonly inputs: readonly Port[];
  readonly outputs: readonly (Port & { readonly result: string; readonly size: number })[];
  readonly variables: readonly Bound[];
}

type Tensors = Record<string, RuntimeTensor>;

/** What is left in the place of the caller's memory between calls. */
const NOTHING = tensorOver(new Float32Array(0), "float32", [0]);

function planOf(
  graph: Graph,
  model: EncodedModel,
  variables: readonly TracedVariable[],
  inPlace: ReadonlySet<StateValue>,
): Plan {
  const updates = new Map(graph.updates.map(({ state }, k) => [state, model.updates[k]]));
  return {
    inputs: graph.inputs.flatMap((value, at) => {
      const name = model.feeds.get(value);
      return name === undefined ? [] : [{ at, name, value }];
    }),
    outputs: graph.outputs.map(({ name: result, value }, at) => ({
      at,
      result,
      name: model.outputs[at] ?? "",
      value,
      size: sizeOf(value.shape),
    })),
    variables: variables
      .map(({ variable, state }) => ({
        memory: memoryOf(variable),
        feed: model.feeds.get(state),
        update: updates.get(state),
        inPlace: inPlace.has(state),
      }))
      .filter(({ feed, update }) => feed !== undefined || update !== undefined),
  };
}

/** A call whose results ONNX Runtime writes where they belong. */
function zeroCopyRun(session: Session, { inputs, outputs, variables }: Plan): Program["run"] {
  const feeds: Tensors = {};
  const fetches = sequenceFetches();
  return async (given) => {
    const results: Record<string, Elements> = {};
    for (const { memory, feed, update, inPlace } of variables) {
      const present = update === undefined ? memory.toRead() : memory.toReadAndWrite();
      if (feed !== undefined) feeds[feed] = present;
      if (update !== undefined) fetches[update] = inPlace ? present : memory.toWrite();
    }
    for (const { at, name, value } of inputs)
      feeds[name] = tensorOver(given[at] as Elements, value.dtype, value.shape);
    for (const { result, name, value, size } of outputs) {
      const elements = allocate(value.dtype, size) as Elements;
      results[result] = elements;
      fetches[name] = tensorOver(elements, value.dtype, value.shape);
    }
    try {
      await runEscaping(session, feeds, fetches);
    } finally {
      for (const { name } of inputs) feeds[name] = NOTHING;
      for (const { name } of outputs) fetches[name] = NOTHING;
    }
    for (const { memory, update, inPlace } of variables)
      if (update !== undefined && !inPlace) memory.swap();
    return results;
  };
}

/** A call whose results the binding copies into fresh memory. */
function copyingRun(session: Session, { inputs, outputs, variables }: Plan): Program["run"] {
  return async (given) => {
    const feeds: Tensors = {};
    for (const { memory, feed, update } of variables) {
      const present = update === undefined ? memory.toRead() : memory.toReadAndWrite();
      if (feed !== undefined) feeds[feed] = present;
    }
    for (const { at, name, value } of inputs)
      feeds[name] = tensorOver(given[at] as Elements, value.dtype, value.shape);
    const copies = await session.run(feeds);
    const copyOf = (name: string): Elements => copies[name]?.data as Elements;
    for (const { memory, update } of variables)
      if (update !== undefined) memory.replace(copyOf(update));
    return Object.fromEntries(outputs.map(({ result, name }) => [result, copyOf(name)]));
  };
}

/** Sessions that are profiled, counted: each has a trace file of its own. */
let profiled = 0;

/**
 * Encodes and loads a traced graph.
 *
 * @throws {@link EngineError} if there is nothing to compute, or if ONNX Runtime refuses it.
 */
export async function loadProgram(
  traced: Graph,
  variables: readonly TracedVariable[],
  options: LoadOptions,
): Promise<LoadedProgram> {
  const { name, route, ...settings } = options;
  const graph = separateOutputs(removeDeadCode(traced));
  if (graph.outputs.length + graph.updates.length === 0)
    throw new EngineError(
      "nothing-to-compute",
      `${name}: the function must return a tensor or assign a variable; it does neither`,
      { fix: "Return what you want to know, for instance { loss }." },
    );
  const zeroCopy = route === "zero-copy";
  const inPlace = zeroCopy ? writableInPlace(graph) : new Set<StateValue>();
  const model = encodeModel(graph, zeroCopy ? { sequenceOutput: SEQUENCE_OUTPUT } : {});
  const tracePath =
    settings.profile === undefined ? undefined : `${settings.profile}-${++profiled}`;
  const session = await createSession(model.bytes, {
    ...settings,
    ...(tracePath === undefined ? {} : { profile: tracePath }),
  }).catch((error: unknown) => {
    throw error instanceof EngineError ? loadFailure(name, graph, error) : error;
  });
  const plan = planOf(graph, model, variables, inPlace);
  const run = zeroCopy ? zeroCopyRun(session, plan) : copyingRun(session, plan);
  return {
    run: (inputs) =>
      run(inputs).catch((error: unknown) => {
        throw error instanceof EngineError ? error : runFailure(name, graph, inPlace, error);
      }),
    profile() {
      if (tracePath === undefined)
        throw new EngineError(
          "not-profiled",
          `${name}: only a program compiled with the option profile has a profile`,
          {
            fix: 'Compile it with { profile: "path/prefix" }.',
          },
        );
      session.endProfiling();
      return nodeTimes(disk, tracePath, graph);
    },
    dispose: () => session.release(),
    modelBytes: model.bytes.length,
    inPlace: inPlace.size,
    doubleBuffered: graph.updates.length - inPlace.size,
  };
}
