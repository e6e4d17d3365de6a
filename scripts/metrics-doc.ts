/** Writes docs/metrics.md from the column tables of src/log; with --check it only says whether the file is up to date. */
import { readFileSync, writeFileSync } from "node:fs";
import type { ColumnSpec } from "../src/log/column-spec.ts";
import { rolloutColumns } from "../src/log/rollout-columns.ts";
import { stepColumns } from "../src/log/step-columns.ts";
import { tokenColumns } from "../src/log/token-columns.ts";
import { updateColumns } from "../src/log/update-columns.ts";

const TARGET = new URL("../docs/metrics.md", import.meta.url);

const INTRODUCTION = `# Columns of a run directory

<!-- Printed from src/log/*-columns.ts by \`npm run docs\`; edit those. -->

Names are snake_case. Entropy, log-probability and KL divergence are in nats, shares in [0, 1], time in seconds.
Shapes: S steps of the run, U updates of the run, N valid response tokens of a step, B responses of a step.
A value that is missing or not finite is \`null\` in JSON and in Parquet.

## Coming from verl or TRL

\`entlaw ingest LOG --out DIR\` keeps every numeric column of a log under its own name and adds three: \`entropy\`, \`reward\` and \`validation\`.
Each is a copy of one column of the log; \`run.json\` says of which one (\`source.columns\`), and how that entropy was computed (\`entropy\`).
A column of the log that had one of these names, but was not chosen for it, becomes \`source/<name>\` (\`source.renamed\`).
Entropies with different definitions are different numbers: do not compare fits across them.
`;

function tableOf(columns: readonly ColumnSpec[]): string {
  const rows = columns.map(({ name, unit, shape, dtype, doc, nullWhen, elsewhere }) => {
    const meaning = elsewhere === undefined ? doc : `${doc}<br>${elsewhere}`;
    return `| \`${name}\` | ${unit} | ${shape} ${dtype} | ${meaning} | ${nullWhen ?? "never"} |`;
  });
  return [
    "| column | unit | shape, type | meaning; in other logs | null when |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function render(): string {
  const sections = [
    ["`steps.jsonl`, `steps.parquet`", stepColumns],
    ["`updates.jsonl`", updateColumns],
    ["`tokens/step-NNNNNN.parquet`", tokenColumns],
    ["`rollouts/step-NNNNNN.parquet`", rolloutColumns],
  ] as const;
  const tables = sections.map(
    ([title, columns]) => `\n## ${title}\n\n${tableOf(Object.values(columns))}\n`,
  );
  return INTRODUCTION + tables.join("");
}

const rendered = render();
if (!process.argv.includes("--check")) {
  writeFileSync(TARGET, rendered);
} else if (readFileSync(TARGET, "utf8") !== rendered) {
  console.error("docs/metrics.md is not what src/log/*-columns.ts say; run `npm run docs`");
  process.exitCode = 1;
}
