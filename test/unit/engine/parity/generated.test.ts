/** The graph engine computes what tfjs's own cpu backend computes: on random shapes, axes and options. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { families } from "./generated-cases.ts";
import { difference, runCase } from "./run-case.ts";
import { watched } from "./watched.ts";

describe("on any shape each operation equals tfjs on its cpu backend to 1e-5", () => {
  test.each(Object.entries(families))(
    "%s",
    async (_, family) => {
      await fc.assert(
        fc.asyncProperty(family, async (given) => {
          const { one, kinds } = watched(given);
          await useEngine("reference");
          const expected = await runCase(one);
          const expectedKinds = kinds();
          await useEngine("graph", { threads: 1 });
          expect(
            difference(await runCase(one, { passes: [] }), expected),
            one.name,
          ).toBeUndefined();
          expect(difference(await runCase(one), expected), one.name).toBeUndefined();
          expect(kinds(), one.name).toBe(expectedKinds);
        }),
        { seed: 22, numRuns: 15 },
      );
    },
    60_000,
  );
});
