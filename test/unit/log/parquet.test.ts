import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { DataError, ShapeError } from "../../../src/base/errors.ts";
import { disk } from "../../../src/base/file-system.ts";
import { inSandbox } from "../../../src/log/duckdb-sandbox.ts";
import { readParquet } from "../../../src/log/read-parquet.ts";
import { makeTable } from "../../../src/log/table.ts";
import { writeParquet } from "../../../src/log/write-parquet.ts";
import { expectSame } from "../../support/same-table.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-parquet-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const at = (name: string): string => join(scratch, name);

/** A Parquet file as another program would write it. */
async function foreign(name: string, select: string): Promise<string> {
  const path = at(name);
  await inSandbox([path], (connection) =>
    connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet)`),
  );
  return path;
}

describe("a table as Parquet", () => {
  test("comes back bit for bit under the names that Parquet cannot have", async () => {
    const names = [
      "Loss",
      "loss",
      "LOSS_1",
      "",
      " ",
      "a/b.c[0]",
      'say "x"',
      "it's",
      "\0",
      "\n",
      "é😀",
      "\ud800",
    ];
    const values = Float64Array.of(-0, 5e-324, Number.MAX_VALUE, -Infinity, Number.NaN, 1 / 3);
    const table = makeTable(names.map((name, i) => [name, values.map((value) => value * (i + 1))]));
    writeParquet(disk, at("names.parquet"), table);
    expectSame(await readParquet(disk, at("names.parquet")), table);
  });

  test("comes back bit for bit when it is longer than DuckDB's chunks", async () => {
    const values = Float64Array.from({ length: 5000 }, (_, i) =>
      i % 7 === 0 ? Number.NaN : i / 3,
    );
    const table = makeTable([["x", values]]);
    writeParquet(disk, at("long.parquet"), table);
    expectSame(await readParquet(disk, at("long.parquet")), table);
  });

  test("without rows keeps its columns", async () => {
    const table = makeTable([["x", new Float64Array(0)]]);
    writeParquet(disk, at("empty.parquet"), table);
    expectSame(await readParquet(disk, at("empty.parquet")), table);
  });

  test("without columns is refused", () => {
    expect(() => writeParquet(disk, at("none.parquet"), makeTable([]))).toThrow(ShapeError);
  });

  test("has the types asked for, but never at the price of a number", async () => {
    const table = makeTable([
      ["fits", Float64Array.of(1, Number.NaN, -3)],
      ["half", Float64Array.of(1, 2.5, 3)],
      ["large", Float64Array.of(1, 2 ** 31, 3)],
      ["zero", Float64Array.of(1, -0, 3)],
      ["flag", Float64Array.of(-1, 0, 1)],
    ]);
    const dtypes = new Map([...table.columns.keys()].map((name) => [name, "i32" as const]));
    const path = at("types.parquet");
    writeParquet(disk, path, table, new Map([...dtypes, ["flag", "i8" as const]]));
    expectSame(await readParquet(disk, path), table);
    const described = await inSandbox([path], (connection) =>
      connection.runAndReadAll(`SELECT column_type FROM (DESCRIBE FROM read_parquet('${path}'))`),
    );
    expect(described.getRows().flat()).toEqual([
      "INTEGER",
      "DOUBLE",
      "DOUBLE",
      "DOUBLE",
      "TINYINT",
    ]);
  });

  test("is the same bytes every time", () => {
    const table = makeTable([["x", Float64Array.of(0.1, Number.NaN)]]);
    writeParquet(disk, at("once.parquet"), table);
    writeParquet(disk, at("twice.parquet"), table);
    expect(disk.readFile(at("twice.parquet"))).toEqual(disk.readFile(at("once.parquet")));
  });

  test("a folder that is not there is named", () => {
    const path = at("none/x.parquet");
    const table = makeTable([["x", Float64Array.of(1)]]);
    expect(() => writeParquet(disk, path, table)).toThrow(path);
  });
});

describe("reading Parquet", () => {
  test("null is NaN, truth is 1 or 0, and text is left out", async () => {
    const path = await foreign(
      "mixed.parquet",
      "SELECT * FROM (VALUES (1::BIGINT, 0.5::FLOAT, true, 'x', 1.25::DECIMAL(9,2)), (NULL, NULL, false, NULL, NULL)) t(a, b, c, d, e)",
    );
    expectSame(
      await readParquet(disk, path),
      makeTable([
        ["a", Float64Array.of(1, Number.NaN)],
        ["b", Float64Array.of(0.5, Number.NaN)],
        ["c", Float64Array.of(1, 0)],
        ["e", Float64Array.of(1.25, Number.NaN)],
      ]),
    );
  });

  test("columns come in the order asked for", async () => {
    const path = await foreign("order.parquet", "SELECT 1 AS a, 2 AS b, 3 AS c");
    expect([...(await readParquet(disk, path, ["c", "a"])).columns.keys()]).toEqual(["c", "a"]);
  });

  test.each([
    ["nope", "got none of that name"],
    ["d", "got VARCHAR"],
  ])("the column %s is refused, with those there are", async (column, message) => {
    const path = await foreign(`refused-${column}.parquet`, "SELECT 1 AS a, 'x' AS d");
    const read = readParquet(disk, path, [column]);
    await expect(read).rejects.toThrow(message);
    await expect(read).rejects.toMatchObject({ code: "unknown-column", fix: 'it has "a", "d"' });
  });

  test("an integer that float64 cannot hold is refused, the largest that it can is read", async () => {
    const fine = await foreign("fine.parquet", "SELECT 9007199254740991 AS id");
    expect((await readParquet(disk, fine)).columns.get("id")).toEqual(Float64Array.of(2 ** 53 - 1));
    const wide = await foreign("wide.parquet", "SELECT -9007199254740993 AS id");
    await expect(readParquet(disk, wide)).rejects.toMatchObject({ code: "integer-too-large" });
  });

  test.each([
    ["a'b*.parquet", "a'bX.parquet"],
    ["q?.parquet", "qX.parquet"],
    ["[0].parquet", "0.parquet"],
  ])("the file name %s is no pattern and no SQL, even beside %s", async (name, sibling) => {
    const table = makeTable([["x", Float64Array.of(1)]]);
    const path = at(name);
    writeParquet(disk, path, table);
    copyFileSync(path, at(sibling));
    expectSame(await readParquet(disk, path), table);
  });

  test("a column name is never SQL", async () => {
    const table = makeTable([["x\"; COPY (SELECT 1) TO 'y", Float64Array.of(1)]]);
    writeParquet(disk, at("sql.parquet"), table);
    expectSame(await readParquet(disk, at("sql.parquet")), table);
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("step,reward\n0,1\n")],
    ["the magic bytes alone", Buffer.from("PAR1PAR1")],
  ])("%s in its place is bad data, with the path", async (name, bytes) => {
    const path = at(`${name}.parquet`);
    writeFileSync(path, bytes);
    const read = readParquet(disk, path);
    await expect(read).rejects.toThrow(DataError);
    await expect(read).rejects.toThrow(path);
  });

  test("a file that is not there is bad data", async () => {
    await expect(readParquet(disk, at("nowhere.parquet"))).rejects.toThrow(DataError);
  });
});

describe("the sandbox", () => {
  test.each([
    ["another file", "FROM read_text('package.json')"],
    ["another place to write", `COPY (SELECT 1) TO '${at("elsewhere.csv")}'`],
    ["a setting", "SET enable_external_access = true"],
    ["an extension", "INSTALL httpfs"],
    ["a database", `ATTACH '${at("other.duckdb")}'`],
  ])("keeps %s out of reach", async (_, sql) => {
    await expect(
      inSandbox([at("allowed.parquet")], (connection) => connection.run(sql)),
    ).rejects.toThrow(/disabled by configuration|has been locked|Permission/);
  });
});
