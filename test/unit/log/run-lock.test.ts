import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import type { FileSystem } from "../../../src/base/file-system.ts";
import { type ProcessIdentity, thisProcess } from "../../../src/base/process-identity.ts";
import { acquireRunLock, isLockLeftover, lockLiveness } from "../../../src/log/run-lock.ts";
import { readRunState } from "../../../src/log/run-state.ts";
import { diskError } from "../../support/disk-error.ts";
import { interceptedDisk } from "../../support/intercepted-disk.ts";
import { machine } from "../../support/machine.ts";
import { memoryDisk } from "../../support/memory-disk.ts";

const RUN = "/run";
const LOCK = "/run/run.lock";
/** Two processes that live: this one, and the one that started it. */
const OTHER = { pid: process.ppid, start: 50 };
const MACHINE = machine("a", [OTHER]);

/** A disk on which a lock was left by whoever is like this process but for the differences. */
function diskWithLock(difference: Partial<ProcessIdentity> | string): FileSystem {
  const fs = memoryDisk(MACHINE);
  const holder = JSON.stringify({
    ...thisProcess(fs),
    ...(typeof difference === "string" ? {} : difference),
  });
  const content = typeof difference === "string" ? difference : holder;
  return memoryDisk(new Map([...MACHINE, [LOCK, Buffer.from(content)]]));
}

/** A disk on which a file has one name. */
const linkless = (inner: FileSystem, code = "EPERM"): FileSystem =>
  interceptedDisk(inner, (operation) => {
    if (operation === "link") throw diskError(code, "link");
  });

const STALE = { boot: "before" };

describe("the lock of a run", () => {
  test("is there with its holder until it is released, and nothing else is left", () => {
    const fs = memoryDisk(MACHINE);
    fs.makeDirectory(RUN);
    const lock = acquireRunLock(fs, RUN);
    expect(lock.takenFrom).toBeUndefined();
    expect(JSON.parse(fs.readFile(LOCK).toString())).toEqual(thisProcess(fs));
    expect(lockLiveness(fs, RUN)).toBe("alive");
    lock.release();
    lock.release();
    expect(fs.list(RUN)).toEqual([]);
    expect(lockLiveness(fs, RUN)).toBe("dead");
  });

  test("is refused to a second one, naming the first, and stays", () => {
    const fs = diskWithLock({});
    const before = fs.readFile(LOCK);
    expect(() => acquireRunLock(fs, RUN)).toThrow(ConfigError);
    expect(() => acquireRunLock(fs, RUN)).toThrow(`process ${process.pid} of`);
    expect(fs.readFile(LOCK)).toEqual(before);
    expect(fs.list(RUN)).toEqual(["run.lock"]);
  });

  test.each([
    ["another machine", { host: "elsewhere" }],
    ["another container", { init: "77" }],
    ["nobody knows whom", "garbage"],
    ["nobody, being empty", ""],
  ])("of %s is refused, with how to remove it by hand", (_, difference) => {
    const fs = diskWithLock(difference);
    const refused = expect.objectContaining({
      code: "run-locked",
      fix: expect.stringContaining("remove that file"),
    });
    expect(() => acquireRunLock(fs, RUN)).toThrow(refused);
    expect(lockLiveness(fs, RUN)).toBe("unknown");
  });

  test.each([
    ["before the machine was started again", STALE],
    ["whose number nobody has", { pid: 2 ** 30 }],
    ["whose number another one has now", { start: "99" }],
  ])("of a process %s is taken over", (_, difference) => {
    const fs = diskWithLock(difference);
    const lock = acquireRunLock(fs, RUN);
    expect(lock.takenFrom).toBe({ ...thisProcess(fs), ...difference }.pid);
    expect(JSON.parse(fs.readFile(LOCK).toString())).toEqual(thisProcess(fs));
    lock.release();
    expect(fs.list(RUN)).toEqual([]);
  });

  test("that is another's by now is not released", () => {
    const fs = memoryDisk(MACHINE);
    fs.makeDirectory(RUN);
    const lock = acquireRunLock(fs, RUN);
    fs.remove(LOCK);
    const other = acquireRunLock(fs, RUN, otherProcess(fs));
    lock.release();
    expect(fs.list(RUN)).toEqual(["run.lock"]);
    other.release();
    expect(fs.list(RUN)).toEqual([]);
  });

  test.each(["EPERM", "EOPNOTSUPP"])("needs no second names for files (%s)", (code) => {
    const fs = linkless(diskWithLock(STALE), code);
    const lock = acquireRunLock(fs, RUN);
    expect(() => acquireRunLock(fs, RUN)).toThrow(ConfigError);
    lock.release();
    expect(fs.list(RUN)).toEqual([]);
  });
});

