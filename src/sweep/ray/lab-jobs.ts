/** The lab of this package as the program of a cluster's jobs; sends nothing. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { FileSystem } from "../../base/file-system.ts";
import { LOCK } from "../../log/run-files.ts";
import { lockLiveness } from "../../log/run-lock.ts";
import { packageFiles } from "./package-files.ts";
import { raySubmission, type RayUse } from "./ray-job.ts";
import type { RayPackage, RayProgram } from "./ray-program.ts";
import { holdsRun, keepPrintedRun, withoutRun } from "./run-in-log.ts";
import { zip } from "./zip.ts";

const HASH_DIGITS = 20;

/** Jobs of the lab: a job is this very package and one run. */
export function labJobs(fs: FileSystem, use: RayUse): RayProgram {
  const sharesDisk = use.results === "shared";
  let packed: RayPackage | undefined;
  return {
    sharesDisk,
    comesInOutput: !sharesDisk,
    package() {
      packed ??= packageOf(fs);
      return packed;
    },
    prepare({ directory }) {
      // The jobs of this run are over: a lock that a machine of the cluster left behind is nobody's.
      if (sharesDisk && lockLiveness(fs, directory) === "unknown") fs.remove(join(directory, LOCK));
    },
    submission: (job, id, packageName = "") => raySubmission(use, job, { id, packageName }),
    async holdsRun(_, output) {
      return !sharesDisk && holdsRun(await output());
    },
    withoutRun,
    async collect({ directory }, output) {
      if (!sharesDisk && output !== undefined) keepPrintedRun(fs, directory, output);
    },
  };
}

function packageOf(fs: FileSystem): RayPackage {
  const bytes = zip(packageFiles(fs));
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, HASH_DIGITS);
  return { name: `_ray_pkg_${hash}.zip`, bytes };
}
