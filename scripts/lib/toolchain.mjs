// Dependency-free: runs on any Node >= 20.9, before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const NODE_VERSION = "24.21.0";
const PNPM_VERSION = "12.21.0";
const MIN_NODE = [20, 9];
const stampFile = join(root, "node_modules/.patchbay-install");

/** Nothing here phones home, and no tool may ask a question. */
export const quietEnv = {
  ...process.env,
  NEXT_TELEMETRY_DISABLED: "1",
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  npm_config_update_notifier: "false",
  npm_config_fund: "false",
};

/** Ends with one clear line where this Node is too old even to bootstrap. */
export function requireBootstrapNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return;
  console.error(
    `Patchbay needs Node ${MIN_NODE.join(".")} or newer; this is ${process.versions.node}. Install a newer Node and try again.`,
  );
  process.exit(1);
}

/** Path of the Node 24 that everything after the install runs on: this one, or the `node` package's. */
export function workNode() {
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  return join(root, "node_modules/node/bin/node");
}

/** Environment in which `node` and the workspace's binaries are the right ones. */
export function toolEnv(extra = {}) {
  const path = [dirname(workNode()), join(root, "node_modules/.bin"), process.env.PATH].join(":");
  return { ...quietEnv, PATH: path, ...extra };
}

function packageFiles(folder = root, depth = 0) {
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < 3) found.push(...packageFiles(path, depth + 1));
    else if (entry.name === "package.json" || entry.name === "pnpm-lock.yaml" || entry.name === "pnpm-workspace.yaml")
      found.push(path);
  }
  return found;
}

function installFingerprint() {
  const hash = createHash("sha256").update(`${NODE_VERSION} ${PNPM_VERSION} ${process.platform} ${process.arch}`);
  for (const file of packageFiles().sort()) hash.update(relative(root, file)).update(readFileSync(file));
  return hash.digest("hex");
}

/** The command line that runs `args` with Node 24 and pnpm on the PATH, both from the npm registry. */
function viaNpx(args) {
  const packages = Number(process.versions.node.split(".")[0]) >= 24 ? [] : ["-p", `node@${NODE_VERSION}`];
  return ["npx", ["-y", ...packages, "-p", `pnpm@${PNPM_VERSION}`, "--", ...args]];
}

/** Installs the workspace's packages where they are missing or out of date; a second call takes milliseconds. */
export function ensureInstalled() {
  const fingerprint = installFingerprint();
  const done = existsSync(stampFile) && readFileSync(stampFile, "utf8") === fingerprint && existsSync(workNode());
  if (done) return;
  console.error("Installing packages (the first time takes a minute or two) ...");
  const [command, args] = viaNpx(["pnpm", "install", "--frozen-lockfile", "--prefer-offline"]);
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...quietEnv, CI: "true" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (result.status !== 0) {
    console.error("Installing packages failed; the lines above say why. Nothing was started.");
    process.exit(result.status ?? 1);
  }
  writeFileSync(stampFile, fingerprint);
}

/** Runs a command to its end with Node 24 and pnpm on the PATH; resolves with its exit code. */
export function runWithPnpm(args, env = {}) {
  const [command, npxArgs] = viaNpx(args);
  return runForeground(command, npxArgs, toolEnv(env));
}

/**
 * Runs a child in the foreground and resolves with its exit code. Signals are passed on rather than left to npm,
 * which forwards no SIGTERM; the child also notices our end by the closing of its standard input.
 */
export function runForeground(command, args, env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...env, PATCHBAY_PARENT_PIPE: "1" },
      stdio: ["pipe", "inherit", "inherit"],
    });
    const pass = (signal) => child.kill(signal);
    process.on("SIGINT", pass).on("SIGTERM", pass).on("SIGHUP", pass);
    child.stdin.on("error", () => undefined); // The child may end before it read anything; its exit code tells.
    child.on("error", (error) => {
      console.error(`Could not run ${command}: ${error.message}`);
      resolve(1);
    });
    child.on("exit", (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}
