/** Every TypeScript example of the README, the docs, the notebooks and examples/ runs as it stands. */
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

interface Example {
  readonly name: string;
  readonly code: string;
}

/** The ```ts blocks of a Markdown file. */
function blocksOf(path: string): Example[] {
  const blocks = [...readFileSync(path, "utf8").matchAll(/^```ts\n(.*?)^```/gms)];
  return blocks.map((block, i) => ({ name: `${path}, example ${i + 1}`, code: block[1] ?? "" }));
}

interface Notebook {
  readonly cells: ReadonlyArray<{ readonly cell_type: string; readonly source: readonly string[] }>;
}

/** The code cells of a notebook as one module, in order. */
function notebookOf(path: string): Example {
  const notebook = JSON.parse(readFileSync(path, "utf8")) as Notebook;
  const cells = notebook.cells.filter((cell) => cell.cell_type === "code");
  return { name: path, code: cells.map((cell) => cell.source.join("")).join("\n") };
}

const examples = [
  ...globSync(["README.md", "docs/**/*.md"]).flatMap(blocksOf),
  ...globSync("notebooks/*.ipynb").map(notebookOf),
  ...globSync("examples/*.ts").map((path) => ({ name: path, code: readFileSync(path, "utf8") })),
];

describe("documentation", () => {
  test("there are examples to run", () => {
    expect(examples.length).toBeGreaterThan(2);
  });

  test.each(examples)("$name runs", ({ code }) => {
    // Inside the repository, so that `import "entlaw"` means this package.
    const folder = mkdtempSync(join(process.cwd(), "test", ".example-"));
    try {
      const file = join(folder, "example.ts");
      writeFileSync(file, code);
      const { status, stderr } = spawnSync(process.execPath, ["--conditions=entlaw-source", file], {
        encoding: "utf8",
      });
      expect(stderr).not.toMatch(/Error/);
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
