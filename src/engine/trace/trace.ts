/** One tracing run: the nodes so far and the variables pinned for its length; knows no kernel. */
import {
  type Attributes,
  type ConstantValue,
  type Domain,
  type DType,
  filled,
  makeNode,
  type Node,
  type Shape,
  sizeOf,
  type StateValue,
  type Value,
} from "../ir/graph.ts";
import { tf } from "../tfjs.ts";

/** What a node computes, before it exists. */
export interface Output {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A variable of the program: what it was on entry, and the id its storage had. */
export interface TracedVariable {
  readonly variable: tf.Variable;
  readonly dataId: object;
  readonly state: StateValue;
}

/** The name tfjs gives to the operation under way, without the marks of its wrapper. */
export function currentOperation(): string {
  const name = tf.engine().state.activeScope?.name ?? "";
  return name.replace(/_?_op$|_$/, "") || "program";
}

/** Collects nodes in the order in which tfjs asks for them. */
export class Trace {
  readonly nodes: Node[] = [];
  readonly variables: TracedVariable[] = [];
  /** Tensors from outside the program, each seen as one constant. */
  readonly constants = new WeakMap<object, ConstantValue>();
  private readonly states = new Map<object, StateValue>();

  /** Makes a variable's storage a state of the program; until the trace ends, it is not freed. */
  pin(variable: tf.Variable): void {
    const { dataId, shape, dtype } = variable;
    const state: StateValue = {
      kind: "state",
      name: variable.name,
      shape: [...shape],
      dtype: dtype === "int32" || dtype === "bool" ? dtype : "float32",
    };
    this.states.set(dataId, state);
    this.variables.push({ variable, dataId, state });
  }

  /** The state behind a storage id, if it is a variable's. */
  stateOf(dataId: object): StateValue | undefined {
    return this.states.get(dataId);
  }

  /** Appends a node with any number of outputs. What has no elements is known: no node need compute it. */
  emit(
    op: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly Output[],
    attributes: Attributes = {},
    domain: Domain = "",
  ): readonly Value[] {
    if (outputs.every(({ shape }) => sizeOf(shape) === 0))
      return outputs.map(({ shape, dtype }) => filled(0, shape, dtype));
    const node = makeNode({ op, inputs, outputs, attributes, domain, source: currentOperation() });
    this.nodes.push(node);
    return node.outputs;
  }

  /** Appends a node with one output. */
  one(
    op: string,
    inputs: readonly (Value | undefined)[],
    shape: Shape,
    dtype: DType,
    attributes: Attributes = {},
    domain: Domain = "",
  ): Value {
    const [value] = this.emit(op, inputs, [{ shape, dtype }], attributes, domain);
    return value!;
  }
}
