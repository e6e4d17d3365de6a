import { hostname } from "node:os";
import { describe, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import { livenessOf, thisProcess } from "../../../src/base/process-identity.ts";
import { machine } from "../../support/machine.ts";
import { memoryDisk } from "../../support/memory-disk.ts";

/** More than Linux ever gives. */
const NO_PROCESS = 2 ** 30;
const here = memoryDisk(machine("a"));
const self = thisProcess(here);

describe("this process", () => {
  test("is known by its number, host, boot, start and container", () => {
    expect(self).toEqual({
      pid: process.pid,
      host: hostname(),
      boot: "a",
      start: "100",
      init: "2",
    });
  });

  test("is alive, also on this very machine", () => {
    expect(livenessOf(here, self)).toBe("alive");
    expect(livenessOf(disk, thisProcess(disk))).toBe("alive");
  });

  test("is alive where the platform says nothing but its number", () => {
    const bare = memoryDisk();
    expect(thisProcess(bare)).toMatchObject({ boot: undefined, start: undefined, init: undefined });
    expect(livenessOf(bare, thisProcess(bare))).toBe("alive");
  });
});

describe("a process", () => {
  test.each([
    ["dead", "no process has its number", { pid: NO_PROCESS }],
    ["dead", "another process has its number", { start: "99" }],
    ["dead", "the machine was started again", { boot: "b" }],
    ["unknown", "it ran on another machine", { host: "elsewhere" }],
    ["unknown", "it ran in another container", { init: "3" }],
    ["alive", "nobody knows when it started", { start: undefined }],
  ] as const)("is %s if %s", (liveness, _, difference) => {
    expect(livenessOf(here, { ...self, ...difference })).toBe(liveness);
  });

  test.each(["Z", "X"])("is dead if it ended and its parent has not noticed (%s)", (state) => {
    const content = new Map([
      ...machine("a"),
      ...machine("a", [{ pid: process.pid, start: 100, state }]),
    ]);
    expect(livenessOf(memoryDisk(content), self)).toBe("dead");
  });

  test("that we may not signal is alive", () => {
    const init = { ...self, pid: 1, start: "2" };
    expect(livenessOf(here, init)).toBe("alive");
  });
});
