#!/usr/bin/env node
// The one way in: `npm start`, `npm test` and `npm run demo` come here, and supervisors call this file directly.
// It has no dependencies: it brings the toolchain, installs, and hands over to the real commands on Node 24.
import { ensureBrowser } from "./lib/browser.mjs";
import {
  ensureInstalled,
  requireBootstrapNode,
  root,
  runForeground,
  runWithPnpm,
  toolEnv,
  workNode,
} from "./lib/toolchain.mjs";
import { join } from "node:path";

const [command = "help", ...rest] = process.argv.slice(2);
const patchbay = (...args) => runForeground(workNode(), [join(root, "packages/cli/src/main.ts"), ...args], toolEnv());

const commands = {
  start: () => patchbay("start", ...rest),
  demo: () => patchbay("demo", ...rest),
  patchbay: () => patchbay(...rest),
  verify: () => runWithPnpm(["node", "scripts/verify.mjs", ...rest]),
  test: async () => {
    const verified = await runWithPnpm(["node", "scripts/verify.mjs"]);
    if (verified !== 0) return verified;
    return runWithPnpm(["pnpm", "test:e2e", ...rest], { CHROMIUM_PATH: ensureBrowser() });
  },
  "test:long": () => runWithPnpm(["pnpm", "test:long", ...rest]),
  codegen: () => runWithPnpm(["node", "scripts/codegen.mjs"]),
};

requireBootstrapNode();
const chosen = commands[command];
if (!chosen) {
  console.error(`Usage: node scripts/run.mjs <${Object.keys(commands).join(" | ")}>`);
  process.exit(command === "help" ? 0 : 1);
}
ensureInstalled();
process.exitCode = await chosen();
