import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { refuseInputAsOutput, requireHtmlName } from "../../../src/cli/check-output.ts";

const folder = mkdtempSync(join(tmpdir(), "entlaw-output-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
mkdirSync(at("run"));
for (const name of ["log.html", "other.html", "run/steps.jsonl"]) writeFileSync(at(name), "");
symlinkSync(at("log.html"), at("link.html"));
const inputs = [at("log.html"), at("run")];

test.each(["log.html", "run/../log.html", "link.html", "run", "run/steps.jsonl"])(
  "%s is an input and must not be written to",
  (name) => {
    expect(() => refuseInputAsOutput(at(name), inputs)).toThrow(ConfigError);
  },
);

test.each(["other.html", "new.html", "run/report.html", "no-folder/new.html"])(
  "%s may be written to",
  (name) => {
    expect(() => refuseInputAsOutput(at(name), inputs)).not.toThrow();
  },
);

test("a page must be called one, unless it goes to a device", () => {
  for (const name of ["a.html", "A.HTM", "/dev/null"]) {
    expect(() => requireHtmlName(name)).not.toThrow();
  }
  for (const name of ["", "run.csv", "html", "a.html.gz", folder]) {
    expect(() => requireHtmlName(name)).toThrow(ConfigError);
  }
});
