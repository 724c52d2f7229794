import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const DEBIAN_CHROMIUM = "/usr/bin/chromium";
/** Empty where none is given and Debian's is absent: Playwright then uses the browser it installed itself. */
const chromium = process.env.CHROMIUM_PATH || (existsSync(DEBIAN_CHROMIUM) ? DEBIAN_CHROMIUM : "");

/** Journeys in a real browser against the real stack, which `e2e/stack.ts` starts on free ports and an empty data folder. */
export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/stack.ts",
  outputDir: "test-results",
  // One deployment, one owner: the journeys go one after the other.
  workers: 1,
  fullyParallel: false,
  timeout: 240_000,
  globalTimeout: 540_000,
  expect: { timeout: 15_000 },
  // The first run wants an empty deployment. The others find or make its owner, so that each also works alone.
  projects: [
    { name: "firstRun", testMatch: "firstRun.e2e.ts" },
    { name: "journeys", testMatch: "*.e2e.ts", testIgnore: "firstRun.e2e.ts" },
  ],
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    actionTimeout: 15_000,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
      ],
    },
  },
});
