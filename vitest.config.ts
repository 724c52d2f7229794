import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** The fast tests. `*.long.ts` (many seeds, kills, load) run in vitest.long.config.ts; browser journeys in apps/web/e2e. */
export default defineConfig({
  test: {
    // Many tests wait for processes of their own: on two cores, Vitest's one worker would leave one of them idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: "node",
          environment: "node",
          include: ["packages/**/*.test.ts", "scripts/**/*.test.{ts,mjs}", "tests/**/*.test.ts"],
          exclude: ["**/node_modules/**", "packages/ui/**"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "convex",
          environment: "edge-runtime",
          include: ["convex/**/*.test.ts"],
          server: { deps: { inline: ["convex-test"] } },
          testTimeout: 20_000,
        },
      },
      {
        extends: "apps/web/vitest.config.ts",
        test: {
          name: "web",
          environment: "jsdom",
          include: ["apps/web/src/**/*.test.{ts,tsx}", "packages/ui/**/*.test.{ts,tsx}"],
          testTimeout: 20_000,
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["packages/{core,engine,sdk}/src/**/*.ts", "convex/**/model.ts"],
      exclude: ["**/*.test.ts", "**/generated/**", "**/testing/**"],
      thresholds: { lines: 85, statements: 85 },
    },
  },
});
