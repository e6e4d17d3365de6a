/** The graph engine computes what tfjs's own cpu backend computes, in the same types and shapes, at the edges of each operation. */
import { describe, expect, test } from "vitest";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { edgeCases } from "./edge-cases.ts";
import { difference, runCase } from "./run-case.ts";
import { watched } from "./watched.ts";

describe("at its edges each operation equals tfjs on its cpu backend to 1e-5", () => {
  test.each(edgeCases)("$name", async (given) => {
    const { one, kinds } = watched(given);
    await useEngine("reference");
    const expected = await runCase(one);
    const expectedKinds = kinds();
    await useEngine("graph", { threads: 1 });
    expect(difference(await runCase(one, { passes: [] }), expected)).toBeUndefined();
    expect(difference(await runCase(one), expected)).toBeUndefined();
    expect(kinds()).toBe(expectedKinds);
  });
});
