/** Checkpoints whose bytes tell which step they are of. */
import type { FileSystem } from "../../src/base/file-system.ts";
import type { Checkpoint } from "../../src/log/read-checkpoint.ts";
import { writeCheckpoint } from "../../src/log/write-checkpoint.ts";

const NAMES = ["optimizer.safetensors", "policy.safetensors", "state.json", "tokenizer.json"];

/** What a checkpoint of this step holds. */
export function filesOf(step: number): Map<string, Uint8Array> {
  return new Map(
    NAMES.map((name, i) => [name, Buffer.from(`${name} of step ${step}`.repeat(i + 1))]),
  );
}

/** Whether a checkpoint that was read is what was written for its step. */
export function isWhole({ step, files }: Checkpoint): boolean {
  const expected = filesOf(step);
  return (
    files.size === expected.size &&
    [...expected].every(([name, bytes]) => files.get(name)?.equals(bytes) === true)
  );
}

/** Writes the checkpoint of a step. */
export function write(fs: FileSystem, run: string, step: number, keep: number): string {
  return writeCheckpoint(fs, run, { step, files: filesOf(step) }, keep);
}
