/** What we write is read by the libraries that others read it with: Python's safetensors and pyarrow. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import { encodeParquet } from "../../../src/log/encode-parquet.ts";
import {
  type NamedTensor,
  decodeSafetensors,
  encodeSafetensors,
} from "../../../src/log/safetensors.ts";

const python = process.env["ENTLAW_PYTHON"] ?? "python3";
const scratch = mkdtempSync(join(tmpdir(), "entlaw-python-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const at = (name: string): string => join(scratch, name);

const run = (program: string, ...args: readonly string[]): unknown =>
  JSON.parse(execFileSync(python, ["-c", program, ...args], { encoding: "utf8" }));

function has(modules: string): boolean {
  try {
    execFileSync(python, ["-c", `import ${modules}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const needs = (modules: string): string =>
  has(modules) ? python : `needs ENTLAW_PYTHON with the packages ${modules}`;

const TENSORS = "safetensors, numpy";
const tensors = new Map<string, NamedTensor>([
  ["layer.0/größe", { dtype: "F32", shape: [2, 3], values: Float32Array.of(1, -0, 0.1, 3, 4, 5) }],
  ["step", { dtype: "I64", shape: [], values: BigInt64Array.of(2n ** 62n + 1n) }],
  ["ids", { dtype: "I32", shape: [3], values: Int32Array.of(-1, 0, 7) }],
  ["empty", { dtype: "F64", shape: [0, 4], values: new Float64Array(0) }],
]);

describe(`Python's safetensors (${needs(TENSORS)})`, () => {
  test.skipIf(!has(TENSORS))("reads every tensor and the metadata", () => {
    writeFileSync(
      at("ours.safetensors"),
      encodeSafetensors({ tensors, metadata: new Map([["format", "é"]]) }),
    );
    const program = `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], "np") as file:
    arrays = {name: file.get_tensor(name) for name in file.keys()}
    print(json.dumps({"metadata": file.metadata(), "tensors": {
        name: [str(a.dtype), list(a.shape), [repr(x.item()) for x in a.ravel()]] for name, a in arrays.items()}}))`;
    expect(run(program, at("ours.safetensors"))).toEqual({
      metadata: { format: "é" },
      tensors: {
        "layer.0/größe": [
          "float32",
          [2, 3],
          ["1.0", "-0.0", "0.10000000149011612", "3.0", "4.0", "5.0"],
        ],
        step: ["int64", [], ["4611686018427387905"]],
        ids: ["int32", [3], ["-1", "0", "7"]],
        empty: ["float64", [0, 4], []],
      },
    });
  });

  test.skipIf(!has(TENSORS))("writes what we read", () => {
    const program = `
import json, sys, numpy as np
from safetensors.numpy import save_file
save_file({"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.array(-5, dtype=np.int64),
           "c": np.arange(3, dtype=np.int32)}, sys.argv[1], metadata={"format": "np"})
print(json.dumps(None))`;
    run(program, at("theirs.safetensors"));
    const read = decodeSafetensors(disk.readFile(at("theirs.safetensors")), "theirs");
    expect(read.metadata).toEqual(new Map([["format", "np"]]));
    expect(read.tensors).toEqual(
      new Map<string, NamedTensor>([
        ["a", { dtype: "I64", shape: [], values: BigInt64Array.of(-5n) }],
        ["b", { dtype: "F32", shape: [2, 3], values: Float32Array.of(0, 1, 2, 3, 4, 5) }],
        ["c", { dtype: "I32", shape: [3], values: Int32Array.of(0, 1, 2) }],
      ]),
    );
  });

  test.skipIf(!has(TENSORS))("refuses half precision to us by name", () => {
    const program = `
import json, sys, numpy as np
from safetensors.numpy import save_file
save_file({"a": np.zeros(2, dtype=np.float16)}, sys.argv[1])
print(json.dumps(None))`;
    run(program, at("half.safetensors"));
    expect(() => decodeSafetensors(disk.readFile(at("half.safetensors")), "half")).toThrow('"F16"');
  });
});

const PARQUET = "pyarrow";

describe(`pyarrow (${needs(PARQUET)})`, () => {
  test.skipIf(!has(PARQUET))(
    "reads every column in its type, nulls as nulls, over several row groups",
    () => {
      const rows = 300_000;
      const values = (at: (row: number) => number): Float64Array =>
        Float64Array.from({ length: rows }, (_, row) => at(row));
      const bytes = encodeParquet([
        { name: "whole", dtype: "i32", values: values((row) => row - 7) },
        { name: "small", dtype: "i8", values: values((row) => (row % 256) - 128) },
        {
          name: "half",
          dtype: "f32",
          values: values((row) => (row % 5 === 0 ? Number.NaN : row / 2)),
        },
        { name: "nothing", dtype: "f64", values: values(() => Number.NaN) },
        { name: "third", dtype: "f64", values: values((row) => row / 3) },
        {
          name: "word",
          dtype: "text",
          values: Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? null : `é${row}`)),
        },
      ]);
      writeFileSync(at("ours.parquet"), bytes);
      const program = `
import json, sys, pyarrow.parquet as pq
file = pq.ParquetFile(sys.argv[1])
t = file.read()
c = {name: t[name].to_pylist() for name in t.column_names}
n = t.num_rows
print(json.dumps({
    "types": [str(t.schema.field(name).type) for name in t.column_names], "groups": file.num_row_groups, "rows": n,
    "right": [
        c["whole"] == [row - 7 for row in range(n)],
        c["small"] == [row % 256 - 128 for row in range(n)],
        c["half"] == [None if row % 5 == 0 else row / 2 for row in range(n)],
        c["nothing"] == [None] * n,
        c["third"] == [row / 3 for row in range(n)],
        c["word"] == [None if row % 3 == 0 else f"é{row}" for row in range(n)]]}))`;
      expect(run(program, at("ours.parquet"))).toEqual({
        types: ["int32", "int8", "float", "double", "double", "string"],
        groups: 3,
        rows,
        right: [true, true, true, true, true, true],
      });
    },
  );
});
