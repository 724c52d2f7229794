import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, toolEnv, workNode } from "./toolchain.mjs";

const DEBIAN_CHROMIUM = "/usr/bin/chromium";

function run(command, args, env = process.env) {
  return spawnSync(command, args, { env, stdio: ["ignore", "ignore", "inherit"], timeout: 600_000 }).status === 0;
}

/**
 * Path of a Chromium for the browser journeys: `CHROMIUM_PATH`, Debian's, or one that is installed now (as root from
 * Debian's packages, else by Playwright, which returns "" and lets Playwright find its own).
 */
export function ensureBrowser() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  if (existsSync(DEBIAN_CHROMIUM)) return DEBIAN_CHROMIUM;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.error("Installing Chromium for the browser tests ...");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const lock = ["-o", "DPkg::Lock::Timeout=600"];
    const installed =
      run("apt-get", [...lock, "update"], env) &&
      run("apt-get", [...lock, "install", "-y", "--no-install-recommends", "chromium"], env);
    if (installed && existsSync(DEBIAN_CHROMIUM)) return DEBIAN_CHROMIUM;
  }
  const cli = join(root, "apps/web/node_modules/@playwright/test/cli.js");
  if (run(workNode(), [cli, "install", "chromium"], toolEnv())) return "";
  console.error("No Chromium found and none could be installed. Set CHROMIUM_PATH to one and try again.");
  process.exit(1);
}
