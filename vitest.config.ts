import { defineConfig } from "vitest/config";

/** Two projects: `unit` shares one process (it has no global state), `slow` starts processes and browsers of its own. */
export default defineConfig({
  test: {
    pool: "forks",
    disableConsoleIntercept: true,
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], isolate: false },
      },
      {
        extends: true,
        test: {
          name: "slow",
          include: ["test/slow/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
