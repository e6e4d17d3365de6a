import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { readYaml } from "../../../src/config/read-yaml.ts";

const MEGABYTE = 1 << 20;
/** Far above what any of these takes (some 100 ms), far below what the unguarded parser takes (up to minutes). */
const QUICKLY = 2000;

const read = (text: string): unknown => readYaml(text, '"run.yaml"');

describe("YAML", () => {
  test.each([
    ["a: 1e-4", { a: 1e-4 }],
    ["a: 0o17", { a: 15 }],
    ["a: yes", { a: "yes" }],
    ["a: ~", { a: null }],
    ["a: 2020-01-01", { a: "2020-01-01" }],
    ["a: !!str 3", { a: "3" }],
    ["a: &x [1]\nb: [*x, *x]", { a: [1], b: [[1], [1]] }],
    ['{\n\t"a": 3\n}', { a: 3 }],
    ["", null],
    ["%YAML 1.1\n---\na: yes", { a: "yes" }],
  ])("%j is read by the core schema of version 1.2", (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test.each([
    ["an unclosed list", "steps: [1", "(line 1, column 10)"],
    ["two documents", "a: 1\n---\nb: 2", "(line 2, column 1)"],
    ["a key twice", "a: 1\nb: 2\na: 3", "unique (line 3, column 1)"],
    ["a tag of a program", "a: !!js/function x", "Unresolved tag"],
    ["binary data", "a: !!binary aGk=", "Unresolved tag"],
    ["a tag of its own", "a: !foo 1", "Unresolved tag"],
    ["an alias without anchor", "a: *b", "Unresolved alias"],
    ["an alias inside its anchor", "a: &a [*a]", "an alias inside its own anchor"],
  ])("with %s is refused, by file and place", (_, text, part) => {
    expect(() => read(text)).toThrow(ConfigError);
    expect(() => read(text)).toThrow('"run.yaml" must be a document of YAML or JSON, got: ');
    expect(() => read(text)).toThrow(part);
  });

  test("has no merge keys: the key << is a key like any other", () => {
    expect(read("x: &x {s: 1}\ny: {<<: *x}")).toEqual({ x: { s: 1 }, y: { "<<": { s: 1 } } });
  });

  const bomb = ["a: &a [1,1,1,1,1,1,1,1,1,1]"];
  for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg"]) {
    bomb.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(",")}]`);
  }

  test.each([
    ["aliases of aliases", bomb.join("\n")],
    ["200,000 aliases", `a: &a 1\nb: [${"*a,".repeat(200_000)}]`],
    ["2 MB", "a: 1\n".repeat((2 * MEGABYTE) / 5)],
    ["2 MB in one word", "x".repeat(2 * MEGABYTE)],
    ["half as many characters of three bytes", `a: ${"€".repeat(MEGABYTE / 2)}`],
    ["open lists", "[".repeat(MEGABYTE)],
    ["open lists, fewer", "[".repeat(9000)],
    ["open tables", "{a:".repeat(3000)],
    ["lists in lists", "- ".repeat(MEGABYTE / 2)],
    ["keys of keys", "? ".repeat(MEGABYTE / 2)],
    ["keys of keys, fewer", "? ".repeat(4500)],
    ["anchors", "&a ".repeat(6000)],
    ["tags", "!a ".repeat(6000)],
    ["90,000 keys", Array.from({ length: 90_000 }, (_, i) => `k${i}: 1`).join("\n")],
    ["a long text of wrong escapes", `a: "${"\\x".repeat(MEGABYTE / 2 - 9)}"`],
    ["directives", "%a\n".repeat(6000)],
    ["empty lines", "\n".repeat(MEGABYTE)],
  ])("that is hostile is refused quickly: %s", (_, text) => {
    const start = performance.now();
    expect(() => read(text)).toThrow(ConfigError);
    expect(performance.now() - start).toBeLessThan(QUICKLY);
  });

  test.each([
    ["1,048,576 bytes", "#".repeat(MEGABYTE + 1), "1048577 bytes"],
    ["as many in fewer characters", `# ${"€".repeat(MEGABYTE / 3)}`, "1048577 bytes"],
    ["20,000 words and signs", "- ".repeat(10_001), "more than 20000 words and signs"],
    ["65,536 characters in one word", "x".repeat(65_537), "a text or number of 65537 characters"],
  ])("longer than %s is refused by its size", (_, text, part) => {
    expect(() => read(text)).toThrow(part);
  });

  test("is read up to these sizes", () => {
    expect(read(`a: ${"x".repeat(65_536)}`)).toEqual({ a: "x".repeat(65_536) });
    expect(read(`${"#".repeat(60_000)}\n`.repeat(17))).toBeNull();
  });
});
