/** A disk that fails at the n-th operation, once or for ever. */
import type { FileSystem } from "../../src/base/file-system.ts";
import { diskError } from "./disk-error.ts";
import { interceptedDisk } from "./intercepted-disk.ts";

/** Which operation fails, counting from 0, and how. */
export interface Fault {
  readonly at: number;
  readonly lasting: boolean;
  readonly code: string;
}

export interface FailingDisk {
  readonly fs: FileSystem;
  /** Whether the fault was reached. */
  readonly failed: () => boolean;
}

/** A write that fails leaves the first half of its bytes, as a full disk does. */
export function failingDisk(inner: FileSystem, fault: Fault): FailingDisk {
  let calls = 0;
  let failures = 0;
  const fails = (): boolean => {
    const hit = fault.lasting ? calls >= fault.at : calls === fault.at;
    calls += 1;
    if (hit) failures += 1;
    return hit;
  };
  const fs: FileSystem = {
    ...interceptedDisk(inner, (operation) => {
      if (fails()) throw diskError(fault.code, operation);
    }),
    write(descriptor, bytes) {
      const hit = fails();
      inner.write(descriptor, hit ? bytes.subarray(0, bytes.length >> 1) : bytes);
      if (hit) throw diskError(fault.code, "write");
    },
  };
  return { fs, failed: () => failures > 0 };
}

/** Every fault that can befall an operation with `count` calls: each call, once and for ever. */
export function allFaults(count: number, codes: readonly string[] = ["ENOSPC", "EIO"]): Fault[] {
  return Array.from({ length: count }, (_, at) => at).flatMap((at) =>
    [false, true].flatMap((lasting) => codes.map((code) => ({ at, lasting, code }))),
  );
}
