/** The wire format of Protocol Buffers, against bytes worked out by hand from its specification. */
import { describe, expect, test } from "vitest";
import { ProtobufWriter } from "../../../../src/engine/onnx/protobuf-writer.ts";

describe("the wire format", () => {
  test.each<[number | bigint, number[]]>([
    [0, [0]],
    [127, [127]],
    [128, [0x80, 1]],
    [150, [0x96, 1]], // the specification's own example
    [16_384, [0x80, 0x80, 1]],
    [2 ** 32, [0x80, 0x80, 0x80, 0x80, 0x10]],
    [Number.MAX_SAFE_INTEGER, [255, 255, 255, 255, 255, 255, 255, 15]],
    [2n ** 63n - 1n, [255, 255, 255, 255, 255, 255, 255, 255, 127]],
    [-1, [255, 255, 255, 255, 255, 255, 255, 255, 255, 1]],
    [-(2n ** 63n), [128, 128, 128, 128, 128, 128, 128, 128, 128, 1]],
  ])("writes %s as a varint", (value, bytes) => {
    expect([...new ProtobufWriter().integer(1, value).bytes()]).toEqual([0x08, ...bytes]);
  });

  test("writes field numbers above 15 in two bytes, floats little-endian, text in UTF-8", () => {
    expect([...new ProtobufWriter().integer(20, 1).bytes()]).toEqual([0xa0, 1, 1]);
    expect([...new ProtobufWriter().float(2, 1.5).bytes()]).toEqual([0x15, 0, 0, 0xc0, 0x3f]);
    expect([...new ProtobufWriter().text(2, "é").bytes()]).toEqual([0x12, 2, 0xc3, 0xa9]);
  });

  test("keeps the order of short and long fields through nested messages", () => {
    const long = Uint8Array.from({ length: 5000 }, (_, k) => k % 251);
    const inner = new ProtobufWriter().integer(1, 7).raw(2, long).integer(3, 8);
    const outer = new ProtobufWriter().integer(1, 1).message(4, inner).integer(5, 2);
    const body = [0x08, 7, 0x12, 0x88, 0x27, ...long, 0x18, 8]; // 5000 = 0x88 0x27
    expect(outer.length).toBe(2 + 3 + body.length + 2);
    expect([...outer.bytes()]).toEqual([0x08, 1, 0x22, 0x8f, 0x27, ...body, 0x28, 2]); // 5007
  });

  test("grows over many fields", () => {
    const writer = new ProtobufWriter();
    for (let k = 0; k < 1000; k++) writer.integer(1, k % 100);
    const expected = Array.from({ length: 1000 }, (_, k) => [8, k % 100]).flat();
    expect([...writer.bytes()]).toEqual(expected);
  });
});
