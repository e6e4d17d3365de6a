/** The tfjs backend "graph": holds elements of tensors outside programs, and values of the program being traced. */
import { EngineError } from "../../base/errors.ts";
import { type ConstantValue, type DType, type Value, writtenOut } from "../ir/graph.ts";
import { tf } from "../tfjs.ts";
import { currentOperation, type Trace } from "./trace.ts";

/** Element memory of the types tensors have outside a program. */
export type Elements = Float32Array | Int32Array | Uint8Array;

/** A tensor with elements: made outside a program, a constant, or a variable. */
export interface Stored {
  readonly kind: "stored";
  /** Replaced as a whole when a program writes it out of place. */
  data: Elements;
  readonly shape: readonly number[];
  readonly dtype: Exclude<DType, "int64">;
  references: number;
  /** Whether the memory was allocated here, so that a program may write into it. */
  owned: boolean;
}

/** A tensor of the program being traced: it has a shape and no elements. */
export interface Traced {
  readonly kind: "traced";
  readonly value: Value;
  /** The program that it is a value of. */
  readonly trace: Trace | undefined;
  references: number;
}

/** Operations of tfjs that draw random numbers in JavaScript, by name. */
const RANDOM = /random|truncatedNormal|dropout|multinomial|Shuffle/i;

/** What tfjs hands over to be stored. */
type Given = Parameters<tf.KernelBackend["write"]>[0];

function refuseText(): never {
  throw new EngineError(
    "unsupported-dtype",
    `${currentOperation()}: tensors of strings have no place in a program`,
  );
}

function refuseForeign(): never {
  throw new EngineError(
    "foreign-tensor",
    `${currentOperation()}: a tensor used here was traced in another program or disposed`,
    { fix: "Return it as an output of the first program and pass it to the second as an input." },
  );
}

/** The values in the kind of array that holds their type; the same array if it is of that kind. */
export function elementsOf(values: Given, dtype: Stored["dtype"]): Elements {
  const numbers = Array.isArray(values)
    ? Array.from<Uint8Array | number, number>(values, (one) =>
        typeof one === "object" ? refuseText() : one,
      )
    : values;
  if (dtype === "float32")
    return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
  if (dtype === "int32") return numbers instanceof Int32Array ? numbers : Int32Array.from(numbers);
  return numbers instanceof Uint8Array ? numbers : Uint8Array.from(numbers);
}

/**
 * The element type of a tensor that the engine can hold.
 *
 * @throws {@link EngineError} for strings and complex numbers.
 */
export function storedType(dtype: tf.DataType): Stored["dtype"] {
  if (dtype === "float32" || dtype === "int32" || dtype === "bool") return dtype;
  throw new EngineError(
    "unsupported-dtype",
    `${currentOperation()}: tensors of the graph engine must be float32, int32 or bool, got ${dtype}`,
    { fix: "Convert the tensor first, for instance a complex tensor to two of float32." },
  );
}

/** Storage of the graph engine, and the place where tracing meets tfjs. */
export class GraphBackend extends tf.KernelBackend {
  /** The program being traced, if one is. */
  trace: Trace | undefined;
  private readonly cells = new WeakMap<object, Stored | Traced>();
  private count = 0;

  /** The cell of a tensor. */
  cell(dataId: object): Stored | Traced {
    const cell = this.cells.get(dataId);
    if (cell !== undefined) return cell;
    const moved = this.fetch(dataId);
    if (moved !== undefined) return moved;
    return refuseForeign();
  }

  /** Takes over a tensor whose elements are on another backend, as every tfjs backend does at first use. */
  private fetch(dataId: object): Stored | Traced | undefined {
    const engine = tf.engine();
    const backend = engine.state.tensorInfo.get(dataId)?.backend;
    if (backend === undefined || backend === this) return undefined;
    engine.moveData(this, dataId);
    return this.cells.get(dataId);
  }

  /** The elements of a tensor that has them. */
  stored(dataId: object): Stored {
    const cell = this.cell(dataId);
    if (cell.kind === "stored") return cell;
    return refuseForeign();
  }

  /** Registers elements as a tensor; `owned` says that nobody else can write into them. */
  store(
    data: Elements,
    shape: readonly number[],
    dtype: Stored["dtype"],
    owned: boolean,
  ): tf.TensorInfo {
    return this.add({ kind: "stored", data, shape, dtype, references: 1, owned });
  }

  /** Registers a value of the program as a tensor. */
  put(value: Value): tf.TensorInfo {
    return this.add({ kind: "traced", value, trace: this.trace, references: 1 });
  }

  private add(cell: Stored | Traced): tf.TensorInfo {
    const dataId = {};
    this.cells.set(dataId, cell);
    this.count += 1;
    const { shape, dtype } = cell.kind === "stored" ? cell : cell.value;
    return { dataId, shape: [...shape], dtype: dtype === "int64" ? "int32" : dtype };
  }

