/** The thread that writes tables, one message a table; knows nothing of who sends them. */
import { parentPort, workerData } from "node:worker_threads";
import { EntlawError } from "../base/errors.ts";
import { disk } from "../base/file-system.ts";
import { type TableFile, writeTableFile } from "./table-file.ts";
import type { TableAnswer, TableWorkerData } from "./table-queue.ts";

const { pending } = workerData as TableWorkerData;

function answerTo(file: TableFile): TableAnswer {
  try {
    writeTableFile(disk, file);
    return {};
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    const isOurs = error instanceof EntlawError;
    const code = isOurs ? error.code : "table-not-written";
    return { failure: { code, message, fix: isOurs ? error.fix : undefined } };
  }
}

parentPort?.on("message", (file: TableFile) => {
  const answer = answerTo(file);
  Atomics.sub(pending, 0, 1);
  Atomics.notify(pending, 0);
  parentPort?.postMessage(answer);
});
