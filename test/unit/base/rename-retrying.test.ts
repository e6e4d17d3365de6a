import { expect, test } from "vitest";
import { renameRetrying } from "../../../src/base/rename-retrying.ts";
import { failingDisk } from "../../support/failing-disk.ts";
import { memoryDisk } from "../../support/memory-disk.ts";

const files = new Map([["/a", Buffer.from("content")]]);

test.each(["EPERM", "EBUSY", "EACCES"])(
  "on Windows a rename refused once with %s is done",
  (code) => {
    const inner = memoryDisk(files);
    const { fs, failed } = failingDisk(inner, { at: 0, lasting: false, code });
    renameRetrying(fs, "/a", "/b", "win32");
    expect(failed()).toBe(true);
    expect(inner.readFile("/b").toString()).toBe("content");
  },
);

test("on Windows an error that will not pass is thrown at once", () => {
  const { fs } = failingDisk(memoryDisk(files), { at: 0, lasting: false, code: "ENOSPC" });
  expect(() => renameRetrying(fs, "/a", "/b", "win32")).toThrow("ENOSPC");
});

test("elsewhere a refusal is thrown at once", () => {
  const { fs } = failingDisk(memoryDisk(files), { at: 0, lasting: false, code: "EPERM" });
  expect(() => renameRetrying(fs, "/a", "/b", "linux")).toThrow("EPERM");
});
