import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import { findProcess, hasArguments } from "../../../src/sweep/find-process.ts";

const WAITING = "setTimeout(() => {}, 60_000)";

describe.runIf(process.platform === "linux")("a process", () => {
  test("is found by its last arguments, all of them and whole, for as long as it is there", async () => {
    const name = `find-process-${process.pid}`;
    const child = spawn(process.execPath, ["-e", WAITING, "--", name, "with a space"]);
    await once(child, "spawn");
    const { pid = 0 } = child;
    expect(findProcess(disk, [name, "with a space"])).toBe(pid);
    expect(hasArguments(disk, pid, ["with a space"])).toBe(true);
    expect(hasArguments(disk, pid, [name])).toBe(false);
    expect(hasArguments(disk, pid, [name, "with a"])).toBe(false);
    expect(hasArguments(disk, pid, [])).toBe(false);
    child.kill("SIGKILL");
    await once(child, "close");
    expect(findProcess(disk, [name, "with a space"])).toBeUndefined();
    expect(hasArguments(disk, pid, ["with a space"])).toBe(false);
  });

  test("is never this one", () => {
    expect(findProcess(disk, process.argv.slice(-1))).not.toBe(process.pid);
  });
});
