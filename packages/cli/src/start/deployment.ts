import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { nodeArguments, nodeEnvironment } from "@patchbay/embedded-convex/launch";
import type { Addresses } from "./addresses.ts";
import { Child, runToEnd } from "./child.ts";
import { dataFiles, writePrivateFile } from "./dataFolder.ts";
import { fingerprint } from "./fingerprint.ts";

/** What `convex/` is bundled from. */
const sources = [
  "convex",
  "packages/core",
  "packages/engine",
  "packages/sdk",
  "packages/catalog",
  "packages/integrations",
  "pnpm-lock.yaml",
];

export interface DeploymentOptions {
  root: string;
  addresses: Addresses;
  adminKey: string;
}

/** Starts the embedded deployment and resolves once it serves. @throws Error with the line that it ended with. */
export async function startDeployment({ root, addresses }: DeploymentOptions): Promise<Child> {
  const data = addresses.dataFolder;
  const child = new Child({
    name: "The deployment",
    command: process.execPath,
    args: [
      ...nodeArguments,
      join(root, "packages/embedded-convex/src/bin.ts"),
      "start",
      ...["--data", join(data, dataFiles.convex)],
      ...["--host", addresses.host],
      ...["--port", String(addresses.convexPort)],
      ...["--site-port", String(addresses.sitePort)],
      ...["--admin-key-file", join(data, dataFiles.adminKey)],
      ...["--env-file", join(data, dataFiles.runtime)],
      ...(addresses.pageOrigins ?? []).flatMap((origin) => ["--allow-origin", origin]),
      ...["--trusted-proxies", String(addresses.trustedProxies)],
      ...addresses.outboundAllow.flatMap((entry) => ["--allow-outbound", entry]),
    ],
    cwd: root,
    env: { ...nodeEnvironment, ...process.env },
    logFile: join(data, dataFiles.logs, "deployment.log"),
  });
  await child.waitForLine((line) => (line.startsWith('{"ready":true') ? true : null));
  return child;
}

/** The official CLI against this deployment; nothing else brings code in. */
export async function runConvexCli(options: DeploymentOptions, args: string[], timeoutMs = 300_000): Promise<string> {
  const { root, addresses, adminKey } = options;
  return runToEnd({
    name: `convex ${args[0]}`,
    command: process.execPath,
    args: [join(root, "node_modules/convex/bin/main.js"), ...args],
    cwd: root,
    env: {
      ...process.env,
      CONVEX_SELF_HOSTED_URL: addresses.cloudUrl,
      CONVEX_SELF_HOSTED_ADMIN_KEY: adminKey,
      CONVEX_DEPLOYMENT: "",
      DO_NOT_TRACK: "1",
      CI: "1",
    },
    logFile: join(addresses.dataFolder, dataFiles.logs, "deploy.log"),
    timeoutMs,
  });
}

/** Deploys `convex/` and seeds the integrations where the sources differ from what was deployed last. */
export async function deployFunctions(options: DeploymentOptions & { onDeploy: () => void }): Promise<boolean> {
  const path = join(options.addresses.dataFolder, dataFiles.deployed);
  const wanted = await fingerprint(options.root, sources);
  const last = await readFile(path, "utf8").catch(() => "{}");
  if (last.includes(wanted)) return false;
  options.onDeploy();
  await runConvexCli(options, ["deploy", "--yes", "--typecheck", "disable", "--codegen", "disable"]);
  await runConvexCli(options, ["run", "integrations/seed:seedIntegrations"]);
  await writePrivateFile(path, JSON.stringify({ fingerprint: wanted }));
  return true;
}

/** Calls an internal function with the admin key, as `convex run` does. @throws Error with one line: the function's message. */
export async function callFunction(
  options: DeploymentOptions,
  path: string,
  args: Record<string, unknown>,
): Promise<unknown> {
  const response = await fetch(`${options.addresses.cloudUrl}/api/function`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Convex ${options.adminKey}` },
    body: JSON.stringify({ path, args, format: "json" }),
    signal: AbortSignal.timeout(30_000),
  });
  const { status, value, errorData, errorMessage } = (await response.json()) as {
    status: string;
    value?: unknown;
    /** What the function threw on purpose; its message is for the operator. */
    errorData?: { message?: string };
    /** `[Request ID: ...] Server Error`, then the message, then the stack. */
    errorMessage?: string;
  };
  if (status === "success") return value;
  const [head, message = head] = errorMessage?.split("\n") ?? [String(response.status)];
  throw new Error(errorData?.message ?? `${path} failed: ${message}`);
}
