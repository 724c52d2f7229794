// The gates, one after another; each prints its time. `node scripts/verify.mjs lint types` runs only those.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root, toolEnv } from "./lib/toolchain.mjs";

/** Lint with types holds every project that it has seen in memory: all of them together are more than a process can hold. */
const lintParts = {
  web: ["apps", "packages/ui"],
  embedded: ["packages/embedded-convex/src"],
  embeddedTests: ["packages/embedded-convex", ...without("packages/embedded-convex/src")],
  packages: ["packages", ...without("packages/ui", "packages/embedded-convex")],
  rest: [".", ...without("apps", "packages")],
};

function without(...folders) {
  return folders.flatMap((folder) => ["--ignore-pattern", `${folder}/**`]);
}

const lint = Object.entries(lintParts).map(([part, args]) => {
  const cache = ["--cache", "--cache-location", `node_modules/.cache/eslint/${part}.json`];
  return ["eslint", ...args, "--max-warnings", "0", ...cache];
});

/** Name and commands of each gate. */
const gates = [
  ["format", [["prettier", "--check", "--log-level", "warn", "."]]],
  ["types", [["pnpm", "typecheck"]]],
  ["lint", lint],
  ["boundaries", [["depcruise", "--config", ".dependency-cruiser.cjs", "apps", "packages", "convex"]]],
  ["unused", [["knip"]]],
  ["tests", [["vitest", "run", "--coverage"]]],
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !gates.some(([gate]) => gate === name));
if (unknown.length) {
  console.error(`Unknown gate ${unknown.join(", ")}. Gates: ${gates.map(([name]) => name).join(", ")}.`);
  process.exit(1);
}

const failed = [];
for (const [name, commands] of gates) {
  if (wanted.length && !wanted.includes(name)) continue;
  const began = performance.now();
  const results = commands.map(([command, ...args]) =>
    spawnSync(command, args, { cwd: root, env: toolEnv(), stdio: ["ignore", "inherit", "inherit"], timeout: 900_000 }),
  );
  const isOk = results.every(({ status }) => status === 0);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${isOk ? "ok  " : "FAIL"}  ${name}  ${seconds} s`);
  if (!isOk) failed.push(name);
}
if (failed.length) {
  console.error(
    `verify: ${failed.join(", ")} failed. Run one gate alone with: node ${join("scripts", "verify.mjs")} ${failed[0]}`,
  );
  process.exit(1);
}
