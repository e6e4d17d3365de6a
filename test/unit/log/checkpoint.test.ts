import { describe, expect, test } from "vitest";
import { RunError, ShapeError } from "../../../src/base/errors.ts";
import type { FileSystem } from "../../../src/base/file-system.ts";
import { readNewestCheckpoint } from "../../../src/log/read-checkpoint.ts";
import { putNewerAside, writeCheckpoint } from "../../../src/log/write-checkpoint.ts";
import { filesOf, isWhole, write } from "../../support/checkpoints.ts";
import { memoryDisk } from "../../support/memory-disk.ts";

const RUN = "/run";
const FOLDER = "/run/checkpoints";

/** A disk with these checkpoints and no other. */
function diskWith(...steps: readonly number[]): FileSystem {
  const fs = memoryDisk();
  fs.makeDirectory(RUN);
  for (const step of steps) write(fs, RUN, step, steps.length);
  return fs;
}

function put(fs: FileSystem, path: string, content: string): void {
  const descriptor = fs.open(path, "write");
  fs.write(descriptor, Buffer.from(content));
  fs.close(descriptor);
}

const newestStep = (fs: FileSystem): number | undefined =>
  readNewestCheckpoint(fs, RUN).checkpoint?.step;

describe("a checkpoint", () => {
  test("comes back whole, with nothing to warn of", () => {
    const { checkpoint, warnings } = readNewestCheckpoint(diskWith(25), RUN);
    expect(checkpoint).toMatchObject({ step: 25, path: `${FOLDER}/step-000025` });
    expect(isWhole(checkpoint!)).toBe(true);
    expect(warnings).toEqual([]);
  });

  test("the newest is the one with the highest number, not the last name", () => {
    expect(newestStep(diskWith(999_999, 1_000_000))).toBe(1_000_000);
  });

  test("of a run without any is none, and it is said that the run starts anew", () => {
    const nothing = { checkpoint: undefined, warnings: [expect.stringContaining("starts at its")] };
    expect(readNewestCheckpoint(diskWith(), RUN)).toEqual(nothing);
    expect(readNewestCheckpoint(memoryDisk(), "/nowhere")).toEqual(nothing);
  });

  test("lists its files with sizes and SHA-256", () => {
    const list = JSON.parse(
      diskWith(7).readFile(`${FOLDER}/step-000007/checkpoint.json`).toString(),
    );
    expect(list).toMatchObject({ schema: 1, step: 7 });
    expect(list.files[2]).toEqual({
      name: "state.json",
      bytes: 20 * 3,
      sha256: "595f0221898389c5e2521c1f652168d0a823c00dce7e269c241a6b47b715ef7a",
    });
  });

  test.each(["../policy", "a/b", "", ".hidden", "A", "checkpoint.json", "a..b", "nul\0"])(
    "cannot have a file named %j",
    (name) => {
      const fs = diskWith();
      const files = new Map([[name, new Uint8Array(1)]]);
      expect(() => writeCheckpoint(fs, RUN, { step: 1, files }, 1)).toThrow(ShapeError);
      expect(fs.list(RUN)).toEqual([]);
    },
  );
});

describe("keeping", () => {
  test("as many as asked for, the newest ones", () => {
    const fs = diskWith();
    for (const step of [25, 50, 75, 100]) write(fs, RUN, step, 2);
    expect(fs.list(FOLDER)).toEqual(["step-000075", "step-000100"]);
    write(fs, RUN, 125, 1);
    expect(fs.list(FOLDER)).toEqual(["step-000125"]);
  });

  test("none is refused", () => {
    expect(() => write(diskWith(), RUN, 1, 0)).toThrow(ShapeError);
  });

  test("nothing is removed before the new one has been read back", () => {
    const inner = diskWith(25);
    // A disk that takes a file and gives other bytes back.
    const fs: FileSystem = {
      ...inner,
      readFile(path) {
        const bytes = inner.readFile(path);
        if (path.includes("step-000050/policy")) bytes[3]! ^= 1;
        return bytes;
      },
    };
    expect(() => write(fs, RUN, 50, 1)).toThrow(RunError);
    expect(() => write(fs, RUN, 50, 1)).toThrow("SHA-256");
    expect(newestStep(fs)).toBe(25);
  });

  test.each<readonly [string, string, (fs: FileSystem) => void]>([
    ["a folder with another name", "best", (fs) => put(fs, `${FOLDER}/best/a`, "a")],
    ["a folder without a list", "step-000001", (fs) => put(fs, `${FOLDER}/step-000001/a`, "a")],
    [
      "a list that is none",
      "step-000001",
      (fs) => put(fs, `${FOLDER}/step-000001/checkpoint.json`, "{}"),
    ],
    ["a copy under another number", "step-000001", (fs) => copy(fs, "step-000025", "step-000001")],
    [
      "a copy under another name",
      "step-000025-copy",
      (fs) => copy(fs, "step-000025", "step-000025-copy"),
    ],
    [
      "a checkpoint with a note in it",
      "step-000025",
      (fs) => put(fs, `${FOLDER}/step-000025/note.txt`, "best"),
    ],
    [
      "a checkpoint with a folder in it",
      "step-000025",
      (fs) => fs.makeDirectory(`${FOLDER}/step-000025/more`),
    ],
    ["a file", "step-000002", (fs) => put(fs, `${FOLDER}/step-000002`, "")],
  ])("%s is not ours to remove", (_, name, change) => {
    const fs = diskWith(25);
    for (const folder of ["best", "step-000001"]) fs.makeDirectory(`${FOLDER}/${folder}`);
    change(fs);
    const before = snapshot(fs, `${FOLDER}/${name}`);
    write(fs, RUN, 50, 1);
    expect(snapshot(fs, `${FOLDER}/${name}`)).toEqual(before);
    expect(newestStep(fs)).toBe(50);
  });
});

