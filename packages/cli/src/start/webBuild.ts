import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runToEnd } from "./child.ts";
import { fingerprint } from "./fingerprint.ts";

/** What the web app is made from. */
const sources = [
  "apps/web",
  "packages/ui",
  "packages/core",
  "packages/catalog",
  "packages/integrations",
  "convex/_generated",
  "pnpm-lock.yaml",
];

/** Builds the web app where its sources have changed since the last build. Resolves with whether it had to. */
export async function buildWeb(options: { root: string; logFile: string; onBuild: () => void }): Promise<boolean> {
  const folder = join(options.root, "apps/web");
  const stamp = join(folder, ".next/patchbay-build");
  const wanted = await fingerprint(options.root, sources, process.version);
  const built = await readFile(stamp, "utf8").catch(() => "");
  if (built === wanted) return false;
  options.onBuild();
  await runToEnd({
    name: "Building the web app",
    command: process.execPath,
    args: [join(folder, "node_modules/next/dist/bin/next"), "build"],
    cwd: folder,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    logFile: options.logFile,
    timeoutMs: 900_000,
  });
  await writeFile(stamp, wanted);
  return true;
}
