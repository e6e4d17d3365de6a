import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configHash } from "../../../src/config/config-hash.ts";
import { parseExperiment } from "../../../src/config/parse-experiment.ts";
import { PRESET_NAMES } from "../../../src/config/presets.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The same data, the keys of each table the other way round. */
function reverseKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([key, field]) => [key, reverseKeys(field)]));
}

/** Copies of the data with one leaf changed, each leaf in turn. */
function* changes(value: Json): Generator<Json> {
  if (value !== null && typeof value === "object") {
    for (const key of Object.keys(value)) {
      const inner = (value as { [key: string]: Json })[key]!;
      for (const changed of changes(inner)) {
        yield Array.isArray(value)
          ? value.with(Number(key), changed)
          : { ...value, [key]: changed };
      }
    }
  } else if (typeof value === "number") yield value * 1.000_000_1 + 1e-12;
  else yield typeof value === "string" ? `${value} ` : value === null ? "" : !value;
}

describe("the hash of a configuration", () => {
  const config = JSON.parse(JSON.stringify(parseExperiment({ preset: "clip-cov" }))) as {
    [key: string]: Json;
  };

  test("has 16 hexadecimal digits, the first of SHA-256 over sorted JSON", () => {
    // printf '{"a":[1,{"c":null,"d":"x"}],"b":true}' | sha256sum
    expect(configHash({ b: true, a: [1, { d: "x", c: null }] })).toBe("f6658db83e97a2fd");
  });

  test("does not depend on the order of keys", () => {
    expect(configHash(reverseKeys(config) as object)).toBe(configHash(config));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
        const plain = data as { [key: string]: Json };
        expect(configHash(reverseKeys(plain) as object)).toBe(configHash(plain));
      }),
    );
  });

  test("changes with every single value", () => {
    const hashes = [...changes(config)].map((one) => configHash(one as object));
    expect(hashes.length).toBeGreaterThan(45);
    expect(new Set([configHash(config), ...hashes]).size).toBe(hashes.length + 1);
  });

  test("tells a list from a table, and order in a list", () => {
    const hashes = [{ a: [1, 2] }, { a: [2, 1] }, { a: { 0: 1, 1: 2 } }, { a: "[1,2]" }];
    expect(new Set(hashes.map(configHash)).size).toBe(4);
  });

  test("is another for each preset", () => {
    const hashes = PRESET_NAMES.map((preset) => configHash(parseExperiment({ preset })));
    expect(new Set(hashes).size).toBe(PRESET_NAMES.length);
  });
});
