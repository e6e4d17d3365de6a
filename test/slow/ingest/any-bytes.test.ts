import { expect, test } from "vitest";
import { checkMutations } from "../../support/mutated-logs.ts";

test("10,000 mutations of real logs give a table in order, or a DataError, in a minute", async () => {
  const start = performance.now();
  await checkMutations(10_000);
  expect(performance.now() - start).toBeLessThan(60_000);
});
