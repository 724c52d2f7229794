// Writes convex/_generated with the official CLI against a throw-away embedded deployment: codegen asks a deployment.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ensureInstalled, root, toolEnv, workNode } from "./lib/toolchain.mjs";

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

ensureInstalled();
const data = mkdtempSync(join(tmpdir(), "codegen-"));
const adminKey = `codegen|${randomBytes(16).toString("hex")}`;
writeFileSync(join(data, "admin.key"), adminKey, { mode: 0o600 });
const [port, sitePort] = [await freePort(), await freePort()];
const deployment = spawn(
  workNode(),
  [
    ...[
      join(root, "packages/embedded-convex/src/bin.ts"),
      "start",
      "--data",
      join(data, "convex"),
      "--host",
      "127.0.0.1",
    ],
    ...["--port", String(port), "--site-port", String(sitePort), "--admin-key-file", join(data, "admin.key")],
  ],
  { stdio: ["pipe", "pipe", "inherit"] },
);
try {
  await new Promise((resolve, reject) => {
    createInterface({ input: deployment.stdout }).on("line", (line) => line.startsWith('{"ready":true') && resolve());
    deployment.once("exit", (code) => reject(new Error(`The throw-away deployment ended with code ${code}.`)));
  });
  const result = spawnSync(
    workNode(),
    [join(root, "node_modules/convex/bin/main.js"), "codegen", "--typecheck", "disable"],
    {
      cwd: root,
      env: toolEnv({
        CONVEX_SELF_HOSTED_URL: `http://127.0.0.1:${port}`,
        CONVEX_SELF_HOSTED_ADMIN_KEY: adminKey,
        CI: "1",
      }),
      stdio: ["ignore", "inherit", "inherit"],
      timeout: 300_000,
    },
  );
  process.exitCode = result.status ?? 1;
} finally {
  deployment.kill("SIGTERM");
  await new Promise((resolve) => deployment.once("exit", resolve));
  rmSync(data, { recursive: true, force: true });
}
