/** Registers the backend "graph" and its kernels with tfjs: traced inside programs, computed at once outside them. */
import type {
  NamedAttrMap,
  NamedTensorInfoMap,
} from "@tensorflow/tfjs-core/dist/kernel_registry.js";
import { EngineError } from "../../base/errors.ts";
import { type ConstantValue, filled, sizeOf, type Value } from "../ir/graph.ts";
import { tf } from "../tfjs.ts";
import { broadcastShape } from "../ir/broadcast-shape.ts";
import { GraphBackend, storedType, writtenOut } from "./graph-backend.ts";
import type { Lowering } from "./lowering.ts";
import { type KernelName, lowerings } from "./lowerings.ts";
import { type Concrete, type Given, runEagerly } from "./run-eagerly.ts";
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

function mapGiven<T, U>(operands: Given<T>, change: (one: T) => U): Given<U> {
  if (Array.isArray(operands)) return operands.map((one: T) => change(one));
  return Object.fromEntries(
    Object.entries(operands).map(([name, one]) => [name, change(one as T)]),
  );
}

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
  const points = Array.isArray(operands)
    ? operands.map(point)
    : Object.fromEntries(Object.entries(operands).map(([key, one]) => [key, point(one)]));
  const [result] = runEagerly(name, mapGiven(points, writtenOut), attrs);
  if (result === undefined) return undefined;
  return [graphBackend.put(filled(result.data[0] ?? 0, shape, storedType(result.dtype)))];
}

/** The rule of a kernel, applied to values of the program. */
function lower(
  rule: Lowering,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
  trace: Trace,
): tf.TensorInfo[] {
  const operands = mapGiven(given(inputs), (info) => graphBackend.programValue(info, trace));
  const results = rule.lower(operands, attrs ?? {}, trace);
  return [results].flat().map((value) => graphBackend.put(value));
}

/** Operands of a call if all of them are constants. */
function constantsOf(inputs: NamedTensorInfoMap, trace: Trace): Given<ConstantValue> | undefined {
  const values = mapGiven(given(inputs), (info) => graphBackend.programValue(info, trace));
  const all = listOf(values);
  const constant = (value: Value): value is ConstantValue => value.kind === "constant";
  return all.length > 0 && all.every(constant) ? (values as Given<ConstantValue>) : undefined;
}

/** One kernel call inside a program. */
function runTraced(
  name: KernelName,
  inputs: NamedTensorInfoMap,
  attrs: NamedAttrMap | undefined,
  trace: Trace,
): tf.TensorInfo[] {
  const entry = lowerings[name];
  const constants = constantsOf(inputs, trace);
  if (constants !== undefined) {
    const folded =
      entry.kind === "rule" && entry.elementwise ? foldFills(name, constants, attrs) : undefined;
    if (folded !== undefined) return folded;
    const size = listOf(constants).reduce((sum, one) => sum + sizeOf(one.shape), 0);
    if (size <= FOLDED && tf.getKernel(name, "cpu"))
      return eager(name, mapGiven(constants, writtenOut), attrs);
  }
  if (entry.kind === "rule") return lower(entry, inputs, attrs, trace);
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
