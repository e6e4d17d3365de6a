import { linkSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type FileSystem, type OpenMode, disk } from "../../../src/base/file-system.ts";
import { memoryDisk } from "../../support/memory-disk.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-file-system-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const disks: ReadonlyArray<readonly [string, FileSystem, string]> = [
  ["the real disk", disk, join(scratch, "a")],
  ["the tests' disk in memory", memoryDisk(), "/a"],
];

describe.each(disks)("%s", (_, fs, folder) => {
  const file = join(folder, "deep", "file");

  test("keeps the promises of the door", () => {
    expect(fs.status(file)).toBeUndefined();
    fs.makeDirectory(join(folder, "deep"));
    fs.makeDirectory(join(folder, "deep"));
    expect(fs.status(folder)?.kind).toBe("directory");

    write(fs, file, "write", "first content");
    write(fs, file, "write", "second");
    write(fs, file, "append", " line");
    expect(fs.readFile(file).toString()).toBe("second line");
    fs.truncate(file, 6);
    expect(fs.status(file)).toEqual({ kind: "file", size: 6 });

    write(fs, join(folder, "deep", "B"), "write", "");
    fs.rename(join(folder, "deep", "B"), join(folder, "deep", "a"));
    expect(fs.list(join(folder, "deep"))).toEqual(["a", "file"]);
    fs.rename(join(folder, "deep", "a"), file);
    expect(fs.readFile(file).toString()).toBe("");
    fs.syncDirectory(join(folder, "deep"));

    fs.remove(file);
    fs.removeDirectory(join(folder, "deep"));
    expect(fs.status(join(folder, "deep"))).toBeUndefined();
  });

  test("a file that is created exclusively is created once", () => {
    const path = join(folder, "exclusive");
    write(fs, path, "exclusive", "first");
    expect(() => fs.open(path, "exclusive")).toThrow(expect.objectContaining({ code: "EEXIST" }));
    expect(fs.readFile(path).toString()).toBe("first");
  });

  test("a second name is the same file, and is refused where something has it", () => {
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    write(fs, one, "write", "content");
    fs.link(one, two);
    write(fs, one, "append", " and more");
    expect(fs.readFile(two).toString()).toBe("content and more");
    expect(fs.isLink(two)).toBe(false);
    expect(() => fs.link(one, two)).toThrow(expect.objectContaining({ code: "EEXIST" }));
    fs.remove(one);
    expect(fs.readFile(two).toString()).toBe("content and more");
  });

  test("a folder is renamed with what is in it, onto nothing or an empty folder alone", () => {
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    fs.makeDirectory(join(from, "inner"));
    write(fs, join(from, "inner", "file"), "write", "content");
    fs.makeDirectory(to);
    fs.rename(from, to);
    expect(fs.status(from)).toBeUndefined();
    expect(fs.readFile(join(to, "inner", "file")).toString()).toBe("content");
    fs.makeDirectory(from);
    expect(() => fs.rename(from, to)).toThrow(expect.objectContaining({ code: "ENOTEMPTY" }));
  });

  test.each([
    ["readFile", () => fs.readFile(join(folder, "none"))],
    ["open", () => fs.open(join(folder, "none", "x"), "write")],
    ["rename", () => fs.rename(join(folder, "none"), join(folder, "other"))],
    ["truncate", () => fs.truncate(join(folder, "none"), 0)],
    ["remove", () => fs.remove(join(folder, "none"))],
    ["removeDirectory", () => fs.removeDirectory(join(folder, "none"))],
    ["list", () => fs.list(join(folder, "none"))],
    ["link", () => fs.link(join(folder, "none"), join(folder, "other"))],
    ["syncDirectory", () => fs.syncDirectory(join(folder, "none"))],
  ])("%s of what is not there throws ENOENT with its system call", (_name, call) => {
    expect(call).toThrow(expect.objectContaining({ code: "ENOENT", syscall: expect.any(String) }));
  });
});

function write(fs: FileSystem, path: string, mode: OpenMode, text: string): void {
  const descriptor = fs.open(path, mode);
  fs.write(descriptor, Buffer.from(text));
  fs.sync(descriptor);
  fs.close(descriptor);
}

test("a file is the same under every name that leads to it, and under no other", () => {
  const folder = join(scratch, "names");
  disk.makeDirectory(folder);
  for (const name of ["one", "two"]) write(disk, join(folder, name), "write", "equal content");
  const one = join(folder, "one");
  symlinkSync(one, join(folder, "link"));
  linkSync(one, join(folder, "hard"));
  const same = (other: string): boolean => disk.isSame(one, join(folder, other));
  expect(["one", "../names/one", "link", "hard"].map(same)).toEqual([true, true, true, true]);
  expect(["two", "three", "."].map(same)).toEqual([false, false, false]);
  expect(disk.isSame(join(folder, "three"), join(folder, "three"))).toBe(false);
});

test("a link is one, whether it leads to a file, a folder or nowhere", () => {
  const folder = join(scratch, "links");
  disk.makeDirectory(folder);
  for (const target of [scratch, "nowhere"]) {
    const path = join(folder, `to ${target === scratch ? "a folder" : target}`);
    symlinkSync(target, path);
    expect(disk.isLink(path)).toBe(true);
  }
  expect(disk.isLink(folder)).toBe(false);
  expect(disk.isLink(join(folder, "none"))).toBe(false);
});
