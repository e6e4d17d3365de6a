/** The memory of variables as ONNX Runtime sees it: one entry a variable, shared by all programs. */
import { EngineError } from "../../base/errors.ts";
import { allocate } from "../ir/graph.ts";
import { tf } from "../tfjs.ts";
import type { Elements, Stored } from "../trace/graph-backend.ts";
import { graphBackend } from "../trace/register-kernels.ts";
import { type RuntimeTensor, tensorOver } from "./session.ts";

interface Buffer {
  readonly data: Elements;
  readonly tensor: RuntimeTensor;
}

const bufferOver = (data: Elements, { dtype, shape }: Stored): Buffer => ({
  data,
  tensor: tensorOver(data, dtype, shape),
});

/** Gives the variable elements of its own, if another tensor or the caller of `tf.tensor` sees them too. */
function unshare(variable: tf.Variable): void {
  const elements = graphBackend.materialise(variable);
  const own = tf.engine().makeTensorFromTensorInfo(elements, graphBackend); // also while another engine is in use
  variable.assign(own);
  own.dispose();
}

/** Where a variable's elements are, and where its next ones go. */
export class VariableMemory {
  private readonly variable: tf.Variable;
  private stored: Stored | undefined;
  private present: Buffer | undefined;
  private spare: Buffer | undefined;

  constructor(variable: tf.Variable) {
    this.variable = variable;
  }

  /** The variable's present elements, to be read. */
  toRead(): RuntimeTensor {
    return this.bufferOf(this.find()).tensor;
  }

  /** The variable's present elements, in memory that nothing else refers to: a program is going to write there. */
  toReadAndWrite(): RuntimeTensor {
    let stored = this.find();
    if (!stored.owned || stored.references > 1) {
      unshare(this.variable);
      stored = this.find();
    }
    return this.bufferOf(stored).tensor;
  }

  /** Memory for the next elements beside the present ones. {@link VariableMemory.toReadAndWrite} comes first. */
  toWrite(): RuntimeTensor {
    const stored = this.stored ?? this.find();
    this.spare ??= bufferOver(allocate(stored.dtype, stored.data.length) as Elements, stored);
    return this.spare.tensor;
  }

  /** Makes what was written the variable's elements. */
  swap(): void {
    const { stored, present, spare } = this;
    if (stored === undefined || spare === undefined) return;
    stored.data = spare.data;
    this.present = spare;
    this.spare = present;
  }

  /** Makes other elements the variable's. {@link VariableMemory.toReadAndWrite} comes first. */
  replace(elements: Elements): void {
    const stored = this.stored ?? this.find();
    stored.data = elements;
  }

  private find(): Stored {
    if (this.variable.isDisposed)
      throw new EngineError(
        "disposed-variable",
        `the variable ${this.variable.name}, which the program uses, was disposed`,
        {
          fix: "Keep variables (and the optimizer, which has some) as long as the program is called.",
        },
      );
    this.stored = graphBackend.stored(this.variable.dataId);
    return this.stored;
  }

  private bufferOf(stored: Stored): Buffer {
    if (this.present?.data !== stored.data) this.present = bufferOver(stored.data, stored);
    return this.present;
  }
}

const memories = new WeakMap<tf.Variable, VariableMemory>();

/** The one memory of a variable. */
export function memoryOf(variable: tf.Variable): VariableMemory {
  const known = memories.get(variable);
  if (known !== undefined) return known;
  const made = new VariableMemory(variable);
  memories.set(variable, made);
  return made;
}

/**
 * Separates each variable from the tensor it was made of, or was assigned.
 *
 * Tracing tells variables from constants by their storage: a tensor that shares it would follow the variable.
 */
export function unshareVariables(): void {
  for (const variable of Object.values(tf.engine().registeredVariables))
    if (graphBackend.refCount(variable.dataId) > 1) unshare(variable);
}
