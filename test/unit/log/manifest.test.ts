import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import { type Manifest, readManifest, writeManifest } from "../../../src/log/manifest.ts";
import { memoryDisk } from "../../support/memory-disk.ts";

const PATH = "/run/run.json";
const golden = readFileSync("test/golden/runs/tokens-run/run.json");
const read = (text: string | Buffer): Manifest =>
  readManifest(memoryDisk(new Map([[PATH, Buffer.from(text)]])), PATH);

const full: Manifest = {
  schema: 1,
  id: "grpo-7",
  status: "interrupted",
  steps: 12,
  config: { preset: "tiny", layers: [1, 2], deep: { a: null, b: true } },
  config_hash: "0123abcd",
  seed: 7,
  versions: { entlaw: "0.1.0", engine: "1.2.3" },
  started: "2026-11-23T10:00:00Z",
  finished: "2026-11-23T12:00:00+01:00",
  entropy: {
    kind: "exact",
    when: "before-update",
    aggregation: "token-mean",
    temperature: "rollout",
  },
  source: {
    file: "a.log",
    format: "csv",
    columns: { reward: "score" },
    renamed: {},
    warnings: ["w"],
  },
  steps_file: { bytes: 3, sha256: "0".repeat(64) },
};

describe("the manifest", () => {
  test("of a run that another lab wrote is read, with what we have no name for", () => {
    expect(read(golden)).toEqual(JSON.parse(golden.toString("utf8")));
  });

  test("comes back as it was written", () => {
    const fs = memoryDisk();
    fs.makeDirectory("/run");
    writeManifest(fs, PATH, full);
    expect(readManifest(fs, PATH)).toEqual(full);
    expect(fs.readFile(PATH).at(-1)).toBe("\n".charCodeAt(0));
  });

  test("of a newer entlaw is refused before anything else in it, with both versions", () => {
    expect(() => read('{"schema": 999, "status": 5}')).toThrow(
      expect.objectContaining({
        code: "newer-schema",
        message: '"/run/run.json" must have a schema version from 1 to 1, got 999',
        fix: expect.stringContaining("update entlaw"),
      }),
    );
  });

  test.each([
    ["nothing", ""],
    ["half of it", golden.toString("utf8").slice(0, 100)],
    ["a list", "[1]"],
    ["no schema version", '{"id": "a", "status": "finished"}'],
    ["a schema version of zero", '{"schema": 0, "id": "a", "status": "finished"}'],
    ["an unknown status", '{"schema": 1, "id": "a", "status": "done"}'],
    [
      "a date in another form",
      '{"schema": 1, "id": "a", "status": "finished", "started": "yesterday"}',
    ],
    [
      "a hash that is none",
      '{"schema": 1, "id": "a", "status": "finished", "steps_file": {"bytes": 1, "sha256": "xyz"}}',
    ],
  ])("with %s in its place is bad data, in one line, with the path", (_, text) => {
    let caught: unknown;
    try {
      read(text);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(DataError);
    expect(caught).toMatchObject({ code: "not-a-manifest" });
    expect((caught as Error).message).toMatch(
      /^"\/run\/run\.json" must be the manifest of a run, got: [^\n]+$/,
    );
  });

  test("that is not there is bad data", () => {
    expect(() => readManifest(memoryDisk(), PATH)).toThrow(DataError);
  });
});