  /** What a tensor is in the program being traced: a value of it, a variable, or a constant. */
  programValue(info: tf.TensorInfo, trace: Trace): Value {
    const cell = this.cell(info.dataId);
    if (cell.kind === "traced")
      return cell.trace === trace ? withShape(cell.value, info.shape) : refuseForeign();
    const state = trace.stateOf(info.dataId);
    if (state !== undefined) return state;
    const known = trace.constants.get(info.dataId);
    if (known !== undefined) return withShape(known, info.shape);
    const constant: ConstantValue = {
      kind: "constant",
      data: squeezed(cell.data),
      shape: info.shape,
      dtype: cell.dtype,
    };
    trace.constants.set(info.dataId, constant);
    return constant;
  }

  /** A copy with elements of its own, of a tensor whose elements are known. */
  materialise(info: tf.TensorInfo): tf.TensorInfo {
    const cell = this.cell(info.dataId);
    const { data, shape, dtype } = cell.kind === "stored" ? cell : concrete(cell.value);
    return this.store(data.slice(), shape, dtype, true);
  }

  override write(values: Given, shape: number[], dtype: tf.DataType): object {
    if (this.trace !== undefined) refuseRandom();
    return this.store(elementsOf(values, storedType(dtype)), shape, storedType(dtype), false)
      .dataId;
  }

  override move(
    dataId: object,
    values: Given,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    const kind = storedType(dtype);
    this.cells.set(dataId, {
      kind: "stored",
      data: elementsOf(values, kind),
      shape,
      dtype: kind,
      references,
      owned: false,
    });
    this.count += 1;
  }

  override readSync(dataId: object): Elements {
    const cell = this.cell(dataId);
    if (cell.kind === "stored" && this.trace?.stateOf(dataId) === undefined)
      return cell.owned ? cell.data.slice() : cell.data; // a copy where a program may write
    const what =
      cell.kind === "stored"
        ? `a variable of shape [${cell.shape.join(", ")}]`
        : `a tensor of shape [${cell.value.shape.join(", ")}]`;
    throw new EngineError(
      "traced-read",
      `${currentOperation()}: ${what} has no value while its program is traced, so dataSync(), data(), arraySync(), print() and JavaScript conditions on it are not possible`,
      {
        fix: "Return the tensor as an output of the program and read it there; choose between tensors with tf.where.",
      },
    );
  }

  override async read(dataId: object): Promise<Elements> {
    return this.readSync(dataId);
  }

  override refCount(dataId: object): number {
    return this.cells.get(dataId)?.references ?? 0;
  }

  override incRef(dataId: object): void {
    this.cell(dataId).references += 1;
  }

  override disposeData(dataId: object, force = false): boolean {
    const cell = this.cells.get(dataId);
    if (cell === undefined) return true;
    if (this.trace?.stateOf(dataId) !== undefined) return false;
    cell.references -= 1;
    if (cell.references > 0 && !force) return false;
    this.cells.delete(dataId);
    this.count -= 1;
    return true;
  }

  override numDataIds(): number {
    return this.count;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return EPSILON;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {
    // Elements are freed with the tensors that hold them.
  }
}

/** Smallest difference that tfjs's own 32-bit backends promise. */
const EPSILON = 1e-7;

/** A constant whose elements are all alike is kept as one of them. */
function squeezed(data: Elements): Elements {
  const [first] = data;
  return data.length > 1 && data.every((element) => Object.is(element, first))
    ? data.slice(0, 1)
    : data;
}

/** tfjs may share one storage between tensors of different shape only through Reshape and Identity of constants. */
function withShape<V extends Value>(value: V, shape: readonly number[]): V | ConstantValue {
  if (value.kind !== "constant" || value.shape.join() === shape.join()) return value;
  return { ...value, shape };
}

function refuseRandom(): void {
  const scope = tf.engine().state.scopeStack.find(({ name }) => RANDOM.test(name));
  if (scope === undefined) return;
  throw new EngineError(
    "traced-random",
    `${currentOperation()}: random numbers drawn while a program is traced would be the same at every call`,
    { fix: "Draw them outside and pass them as an input of the program." },
  );
}

/** A constant with all its elements. */
export function concrete(value: Value): Pick<Stored, "data" | "shape" | "dtype"> {
  const { shape, dtype } = value;
  if (value.kind !== "constant" || value.data instanceof BigInt64Array || dtype === "int64")
    throw new EngineError(
      "internal-no-elements",
      "internal: elements of a traced tensor were asked for",
    );
  return { data: writtenOut(value) as Elements, shape, dtype };
}
