import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { ShapeError } from "../../../src/base/errors.ts";
import { inSandbox, sqlText } from "../../../src/log/duckdb-sandbox.ts";
import { type ParquetColumn, encodeParquet } from "../../../src/log/encode-parquet.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-encode-parquet-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const path = join(scratch, "x.parquet");

/** What DuckDB, which shares no code with ours, makes of a file. */
async function query(columns: readonly ParquetColumn[], sql: string): Promise<unknown[][]> {
  writeFileSync(path, encodeParquet(columns));
  return inSandbox([path], async (connection) => {
    const result = await connection.runAndReadAll(
      sql.replace("FILE", `read_parquet(${sqlText(path)})`),
    );
    return result.getRows();
  });
}

const text = (values: ReadonlyArray<string | null>): ParquetColumn => ({
  name: "t",
  dtype: "text",
  values,
});

describe("text", () => {
  test("comes back as it is, empty and missing apart", async () => {
    const values = ["", null, "é😀", "a\0b", "\n", "x".repeat(100_000), null];
    expect(await query([text(values)], "FROM FILE")).toEqual(values.map((value) => [value]));
  });

  test("of any kind comes back as it is", async () => {
    const values = fc.array(fc.option(fc.string({ unit: "grapheme" })), {
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(values, async (list) => {
        expect(await query([text(list)], "FROM FILE")).toEqual(list.map((value) => [value]));
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  test("that is no Unicode is stored as close to it as UTF-8 can be", async () => {
    expect(await query([text(["a\ud800"])], "FROM FILE")).toEqual([["a\ufffd"]]);
  });
});

describe("numbers", () => {
  const rows = 260_001;
  const many = Float64Array.from({ length: rows }, (_, row) => (row % 7 === 0 ? Number.NaN : row));

  test("over several row groups come back, with the nulls where they were", async () => {
    const counted = await query(
      [{ name: "x", dtype: "i32", values: many }],
      "SELECT count(*)::INT, count(x)::INT, bool_and(x IS NULL OR x % 7 <> 0), sum(x)::DOUBLE FROM FILE",
    );
    const present = many.filter((value) => !Number.isNaN(value));
    const sum = present.reduce((total, value) => total + value, 0);
    expect(counted).toEqual([[rows, present.length, true, sum]]);
    const groups = await query(
      [{ name: "x", dtype: "i32", values: many }],
      `SELECT DISTINCT row_group_id::INT, row_group_num_rows::INT FROM parquet_metadata(${sqlText(path)}) ORDER BY ALL`,
    );
    expect(groups).toEqual([
      [0, 122_880],
      [1, 122_880],
      [2, rows - 2 * 122_880],
    ]);
  });

  test("have the types of their columns, and i8 stays within 32 bits as Parquet has it", async () => {
    const columns = (["i8", "i32", "f32", "f64"] as const).map((dtype) => ({
      name: dtype,
      dtype,
      values: Float64Array.of(1, Number.NaN),
    }));
    const described = await query(columns, "SELECT column_type FROM (DESCRIBE FROM FILE)");
    expect(described.flat()).toEqual(["TINYINT", "INTEGER", "FLOAT", "DOUBLE"]);
  });

  test("of a part of an array are those of the part", async () => {
    const part = Float64Array.of(1, 2, 3, 4).subarray(1, 3);
    expect(await query([{ name: "x", dtype: "f64", values: part }], "FROM FILE")).toEqual([
      [2],
      [3],
    ]);
  });
});

describe("a file", () => {
  test("has no two columns whose names differ in case alone, and none without a name", async () => {
    const names = ["Loss", "loss", "LOSS_1", "loss", "", "\0", "column"];
    const columns = names.map((name): ParquetColumn => ({
      name,
      dtype: "f64",
      values: Float64Array.of(1),
    }));
    const stored = await query(
      columns,
      `SELECT name FROM parquet_schema(${sqlText(path)}) WHERE type IS NOT NULL ORDER BY column_id`,
    );
    expect(stored.flat()).toEqual([
      "Loss",
      "loss_1",
      "LOSS_1_1",
      "loss_2",
      "column",
      "column_1",
      "column_2",
    ]);
  });

  test("has its sizes right: what the metadata say adds up", async () => {
    const columns = [
      text(["a", null]),
      { name: "x", dtype: "f64", values: Float64Array.of(1, 2) } as const,
    ];
    const bytes = encodeParquet(columns);
    const footer = bytes.readUInt32LE(bytes.length - 8);
    const [row] = await query(
      columns,
      `SELECT sum(total_compressed_size)::INT, min(data_page_offset)::INT FROM parquet_metadata(${sqlText(path)})`,
    );
    expect(row).toEqual([bytes.length - footer - 12, 4]);
  });

  test("without columns, or with columns of two lengths, is refused", () => {
    const short: ParquetColumn = { name: "short", dtype: "f64", values: Float64Array.of(1) };
    expect(() => encodeParquet([])).toThrow(ShapeError);
    expect(() => encodeParquet([text(["a", "b"]), short])).toThrow('got 2 and 1 ("short")');
  });
});
