import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError, ShapeError } from "../../../src/base/errors.ts";
import {
  type NamedTensor,
  type Safetensors,
  decodeSafetensors,
  encodeSafetensors,
} from "../../../src/log/safetensors.ts";

const SOURCE = "policy.safetensors";
const decode = (bytes: Uint8Array): Safetensors => decodeSafetensors(bytes, SOURCE);

/** A file with this header as text, its length as it is unless told otherwise, and this many bytes of data. */
function file(
  header: string,
  dataBytes: number,
  length = BigInt(Buffer.byteLength(header)),
): Buffer {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length);
  return Buffer.concat([prefix, Buffer.from(header), Buffer.alloc(dataBytes)]);
}

const entry = (dtype: string, shape: readonly number[], offsets: readonly number[]): string =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });

const tensors = new Map<string, NamedTensor>([
  ["weight", { dtype: "F32", shape: [2, 3], values: Float32Array.of(1, -0, Number.NaN, 3, 4, 5) }],
  ["step", { dtype: "I64", shape: [], values: BigInt64Array.of(-(2n ** 63n)) }],
  ["ids", { dtype: "I32", shape: [2], values: Int32Array.of(-1, 2 ** 31 - 1) }],
  ["empty", { dtype: "F32", shape: [0, 4], values: new Float32Array(0) }],
  ["10", { dtype: "F64", shape: [1], values: Float64Array.of(5e-324) }],
  ["größe/é", { dtype: "I32", shape: [1], values: Int32Array.of(7) }],
]);
const metadata = new Map([
  ["format", "entlaw"],
  ["10", "é"],
]);

describe("tensors", () => {
  test("come back bit for bit under their names, with the metadata", () => {
    const read = decode(encodeSafetensors({ tensors, metadata }));
    expect(read.tensors).toEqual(tensors);
    expect(Object.is(read.tensors.get("weight")!.values[1], -0)).toBe(true);
    expect(read.metadata).toEqual(metadata);
  });

  test("of any names, shapes and values come back bit for bit", () => {
    const tensor = fc.array(fc.nat(4), { maxLength: 3 }).chain((shape) => {
      const length = shape.reduce((product, axis) => product * axis, 1);
      return fc
        .float32Array({ minLength: length, maxLength: length })
        .map((values): NamedTensor => ({ dtype: "F32", shape, values }));
    });
    const name = fc.string({ unit: "grapheme" }).filter((text) => !text.startsWith("__"));
    const entries = fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key });
    fc.assert(
      fc.property(entries, (list) => {
        const before = new Map(list);
        const read = decode(encodeSafetensors({ tensors: before, metadata: new Map() }));
        expect(read.tensors.size).toBe(before.size);
        for (const [key, value] of before) expect(read.tensors.get(key)).toEqual(value);
      }),
      { seed: 1 },
    );
  });

  test("in another order are the same bytes", () => {
    const again = {
      tensors: new Map([...tensors].toReversed()),
      metadata: new Map([...metadata].toReversed()),
    };
    expect(encodeSafetensors(again)).toEqual(encodeSafetensors({ tensors, metadata }));
  });

  test("begin at a multiple of 8 bytes, each at a multiple of its element, names sorted in the header", () => {
    const bytes = encodeSafetensors({ tensors, metadata });
    const length = Number(bytes.readBigUInt64LE());
    const text = bytes.subarray(8, 8 + length).toString();
    expect(length % 8).toBe(0);
    const header = JSON.parse(text) as Record<string, { data_offsets: number[] }>;
    const names = [...text.matchAll(/"([^"]*)":\{/g)].map(([, name]) => name);
    expect(names).toEqual(["__metadata__", "10", "empty", "größe/é", "ids", "step", "weight"]);
    for (const [name, { values }] of tensors) {
      expect(header[name]!.data_offsets[0]! % values.BYTES_PER_ELEMENT).toBe(0);
    }
  });

  test("are copies: neither direction shares memory", () => {
    const values = Float32Array.of(1);
    const bytes = encodeSafetensors({
      tensors: new Map([["a", { dtype: "F32", shape: [1], values }]]),
      metadata: new Map(),
    });
    const read = decode(bytes);
    values[0] = 2;
    bytes.fill(0, bytes.length - 4);
    expect(read.tensors.get("a")!.values[0]).toBe(1);
  });

  test("that are not what they say are refused", () => {
    const encode = (name: string, shape: readonly number[]) => () =>
      encodeSafetensors({
        tensors: new Map([[name, { dtype: "F32", shape, values: new Float32Array(2) }]]),
        metadata: new Map(),
      });
    expect(encode("a", [3])).toThrow(ShapeError);
    expect(encode("a", [3])).toThrow('"a" of shape [3] must have 3 values, got 2');
    expect(encode("__metadata__", [2])).toThrow(ShapeError);
    expect(encode("__proto__", [2])).toThrow(ShapeError);
  });
});

const F32 = entry("F32", [1], [0, 4]);

