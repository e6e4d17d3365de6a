/** Runs a tensor function once on placeholders and returns the program it describes. */
import { EngineError } from "../../base/errors.ts";
import type { Graph, InputValue, Shape } from "../ir/graph.ts";
import { tf } from "../tfjs.ts";
import { graphBackend } from "./register-kernels.ts";
import { Trace, type TracedVariable } from "./trace.ts";

/** Shape and element type of one input of a program; float32 if no type is named. */
export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype?: "float32" | "int32" | "bool";
}

/** What tracing yields. */
export interface TracedProgram {
  readonly graph: Graph;
  /** Every variable that was alive, in order of creation. */
  readonly variables: readonly TracedVariable[];
}

/** Named inputs and outputs of a tensor function. */
export type Specs = Readonly<Record<string, TensorSpec>>;
export type Placeholders<S extends Specs> = { readonly [K in keyof S]: tf.Tensor };
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** Variables made while tracing (slots of tfjs optimizers) need elements now, to be there at the first call. */
function materialised(initial: tf.Tensor): tf.Tensor {
  const cell = graphBackend.cell(initial.dataId);
  const constant = cell.kind === "stored" || cell.value.kind === "constant";
  if (!constant)
    throw new EngineError(
      "traced-variable",
      "a variable made inside a program must start from a constant, got a tensor that the program computes",
      { fix: "Make the variable before compile and assign to it inside." },
    );
  return tf.engine().makeTensorFromTensorInfo(graphBackend.materialise(initial));
}

/** Gives a variable back the storage it had on entry, and frees what it was assigned while tracing. */
function restore(variable: tf.Variable, dataId: object): void {
  const assigned = variable.dataId;
  if (assigned === dataId) return;
  variable.dataId = dataId;
  if (graphBackend.disposeData(assigned)) tf.engine().removeDataId(assigned, graphBackend);
}

/**
 * Traces a function.
 *
 * @throws {@link EngineError} from whatever in the function cannot be part of a program.
 */
export function traceProgram<S extends Specs>(
  fn: (inputs: Placeholders<S>) => NamedTensors,
  specs: S,
): TracedProgram {
  if (graphBackend.trace !== undefined)
    throw new EngineError(
      "nested-compile",
      "compile cannot be called inside a function that is being compiled",
      {
        fix: "Call the inner function itself.",
      },
    );
  const engine = tf.engine();
  const trace = new Trace();
  for (const variable of Object.values(engine.registeredVariables)) trace.pin(variable);
  const makeVariable = engine.makeVariable.bind(engine);
  engine.makeVariable = (initial, trainable, name, dtype) => {
    const variable = makeVariable(materialised(initial), trainable, name, dtype);
    trace.pin(variable);
    return variable;
  };
  graphBackend.trace = trace;
  engine.startScope("program");
  try {
    const inputs = Object.entries(specs).map(
      ([name, { shape, dtype = "float32" }]): InputValue => ({ kind: "input", name, shape, dtype }),
    );
    const placeholders = Object.fromEntries(
      inputs.map((input) => [input.name, engine.makeTensorFromTensorInfo(graphBackend.put(input))]),
    ) as Placeholders<S>;
    const results = fn(placeholders);
    const outputs = Object.entries(results).map(([name, tensor]) => ({
      name,
      value: graphBackend.programValue(tensor, trace),
    }));
    const updates = trace.variables
      .filter(({ variable, dataId }) => variable.dataId !== dataId)
      .map(({ variable, state }) => ({ state, value: graphBackend.programValue(variable, trace) }));
    return { graph: { inputs, nodes: trace.nodes, outputs, updates }, variables: trace.variables };
  } finally {
    engine.endScope();
    graphBackend.trace = undefined;
    engine.makeVariable = makeVariable;
    for (const { variable, dataId } of trace.variables) restore(variable, dataId);
  }
}
