/** A sweep of verl on a real Ray cluster, with a stand-in for verl: the job needs no package, and its run comes back both ways. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disk } from "../../src/base/file-system.ts";
import { readRunDirectory } from "../../src/log/run-directory.ts";
import { entlaw, entlawJson } from "../support/command-line.ts";
import { RayCluster } from "../support/ray-cluster.ts";
import { writeVerlStandIn } from "../support/verl-stand-in.ts";

const PYTHON = process.env["ENTLAW_RAY_PYTHON"];

const root = mkdtempSync(join(tmpdir(), "entlaw-verl-ray-"));

describe.skipIf(PYTHON === undefined)("a sweep of verl on Ray", () => {
  const cluster = new RayCluster(PYTHON ?? "", { ownFolders: false });
  beforeAll(() => cluster.start(1));
  afterAll(async () => {
    await cluster.stop();
    rmSync(root, { recursive: true });
  });

  test.each(["shared", "log"])("comes back: %s", (results) => {
    const at = (name: string): string => join(root, `${results}-${name}`);
    writeVerlStandIn(at("python"));
    const sweep = {
      runner: "verl",
      arms: ["paper-7b", "paper-7b-clip-cov"],
      steps: 4,
      concurrency: 2,
      ray: { results },
      verl: { train: "/t.parquet", validation: "/v.parquet", python: at("python") },
    };
    writeFileSync(at("sweep.yaml"), JSON.stringify(sweep));
    const on = ["--out", at("out"), "--on", "ray", "--address", cluster.address];
    const args = ["sweep", "run", at("sweep.yaml"), ...on];
    const { runs } = entlawJson<{
      readonly runs: ReadonlyArray<{ readonly id: string; readonly state: string }>;
    }>(args);
    expect(runs.map(({ state }) => state)).toEqual(["finished", "finished"]);
    for (const { id } of runs) {
      const { manifest, table } = readRunDirectory(disk, join(at("out"), "runs", id));
      expect(manifest.source?.format).toBe(results === "shared" ? "verl-jsonl" : "verl-console");
      expect([...(table.columns.get("entropy") ?? [])]).toEqual([0.8, 0.7, 0.6, 0.5]);
    }
    expect(entlaw(args).stdout).toContain("nothing was left to do");
  });
});
