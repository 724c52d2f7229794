import { defineConfig } from "vitest/config";

/** Slow tests: real processes that are killed, many seeds, load. One file at a time: they measure and kill. */
export default defineConfig({
  test: {
    environment: "node",
    include: ["packages/**/*.long.ts", "tests/**/*.long.ts"],
    exclude: ["**/node_modules/**"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