const otherProcess = (fs: FileSystem): ProcessIdentity => ({
  ...thisProcess(fs),
  pid: OTHER.pid,
  start: String(OTHER.start),
});

/** Runs `meanwhile` before the n-th operation; undefined if there are fewer. */
function interruptedDisk(inner: FileSystem, at: number, meanwhile: () => void) {
  let calls = 0;
  let isReached = false;
  const fs = interceptedDisk(inner, () => {
    calls += 1;
    if (calls - 1 !== at) return;
    isReached = true;
    meanwhile();
  });
  return { fs, isReached: () => isReached };
}

function attempt(fs: FileSystem, self: ProcessIdentity): boolean {
  try {
    acquireRunLock(fs, RUN, self);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

describe("two processes that want one lock", () => {
  test.each([
    ["a stale one is there", STALE, false],
    ["none is there", undefined, false],
    ["files have one name, and a stale one is there", STALE, true],
    ["files have one name, and none is there", undefined, true],
  ])("never both have it, wherever one is interrupted by the other: %s", (_, left, isLinkless) => {
    for (let at = 0; ; at += 1) {
      const before = left === undefined ? memoryDisk(MACHINE) : diskWithLock(left);
      const inner = isLinkless ? linkless(before) : before;
      inner.makeDirectory(RUN);
      let hasOther = false;
      const { fs, isReached } = interruptedDisk(inner, at, () => {
        hasOther = attempt(inner, otherProcess(inner));
      });
      const hasThis = attempt(fs, thisProcess(fs));
      if (!isReached()) {
        expect(at).toBeGreaterThan(5);
        return;
      }
      expect([hasThis, hasOther].filter(Boolean), `interrupted at ${at}`).toHaveLength(1);
      const holder = JSON.parse(inner.readFile(LOCK).toString()) as ProcessIdentity;
      expect(holder.pid).toBe(hasThis ? process.pid : OTHER.pid);
      expect(inner.list(RUN)).toEqual(["run.lock"]);
    }
  });

  test("and one dies at any moment, the other gets it, and knows what was left behind", () => {
    class Killed extends Error {}
    for (let at = 0; ; at += 1) {
      const inner = diskWithLock(STALE);
      let calls = 0;
      const dying = interceptedDisk(inner, () => {
        calls += 1;
        if (calls > at) throw new Killed();
      });
      const dead = { ...thisProcess(inner), pid: 2 ** 30 };
      let isKilled = false;
      try {
        acquireRunLock(dying, RUN, dead);
      } catch (error) {
        expect(error).toBeInstanceOf(Killed);
        isKilled = true;
      }
      const lock = acquireRunLock(inner, RUN);
      lock.release();
      expect(inner.list(RUN).filter((name) => !isLockLeftover(name))).toEqual([]);
      if (!isKilled) return;
    }
  });
});

describe("the state of a run", () => {
  const manifest = (status: string): Buffer =>
    Buffer.from(JSON.stringify({ schema: 1, id: "a", status }));
  const stateWith = (status: string, lock: Partial<ProcessIdentity> | undefined): string => {
    const fs = lock === undefined ? memoryDisk(MACHINE) : diskWithLock(lock);
    fs.makeDirectory(RUN);
    const descriptor = fs.open("/run/run.json", "write");
    fs.write(descriptor, manifest(status));
    return readRunState(fs, RUN).status;
  };

  test.each([
    ["running", "running", "a process writes it", {}],
    ["running", "running", "another machine writes it", { host: "elsewhere" }],
    ["interrupted", "running", "the process that wrote it is dead", STALE],
    ["interrupted", "running", "no process writes it", undefined],
    ["finished", "finished", "no process writes it", undefined],
    ["failed", "failed", "the process that wrote it is dead", STALE],
  ] as const)("is %s if its manifest says %s and %s", (expected, status, _, lock) => {
    expect(stateWith(status, lock)).toBe(expected);
  });

  test("is that of its last manifest if it ends while somebody looks", () => {
    const inner = diskWithLock({});
    const write = (status: string): void => {
      const descriptor = inner.open("/run/run.json", "write");
      inner.write(descriptor, manifest(status));
    };
    write("running");
    const fs = interceptedDisk(inner, (_operation, path) => {
      if (path !== LOCK || inner.status(LOCK) === undefined) return;
      write("finished");
      inner.remove(LOCK);
    });
    expect(readRunState(fs, RUN).status).toBe("finished");
  });
});