describe("a file made to harm", () => {
  test.each([
    ["nothing", Buffer.alloc(0), "must begin with 8 bytes"],
    ["a cut length", Buffer.alloc(7), "must begin with 8 bytes"],
    ["an empty header", file("", 0), "must not be empty"],
    ["a header beyond the file", file("{}", 0, 3n), "must end within the file's 2 bytes"],
    ["a header over the limit", file("{}", 0, 100_000_001n), "at most 100000000 bytes"],
    ["a header of 2^63 bytes", file("{}", 0, 2n ** 63n), "at most 100000000 bytes"],
    ["bytes that are not UTF-8", Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe]), "UTF-8"],
    ["text that is not JSON", file("{", 0), "must be JSON"],
    ["a list", file("[]", 0), "a JSON object"],
    ["a blank before the header", file(" {}", 0), "a JSON object"],
    ["200,000 brackets", file(`{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`, 0), "dtype"],
    ["metadata that are no object", file('{"__metadata__":[]}', 0), "text by key"],
    ["metadata that are no text", file('{"__metadata__":{"a":1}}', 0), "a number at"],
    ["a tensor that is text", file('{"a":"F32"}', 0), "dtype, shape and data_offsets"],
    [
      "a tensor with more to say",
      file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', 4),
      "Unrecognized key",
    ],
    [
      "half precision",
      file(`{"a":${entry("F16", [1], [0, 2])}}`, 2),
      'we keep (F32, F64, I32, I64), got "F16"',
    ],
    ["a dtype that objects have", file(`{"a":${entry("toString", [1], [0, 4])}}`, 4), "we keep"],
    ["a negative axis", file(`{"a":${entry("F32", [-1], [0, 4])}}`, 4), "dtype, shape"],
    ["a broken axis", file(`{"a":${entry("F32", [0.5], [0, 2])}}`, 2), "dtype, shape"],
    [
      "an axis beyond 2^53",
      file('{"a":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,4]}}', 4),
      "dtype, shape",
    ],
    [
      "a product beyond 2^53",
      file(`{"a":${entry("F32", [2 ** 40, 2 ** 40], [0, 4])}}`, 4),
      "must have",
    ],
    [
      "a product that wraps to its bytes",
      file(`{"a":${entry("F32", [2 ** 52, 2 ** 52, 0], [0, 4])}}`, 4),
      "must have",
    ],
    [
      "fewer bytes than its shape",
      file(`{"a":${entry("F32", [2], [0, 4])}}`, 4),
      "must have 8 bytes, got those from 0 to 4",
    ],
    ["a negative offset", file(`{"a":${entry("F32", [1], [-4, 0])}}`, 4), "dtype, shape"],
    [
      "offsets the wrong way round",
      file(`{"a":${entry("F32", [1], [4, 0])}}`, 4),
      "must have 4 bytes",
    ],
    ["one offset", file(`{"a":${entry("F32", [1], [0])}}`, 4), "dtype, shape"],
    ["an end past the file", file(`{"a":${F32}}`, 3), "must end within the 3 bytes"],
    [
      "an overlap",
      file(`{"a":${entry("F32", [2], [0, 8])},"b":${entry("F32", [1], [4, 8])}}`, 8),
      "an overlap",
    ],
    ["twice the same bytes", file(`{"a":${F32},"b":${F32}}`, 4), "an overlap"],
    ["a hole at the start", file(`{"a":${entry("F32", [1], [4, 8])}}`, 8), "a hole"],
    ["a hole between", file(`{"a":${F32},"b":${entry("F32", [1], [8, 12])}}`, 12), "a hole"],
    ["a hole at the end", file(`{"a":${F32}}`, 5), "a hole at the end"],
    ["data without tensors", file("{}", 1), "a hole at the end"],
    ["a name twice", file(`{"a":${F32},"a":${F32}}`, 4), "each key once"],
    ["a name twice, once in escapes", file(`{"a":${F32},"\\u0061":${F32}}`, 4), "each key once"],
    [
      "a dtype twice",
      file('{"a":{"dtype":"I64","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
      "each key once",
    ],
    [
      "metadata twice",
      file('{"__metadata__":{"a":"1"},"__metadata__":{"a":"2"}}', 0),
      "each key once",
    ],
    ["a metadata key twice", file('{"__metadata__":{"a":"1","a":"2"}}', 0), "each key once"],
    ["the name __proto__", file(`{"__proto__":${F32}}`, 4), "a name of its own"],
  ])("is bad data: %s", (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(DataError);
    expect(() => decode(bytes)).toThrow(message);
    expect(() => decode(bytes)).toThrow(`"${SOURCE}"`);
    expect(Object.hasOwn(Object.prototype, "dtype")).toBe(false);
  });

  test("is bad data or the same tensors, whichever byte is changed", () => {
    const whole = encodeSafetensors({ tensors, metadata });
    for (let at = 0; at < whole.length; at += 1) {
      for (const change of [1, 0x20, 0x80]) {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= change;
        try {
          expect(decode(bytes).tensors.size).toBe(tensors.size);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }
    }
  });

  test("is bad data wherever it is cut", () => {
    const whole = encodeSafetensors({ tensors, metadata });
    for (let size = 0; size < whole.length; size += 1) {
      expect(() => decode(whole.subarray(0, size))).toThrow(DataError);
    }
  });
});

describe("what other writers may do", () => {
  test("names in any order, blanks after the header and colons in names are fine", () => {
    const header = `{"b:\\":":${entry("F32", [1], [4, 8])},"a":${F32}}     `;
    const read = decode(file(header, 8));
    expect([...read.tensors.keys()].toSorted()).toEqual(["a", 'b:":']);
  });

  test("a metadata key __proto__ is a key like any other", () => {
    const read = decode(file('{"__metadata__":{"__proto__":"x"}}', 0));
    expect([...read.metadata]).toEqual([["__proto__", "x"]]);
  });

  test("bytes that do not begin at a multiple of 8 in memory are read all the same", () => {
    const whole = encodeSafetensors({ tensors, metadata });
    const shifted = new Uint8Array(whole.length + 3).subarray(3);
    shifted.set(whole);
    expect(decode(shifted).tensors).toEqual(decode(whole).tensors);
  });
});
