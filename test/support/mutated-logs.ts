/** Real logs with damage at random places, and what every reader must make of them. */
import fc from "fast-check";
import { expect } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import { disk } from "../../src/base/file-system.ts";
import { type FormatName, formats } from "../../src/ingest/formats.ts";
import { recogniseFile } from "../../src/ingest/recognise-format.ts";
import { type StepTable, makeStepTable } from "../../src/ingest/step-table.ts";

const GOLDEN = "test/golden/logs";

/** Reads as `readLog` does after the disk: a table, or the error. */
export async function readOutcome(
  bytes: Buffer,
  name?: FormatName,
): Promise<StepTable | Error | undefined> {
  try {
    const found = name ?? recogniseFile(bytes, "log")?.name;
    const format = found && formats[found];
    if (format?.input !== "file") return undefined;
    return makeStepTable(await format.read(bytes, "log"));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const SEEDS = [
  `${GOLDEN}/golden/verl.jsonl`,
  `${GOLDEN}/golden/verl-console.log`,
  `${GOLDEN}/golden/run.csv`,
  `${GOLDEN}/trl-grpo/trainer_state.json`,
].map((path) => disk.readFile(path).subarray(0, 3000));

/** What breaks parsers: structure, escapes, line ends, numbers beyond all bounds, foreign keys. */
const TOKENS = [
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ";",
  ":",
  " - ",
  "\n",
  "\r",
  "\t",
  "\u0000",
  "\u001b[",
  "step:",
  "step:9 - ",
  "NaN",
  "-Infinity",
  "1e999",
  "9007199254740993",
  "-",
  "np.float64(",
  ")",
  '"__proto__":',
  '"data":',
  "\ufeff",
  "é",
].map((token) => Buffer.from(token));

const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.constantFrom(0, 0, 1, 2, 40, 400),
  insert: fc.oneof(
    fc.constantFrom(...TOKENS),
    fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
  ),
});

function mutate(
  seed: Buffer,
  mutations: ReadonlyArray<{ at: number; remove: number; insert: Buffer }>,
): Buffer {
  let bytes = seed;
  for (const { at, remove, insert } of mutations) {
    const offset = Math.floor(at * bytes.length);
    bytes = Buffer.concat([bytes.subarray(0, offset), insert, bytes.subarray(offset + remove)]);
  }
  return bytes;
}

function checkOutcome(result: StepTable | Error | undefined): void {
  if (result instanceof Error) expect(result).toBeInstanceOf(DataError);
  else if (result !== undefined) {
    const steps = result.table.columns.get("step")!;
    const isInOrder = steps.every(
      (step, i) => Number.isFinite(step) && (i === 0 || step > steps[i - 1]!),
    );
    expect(isInOrder).toBe(true);
  }
}

/**
 * Reads `count` mutations, each as the format that recognises it and as every other: a table with its steps in order,
 * or a `DataError`, and no prototype changed.
 */
export async function checkMutations(count: number): Promise<void> {
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...SEEDS),
      fc.array(mutation, { minLength: 1, maxLength: 8 }),
      async (seed, mutations) => {
        const bytes = mutate(seed, mutations);
        for (const name of [undefined, ...(Object.keys(formats) as FormatName[])]) {
          checkOutcome(await readOutcome(bytes, name));
        }
      },
    ),
    { numRuns: count },
  );
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
}
