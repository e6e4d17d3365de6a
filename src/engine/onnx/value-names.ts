/** Names of the values of a model; knows nothing of bytes. */
import { ConstantKeys } from "../ir/constant-keys.ts";
import type { ConstantValue, Value } from "../ir/graph.ts";

/** Hands out names while nodes are written. */
export class ValueNames {
  /** Inputs and variables named so far. */
  readonly feeds = new Map<Value, string>();
  /** Constants named so far; equal ones are one. */
  readonly constants = new Map<string, { readonly name: string; readonly value: ConstantValue }>();
  private readonly names = new Map<Value, string>();
  private readonly keys = new ConstantKeys();

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

  private fresh(value: Value): string {
    if (value.kind === "constant") return this.constant(value);
    if (value.kind === "result") return `v${this.names.size}`;
    const name = value.kind === "input" ? `in_${value.name}` : `var_${this.feeds.size}`;
    this.feeds.set(value, name);
    return name;
  }

  private constant(value: ConstantValue): string {
    const key = this.keys.of(value);
    const known = this.constants.get(key);
    if (known !== undefined) return known.name;
    const name = `c${this.constants.size}`;
    this.constants.set(key, { name, value });
    return name;
  }
}
