/** Registers the backend "graph" and its kernels with tfjs: traced inside programs, computed at once outside them. */
import type {
  NamedAttrMap,
  NamedTensorInfoMap,
} from "@tensorflow/tfjs-core/dist/kernel_registry.js";
import { EngineError } from "../../base/errors.ts";
import { type ConstantValue, filled, sizeOf, type Value } from "../ir/graph.ts";
import { tf } from "../tfjs.ts";
import { broadcastShape } from "../ir/broadcast-shape.ts";
import { concrete, GraphBackend, storedType } from "./graph-backend.ts";
import { type KernelName, lowerings } from "./lowerings.ts";
import { type Concrete, type Given, mapGiven, runEagerly } from "./run-eagerly.ts";
import { currentOperation, type Trace } from "./trace.ts";

/** The one instance of the backend; tfjs knows it as "graph". */
export const graphBackend = new GraphBackend();

/** Constants of at most this many elements are computed while tracing (the size of a causal mask, not of a batch). */
const FOLDED = 1 << 20;

/** Inputs as tfjs passes them: by name with optional ones undefined, or (Concat, AddN …) a list. */
const given = (inputs: NamedTensorInfoMap): Given<tf.TensorInfo> =>
  Array.isArray(inputs)
    ? (inputs as tf.TensorInfo[])
    : Object.fromEntries(
        Object.entries(inputs).flatMap(([name, info]) => (info ? [[name, info]] : [])),
      );

const listOf = <T>(operands: Given<T>): readonly T[] =>
  Array.isArray(operands) ? operands : Object.values(operands as Record<string, T>);

function eager(
  name: string,
  operands: Given<Concrete>,
  attrs: NamedAttrMap | undefined,
): tf.TensorInfo[] {
  return runEagerly(name, operands, attrs).map(({ data, shape, dtype }) =>
    graphBackend.store(data, shape, storedType(dtype), true),
  );
}

/** Constants of an element-wise kernel that repeat one element each: computed on that element alone. */
function foldFills(
  name: string,
  operands: Given<ConstantValue>,
  attrs: NamedAttrMap | undefined,
): tf.TensorInfo[] | undefined {
  const shape = broadcastShape(listOf(operands).map((one) => one.shape));
  if (shape === undefined || listOf(operands).some(({ data }) => data.length !== 1))
    return undefined;
  const point = ({ data, dtype }: ConstantValue): ConstantValue => ({
    kind: "constant",
    data,
    shape: [],
    dtype,
  });
  const [result] = runEagerly(
    name,
    mapGiven(operands, (one) => concrete(point(one))),
    attrs,
  );
  if (result === undefined) return undefined;
  return [graphBackend.put(filled(result.data[0] ?? 0, shape, storedType(result.dtype)))];
}

/** Whether all operands of a call are constants, and there are any. */
function areConstants(operands: Given<Value>): operands is Given<ConstantValue> {
  const all = listOf(operands);
  return all.length > 0 && all.every(({ kind }) => kind === "constant");
}

/** One kernel call inside a program. */
function runTraced(
  name: KernelName,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
  trace: Trace,
): tf.TensorInfo[] {
  const entry = lowerings[name];
  const operands = mapGiven(given(inputs), (info) => graphBackend.programValue(info, trace));
  if (areConstants(operands)) {
    const folded =
      entry.kind === "rule" && entry.elementwise ? foldFills(name, operands, attrs) : undefined;
    if (folded !== undefined) return folded;
    const size = listOf(operands).reduce((sum, one) => sum + sizeOf(one.shape), 0);
    if (size <= FOLDED && tf.getKernel(name, "cpu"))
      return eager(name, mapGiven(operands, concrete), attrs);
  }
  if (entry.kind === "rule") {
    const results = entry.lower(operands, attrs ?? {}, trace);
    return [results].flat().map((value) => graphBackend.put(value));
  }
  throw new EngineError(
    "no-lowering",
    `${currentOperation()}: the tfjs kernel ${name} has no rule in the graph engine: ${entry.reason}`,
    {
      fix: "Write it with other tfjs operations, add a rule (docs/engine.md), or run with the engine tensorflow or reference.",
    },
  );
}

/** Kernels whose result is a list also where it has one entry. */
const LISTING: ReadonlySet<KernelName> = new Set(["SplitV", "Unpack"]);

function registerKernel(name: KernelName): void {
  tf.registerKernel({
    kernelName: name,
    backendName: "graph",
    kernelFunc: ({ inputs, attrs }) => {
      const { trace } = graphBackend;
      const results =
        trace === undefined
          ? eager(
              name,
              mapGiven(given(inputs), ({ dataId, shape, dtype }) => ({
                data: graphBackend.stored(dataId).data,
                shape,
                dtype,
              })),
              attrs,
            )
          : runTraced(name, inputs, attrs, trace);
      const [first] = results;
      const alone = results.length === 1 && !LISTING.has(name);
      return alone && first !== undefined ? first : results;
    },
  });
}

tf.registerBackend("graph", () => graphBackend, 0);
for (const name of Object.keys(lowerings) as KernelName[]) registerKernel(name);
