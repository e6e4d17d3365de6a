/** A program that takes a run's lock again and again, as others like it do, and writes down when it has it. */
import { randomUUID } from "node:crypto";
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../../src/base/errors.ts";
import { disk } from "../../src/base/file-system.ts";
import { thisProcess } from "../../src/base/process-identity.ts";
import { acquireRunLock } from "../../src/log/run-lock.ts";

const [folder = "", diary = "", rounds = "0"] = process.argv.slice(2);
const lockPath = join(folder, "run.lock");
const write = (event: string): void => appendFileSync(diary, `${event} ${process.pid}\n`);

/** Dies while holding the lock, as far as others can see. */
function leaveStale(): void {
  const dead = { ...thisProcess(disk), pid: 2 ** 30, start: randomUUID() };
  const temporary = `${diary}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(dead));
  renameSync(temporary, lockPath);
}

for (let won = 0; won < Number(rounds);) {
  try {
    const lock = acquireRunLock(disk, folder);
    write("enter");
    won += 1;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    write("leave");
    if (won % 3 === 0) lock.release();
    else leaveStale();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
  }
}
