// The gates. Those that only read run two at a time, then the tests; each prints its time. `node scripts/verify.mjs lint types`
// runs only those.
import { spawn } from "node:child_process";
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
  ["lint", lint],
  ["types", [["pnpm", "typecheck"]]],
  ["format", [["prettier", "--check", "--log-level", "warn", "."]]],
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

const chosen = gates.filter(([name]) => wanted.length === 0 || wanted.includes(name));
const failed = [];

await runGates(
  chosen.filter(([name]) => name !== "tests"),
  2,
);
await runGates(
  chosen.filter(([name]) => name === "tests"),
  1,
);

/** Runs the gates' commands, the gates in their order, so many at a time. */
async function runGates(selected, lanes) {
  const states = new Map(selected.map(([name, commands]) => [name, { left: commands.length, isOk: true, began: 0 }]));
  const queue = selected.flatMap(([name, commands]) => commands.map((command) => ({ name, command })));
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const state = states.get(next.name);
      state.began ||= performance.now();
      const isOk = await run(next.command);
      state.isOk &&= isOk;
      if (--state.left === 0) report(next.name, state);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
}

function report(name, { isOk, began }) {
  console.log(`${isOk ? "ok  " : "FAIL"}  ${name}  ${((performance.now() - began) / 1000).toFixed(1)} s`);
  if (!isOk) failed.push(name);
}

/** Whether the command ended well. What it prints comes in one piece, at its end; of tests as it comes. */
function run([command, ...args]) {
  const isLive = command === "vitest";
  const stdio = ["ignore", isLive ? "inherit" : "pipe", isLive ? "inherit" : "pipe"];
  const child = spawn(command, args, { cwd: root, env: toolEnv(), stdio, timeout: 900_000 });
  const output = [];
  child.stdout?.on("data", (chunk) => output.push(chunk));
  child.stderr?.on("data", (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    const end = (isOk) => {
      process.stdout.write(Buffer.concat(output));
      resolve(isOk);
    };
    child.on("error", (error) => {
      output.push(Buffer.from(`${command}: ${error.message}\n`));
      end(false);
    });
    child.on("close", (code) => end(code === 0));
  });
}

if (failed.length) {
  console.error(
    `verify: ${failed.join(", ")} failed. Run one gate alone with: node ${join("scripts", "verify.mjs")} ${failed[0]}`,
  );
  process.exit(1);
}
