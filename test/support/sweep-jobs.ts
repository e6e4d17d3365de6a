/** Jobs of a sweep for tests, from the text of its file. */
import type { FileSystem } from "../../src/base/file-system.ts";
import type { Job } from "../../src/sweep/launcher.ts";
import { planSweep, type Sweep } from "../../src/sweep/plan-sweep.ts";

/** A sweep in the folder `/sweep`, on a machine of two cores. */
export const sweepOf = (fs: FileSystem, text: string): Sweep =>
  planSweep(fs, { text, from: "test.yaml", out: "/sweep", cores: 2 });

/** Its jobs. */
export const jobsOf = (fs: FileSystem, text: string): readonly Job[] => sweepOf(fs, text).jobs;
