import { expect, test } from "vitest";
import { makeDirectorySynced } from "../../../src/base/make-directory-synced.ts";
import { interceptedDisk } from "../../support/intercepted-disk.ts";
import { memoryDisk } from "../../support/memory-disk.ts";

test("each folder that is missing is on the disk before the next, and those that are there are left alone", () => {
  const inner = memoryDisk(new Map([["/a/file", Buffer.alloc(1)]]));
  const calls: string[] = [];
  const fs = interceptedDisk(inner, (operation, path) => {
    if (operation !== "status") calls.push(`${operation} ${path}`);
  });
  makeDirectorySynced(fs, "/a/b/c");
  makeDirectorySynced(fs, "/a/b/c");
  expect(calls).toEqual([
    "makeDirectory /a/b",
    "syncDirectory /a",
    "makeDirectory /a/b/c",
    "syncDirectory /a/b",
  ]);
});
