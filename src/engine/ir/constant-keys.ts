/** Tells equal constants without comparing each with each; knows neither passes nor models. */
import { type ConstantValue, type Data, elementsText } from "./graph.ts";

/** Constants of at most this many elements are compared by content, longer ones by memory. */
const COMPARED = 16;

/** Gives equal constants equal texts, as long as it lives. */
export class ConstantKeys {
  private readonly memories = new Map<Data, number>();

  /** Type, shape and content: the elements of a short constant, a number for the memory of a long one. */
  of({ data, dtype, shape }: ConstantValue): string {
    const content = data.length <= COMPARED ? elementsText(data) : `#${this.memory(data)}`;
    return `${dtype}[${shape.join()}](${content})`;
  }

  private memory(data: Data): number {
    const known = this.memories.get(data) ?? this.memories.size;
    this.memories.set(data, known);
    return known;
  }
}
