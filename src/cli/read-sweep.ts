/** From the arguments of `entlaw sweep …` to a planned sweep; checks nothing that the sweep file itself checks. */
import { availableParallelism } from "node:os";
import { readFailure } from "../base/disk-failure.ts";
import { disk } from "../base/file-system.ts";
import type { Launcher } from "../sweep/launcher.ts";
import { planSweep, type Sweep } from "../sweep/plan-sweep.ts";
import type { SweepFlags } from "./sweep-flags.ts";

/**
 * Reads and plans the sweep of a file.
 *
 * @throws {@link ConfigError} for a file that is no sweep; {@link DataError} if it cannot be read.
 */
export function readSweep(file: string, flags: SweepFlags): Sweep {
  let text: string;
  try {
    text = disk.readFile(file).toString("utf8");
  } catch (error) {
    throw readFailure(file, error);
  }
  const { on, out, concurrency } = flags;
  const cores = on === "local" ? availableParallelism() : undefined;
  return planSweep(disk, { text, from: file, cores, out, concurrency });
}

/**
 * What starts the runs of a sweep.
 *
 * @param version - of entlaw, for the manifests of runs that verl trains.
 * @throws {@link ConfigError} for an address that is none.
 */
export async function launcherOf(
  sweep: Sweep,
  flags: SweepFlags,
  version: string,
): Promise<Launcher> {
  const { name, runner } = sweep;
  switch (flags.on) {
    case "local": {
      const { localLauncher } = await import("../sweep/local-launcher.ts");
      if (runner === "lab") return localLauncher(disk);
      const { verlProgram } = await import("../sweep/verl/verl-process.ts");
      return localLauncher(disk, verlProgram(disk, { name, version }));
    }
    case "ray": {
      const { rayAddress } = await import("../sweep/ray/ray-address.ts");
      const { RayClient } = await import("../sweep/ray/ray-client.ts");
      const { rayLauncher } = await import("../sweep/ray/ray-launcher.ts");
      const { modulesFolder } = await import("../sweep/ray/package-files.ts");
      const { address, "allow-http": allowHttp } = flags;
      const client = new RayClient(rayAddress(disk, process.env, { address, allowHttp }));
      const { out, ray } = sweep;
      const use = { name, out, ...ray, modules: ray.modules ?? modulesFolder(disk) };
      if (runner === "lab") return rayLauncher(disk, client, use);
      const { verlJobs } = await import("../sweep/verl/verl-jobs.ts");
      return rayLauncher(disk, client, use, verlJobs(disk, use, { version }));
    }
  }
}
