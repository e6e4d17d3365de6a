/** Names of the values of a model; knows nothing of bytes. */
import { type ConstantValue, type Data, elementsText, type Value } from "../ir/graph.ts";

/** Constants of at most this many elements are compared by content, longer ones by memory. */
const SHARED = 16;

/** Hands out names while nodes are written. */
export class ValueNames {
  /** Inputs and variables named so far. */
  readonly feeds = new Map<Value, string>();
  /** Constants named so far; equal ones are one. */
  readonly constants = new Map<string, { readonly name: string; readonly value: ConstantValue }>();
  private readonly names = new Map<Value, string>();
  private readonly memories = new Map<Data, number>();

  /** The name of a value, given at first use. */
  name(value: Value): string {
    const known = this.names.get(value);
    if (known !== undefined) return known;
    const name = this.fresh(value);
    this.names.set(value, name);
    return name;
  }

  /** Gives a computed value the name under which it leaves. */
  call(value: Value, name: string): void {
    this.names.set(value, name);
  }

  /** Whether a value has a name. */
  isNamed(value: Value): boolean {
    return this.names.has(value);
  }

  private fresh(value: Value): string {
    if (value.kind === "constant") return this.constant(value);
    if (value.kind === "result") return `v${this.names.size}`;
    const name = value.kind === "input" ? `in_${value.name}` : `var_${this.feeds.size}`;
    this.feeds.set(value, name);
    return name;
  }

  private constant(value: ConstantValue): string {
    const { data, dtype, shape } = value;
    const content = data.length <= SHARED ? elementsText(data) : `#${this.identify(data)}`;
    const key = `${dtype}[${shape.join()}]${content}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known.name;
    const name = `c${this.constants.size}`;
    this.constants.set(key, { name, value });
    return name;
  }

  private identify(data: Data): number {
    const known = this.memories.get(data) ?? this.memories.size;
    this.memories.set(data, known);
    return known;
  }
}
