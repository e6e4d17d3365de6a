/** What entlaw needs on a machine and what each missing part costs; loads nothing heavy. */

import { ENGINES } from "../config/engine-kind.ts";

/** One line of `entlaw doctor`. */
export interface Check {
  readonly name: string;
  readonly required: boolean;
  readonly found: string | undefined;
  readonly needed: string;
  /** What does not work without it. */
  readonly without: string;
  readonly fix: string;
}

interface Part {
  readonly package: string;
  readonly required: boolean;
  readonly needed: string;
  readonly without: string;
  readonly fix: string;
}

const REINSTALL = "npm ci in a clone, npm install elsewhere";

const PARTS: readonly Part[] = [
  {
    package: "@duckdb/node-api",
    required: true,
    needed: "1.5",
    without: "no Parquet: ingest fails",
    fix: REINSTALL,
  },
  {
    package: "vega",
    required: true,
    needed: "6.2 or later",
    without: "no charts, no report",
    fix: REINSTALL,
  },
  {
    package: "vega-lite",
    required: true,
    needed: "6",
    without: "no charts, no report",
    fix: REINSTALL,
  },
  {
    package: "@resvg/resvg-js",
    required: true,
    needed: "2.6",
    without: "no PNG; SVG still works",
    fix: REINSTALL,
  },
  {
    package: "onnxruntime-node",
    required: true,
    needed: "1.30.0 exactly",
    without: "no engine: nothing can be trained",
    fix: REINSTALL,
  },
  {
    package: "@tensorflow/tfjs",
    required: true,
    needed: "4.22",
    without: "no engine: nothing can be trained",
    fix: REINSTALL,
  },
  {
    package: "danfojs-node",
    required: false,
    needed: "1.2",
    without: "no data frames in the library; the command line does not need it",
    fix: "npm install danfojs-node@1.2.0 with the overrides of docs/frames.md",
  },
];

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

async function nativeTensorFlow(): Promise<Check> {
  const { findTensorFlow } = await import("../engine/backend/find-tensorflow.ts");
  const finding = findTensorFlow();
  return {
    name: "native TensorFlow",
    required: false,
    found: finding.status === "found" ? finding.found.name : undefined,
    needed: "@tensorflow/tfjs-node or -gpu 4.22.0 with its binding",
    without: "no engine tensorflow; `entlaw engine` tells what there is instead",
    fix: ENGINES.tensorflow.get,
  };
}

/** Looks for every part; finds out by resolving, not by loading. */
export async function runChecks(): Promise<Check[]> {
  const node: Check = {
    name: "Node.js",
    required: true,
    found: process.versions.node, // the bin has refused an older one before this runs
    needed: "22.18 or later (22.x), or 24 and up",
    without: "nothing runs",
    fix: "npm ci in a clone brings its own; elsewhere install Node 22 or 24",
  };
  return [
    node,
    ...PARTS.map(({ package: name, ...part }) => ({
      ...part,
      name,
      found: isInstalled(name) ? "installed" : undefined,
    })),
    await nativeTensorFlow(),
  ];
}
