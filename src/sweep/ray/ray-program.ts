/** What the jobs of a cluster run, and how their runs come back; sends nothing. */
import type { Job } from "../launcher.ts";
import type { RaySubmission } from "./ray-client.ts";

/** Files that a cluster gets once for all jobs. */
export interface RayPackage {
  /** Names its content. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One program that trains a job. */
export interface RayProgram {
  /** Whether run directories and warm starts are seen here while it writes them. */
  readonly sharesDisk: boolean;
  /** Whether runs come back in the output of their jobs. */
  readonly comesInOutput: boolean;
  /** What is uploaded before the first job; undefined if nothing is needed. */
  package(): RayPackage | undefined;
  /** Called before a job is submitted; none goes on for the run. */
  prepare(job: Job): void;
  /** The whole job. @param packageName - of the package that was uploaded. */
  submission(job: Job, id: string, packageName: string | undefined): RaySubmission;
  /**
   * Whether a job that succeeded has left its run to be collected: it is then not made again.
   *
   * @param output - what it said; empty if that is gone.
   */
  holdsRun(job: Job, output: () => Promise<string>): Promise<boolean>;
  /** What a job said besides. */
  withoutRun(output: string): string;
  /** Brings the run of a job that is over to its directory. @param output - what it said; undefined if that is gone. */
  collect(job: Job, output: string | undefined, endedWell: boolean): Promise<void>;
}
