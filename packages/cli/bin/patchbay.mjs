#!/usr/bin/env node
// Dependency-free, so that it runs on any Node >= 20.9: installs what is missing and re-executes on Node 24.
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(realpathSync(fileURLToPath(import.meta.url)));
const { ensureInstalled, requireBootstrapNode, runForeground, toolEnv, workNode } = await import(
  join(here, "../../../scripts/lib/toolchain.mjs")
);

requireBootstrapNode();
ensureInstalled();
process.exitCode = await runForeground(workNode(), [join(here, "../src/main.ts"), ...process.argv.slice(2)], toolEnv());
