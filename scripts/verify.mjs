// The gates, one after another; each prints its time. `node scripts/verify.mjs lint types` runs only those.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root, toolEnv } from "./lib/toolchain.mjs";

const gates = [
  ["format", ["prettier", "--check", "--log-level", "warn", "."]],
  ["types", ["pnpm", "typecheck"]],
  ["lint", ["eslint", ".", "--max-warnings", "0", "--cache", "--cache-location", "node_modules/.cache/eslint/"]],
  ["boundaries", ["depcruise", "--config", ".dependency-cruiser.cjs", "apps", "packages", "convex"]],
  ["unused", ["knip"]],
  ["tests", ["vitest", "run", "--coverage"]],
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !gates.some(([gate]) => gate === name));
if (unknown.length) {
  console.error(`Unknown gate ${unknown.join(", ")}. Gates: ${gates.map(([name]) => name).join(", ")}.`);
  process.exit(1);
}

const failed = [];
for (const [name, [command, ...args]] of gates) {
  if (wanted.length && !wanted.includes(name)) continue;
  const began = performance.now();
  const result = spawnSync(command, args, {
    cwd: root,
    env: toolEnv(),
    stdio: ["ignore", "inherit", "inherit"],
    timeout: 900_000,
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${result.status === 0 ? "ok  " : "FAIL"}  ${name}  ${seconds} s`);
  if (result.status !== 0) failed.push(name);
}
if (failed.length) {
  console.error(
    `verify: ${failed.join(", ")} failed. Run one gate alone with: node ${join("scripts", "verify.mjs")} ${failed[0]}`,
  );
  process.exit(1);
}
