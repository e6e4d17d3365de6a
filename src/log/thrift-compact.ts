/** Thrift's compact protocol, the notation of Parquet's own headers; writes only, and knows nothing of Parquet. */

/** A value to be written. Integers must be safe integers and not negative, which is all that Parquet's headers hold. */
export type Thrift =
  | { readonly type: "i32" | "i64"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "list"; readonly items: readonly Thrift[] }
  | { readonly type: "struct"; readonly fields: ReadonlyArray<readonly [number, Thrift]> };

const WIRE_TYPES = { i32: 5, i64: 6, text: 8, list: 9, struct: 12 } as const;
const SHORT_LIST = 15;
const VARINT_BASE = 128;

export const i32 = (value: number): Thrift => ({ type: "i32", value });
export const i64 = (value: number): Thrift => ({ type: "i64", value });
export const text = (value: string): Thrift => ({ type: "text", value });
export const list = (items: readonly Thrift[]): Thrift => ({ type: "list", items });

/** A struct; fields by ascending number, an undefined one is left out. Numbers are at most 15 apart. */
export function struct(fields: ReadonlyArray<readonly [number, Thrift | undefined]>): Thrift {
  const present = fields.filter(
    (field): field is readonly [number, Thrift] => field[1] !== undefined,
  );
  return { type: "struct", fields: present };
}

/**
 * Writes a value without a header of its own.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export function encodeThrift(value: Thrift): Buffer {
  const out: number[] = [];
  write(out, value);
  return Buffer.from(out);
}

function write(out: number[], value: Thrift): void {
  switch (value.type) {
    case "i32":
    case "i64":
      // Zigzag of a number that is not negative.
      writeVarint(out, value.value * 2);
      return;
    case "text":
      writeText(out, value.value);
      return;
    case "list":
      writeList(out, value.items);
      return;
    case "struct":
      writeFields(out, value.fields);
  }
}

function writeText(out: number[], value: string): void {
  const bytes = Buffer.from(value);
  writeVarint(out, bytes.length);
  for (const byte of bytes) out.push(byte);
}

function writeList(out: number[], items: readonly Thrift[]): void {
  out.push((Math.min(items.length, SHORT_LIST) << 4) | WIRE_TYPES[items[0]?.type ?? "struct"]);
  if (items.length >= SHORT_LIST) writeVarint(out, items.length);
  for (const item of items) write(out, item);
}

function writeFields(out: number[], fields: ReadonlyArray<readonly [number, Thrift]>): void {
  let last = 0;
  for (const [id, field] of fields) {
    out.push(((id - last) << 4) | WIRE_TYPES[field.type]);
    write(out, field);
    last = id;
  }
  out.push(0);
}

function writeVarint(out: number[], value: number): void {
  let rest = value;
  for (; rest >= VARINT_BASE; rest = Math.floor(rest / VARINT_BASE)) {
    out.push((rest % VARINT_BASE) + VARINT_BASE);
  }
  out.push(rest);
}
