/**
 * Ends the test output with what was skipped, by the names that say why, and one plain line that any script can read:
 * `N passed, N failed[, N skipped]`.
 */
import type { Reporter, TestCase, TestModule } from "vitest/node";

/** The outermost suite of a test, or the test itself: the name that says what is missing. */
function outermostName(test: TestCase): string {
  const [first] = test.fullName.split(" > ");
  return first ?? test.name;
}

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const skippedNames = new Set<string>();
    for (const module of modules) {
      const failedBefore = count.failed;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === "passed" || state === "failed" || state === "skipped") count[state] += 1;
        if (state === "skipped") skippedNames.add(outermostName(test));
      }
      // A file that did not load, or a hook that threw, fails without a failed test.
      if (module.state() === "failed" && count.failed === failedBefore) count.failed += 1;
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
    process.on("exit", () => {
      for (const name of skippedNames) process.stdout.write(`skipped: ${name}\n`);
      process.stdout.write(`${count.passed} passed, ${count.failed} failed${skipped}\n`);
    });
  }
}