/** Everything at a path: path to content, folders included. */
function snapshot(fs: FileSystem, path: string): Array<readonly [string, string]> {
  if (fs.status(path)?.kind !== "directory") return [[path, fs.readFile(path).toString("latin1")]];
  return [[path, "folder"], ...fs.list(path).flatMap((name) => snapshot(fs, `${path}/${name}`))];
}

function copy(fs: FileSystem, from: string, to: string): void {
  fs.makeDirectory(`${FOLDER}/${to}`);
  for (const name of fs.list(`${FOLDER}/${from}`)) {
    put(fs, `${FOLDER}/${to}/${name}`, fs.readFile(`${FOLDER}/${from}/${name}`).toString());
  }
}

describe("a checkpoint of the same step", () => {
  test("that is ours is replaced", () => {
    const fs = diskWith(25, 50);
    put(fs, `${FOLDER}/step-000050/policy.safetensors`, "damaged");
    write(fs, RUN, 50, 2);
    expect(fs.list(FOLDER)).toEqual(["step-000025", "step-000050"]);
    expect(isWhole(readNewestCheckpoint(fs, RUN).checkpoint!)).toBe(true);
  });

  test("that is not ours is put aside", () => {
    const fs = diskWith(25);
    for (const name of ["", ".aside-1"]) {
      fs.makeDirectory(`${FOLDER}/step-000050${name}`);
      put(fs, `${FOLDER}/step-000050${name}/mine.txt`, `mine${name}`);
    }
    write(fs, RUN, 50, 2);
    expect(newestStep(fs)).toBe(50);
    expect(fs.readFile(`${FOLDER}/step-000050.aside-1/mine.txt`).toString()).toBe("mine.aside-1");
    expect(fs.readFile(`${FOLDER}/step-000050.aside-2/mine.txt`).toString()).toBe("mine");
  });
});

describe("a damaged newest checkpoint", () => {
  const names = [...filesOf(50).keys(), "checkpoint.json"];

  test.each(names)("gives way to the one before, whichever byte of %s is changed", (name) => {
    const path = `${FOLDER}/step-000050/${name}`;
    const whole = diskWith(25, 50).readFile(path);
    for (let at = 0; at < whole.length; at += 1) {
      const fs = diskWith(25, 50);
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1;
      put(fs, path, bytes.toString("latin1"));
      const descriptor = fs.open(path, "write");
      fs.write(descriptor, bytes);
      const { checkpoint, warnings } = readNewestCheckpoint(fs, RUN);
      // A blank of the list may be another one: then it says the same.
      if (checkpoint?.step === 50 && name === "checkpoint.json") {
        expect(isWhole(checkpoint)).toBe(true);
        continue;
      }
      expect(checkpoint?.step, `byte ${at}`).toBe(25);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toContain("step-000050");
      expect(warnings[0]).toContain('going on from "/run/checkpoints/step-000025"');
    }
  });

  test.each(names)("gives way to the one before if %s is cut or gone", (name) => {
    const path = `${FOLDER}/step-000050/${name}`;
    const fs = diskWith(25, 50);
    fs.truncate(path, fs.status(path)!.size - 1);
    // The list ends with a line feed, which says nothing.
    expect(newestStep(fs)).toBe(name === "checkpoint.json" ? 50 : 25);
    fs.truncate(path, fs.status(path)!.size - 1);
    expect(newestStep(fs)).toBe(25);
    fs.remove(path);
    expect(newestStep(fs)).toBe(25);
  });

  test("is named beside every other one that is damaged, also if none is left", () => {
    const fs = diskWith(25, 50);
    for (const step of ["000025", "000050"]) fs.remove(`${FOLDER}/step-${step}/state.json`);
    const { checkpoint, warnings } = readNewestCheckpoint(fs, RUN);
    expect(checkpoint).toBeUndefined();
    expect(warnings).toEqual([
      expect.stringContaining("step-000050/state.json"),
      expect.stringContaining("step-000025/state.json"),
      expect.stringContaining("starts at its first step"),
    ]);
  });

  test("with a list of a gigabyte is not read", () => {
    const inner = diskWith(25);
    const fs: FileSystem = {
      ...inner,
      status: (path) =>
        path.endsWith(".json") ? { kind: "file", size: 2 ** 30 } : inner.status(path),
    };
    expect(readNewestCheckpoint(fs, RUN).warnings[0]).toContain(
      "at most 1000000 bytes, got 1073741824",
    );
  });

  test("is put aside by a resume, which leaves what is not ours", () => {
    const fs = diskWith(25, 50);
    fs.makeDirectory(`${FOLDER}/step-000075`);
    expect(putNewerAside(fs, RUN, 25)).toEqual([`${FOLDER}/step-000050.aside-1`]);
    expect(fs.list(FOLDER)).toEqual(["step-000025", "step-000050.aside-1", "step-000075"]);
  });
});
