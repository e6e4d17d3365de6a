/** A program that appends steps to the log named by its argument, announcing each, until it is killed. */
import { disk } from "../../src/base/file-system.ts";
import { appendSteps } from "../../src/log/append-steps.ts";
import { stepRow } from "./step-rows.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("usage: announce-steps.ts PATH");
const log = appendSteps(disk, path);
for (let step = (log.repair.lastStep ?? -1) + 1; ; step += 1) {
  log.append(stepRow(step));
  process.stdout.write(`${step}\n`);
}
