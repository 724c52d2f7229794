import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");
/** The first start of a changed tree builds the web app. */
const START_TIMEOUT_MS = 420_000;

/** Addresses of the running stack, for the journeys. */
export interface StackAddresses {
  webUrl: string;
  siteUrl: string;
  /** Where a journey may put a server that HTTP nodes are allowed to reach. */
  receiverPort: number;
}

export function readStack(): StackAddresses {
  const text = process.env.PATCHBAY_E2E_STACK;
  if (!text) throw new Error("The stack was not started: run the journeys with `playwright test`.");
  return JSON.parse(text) as StackAddresses;
}

/** Starts the real stack with an empty data folder on free ports; the returned function stops it and removes the folder. */
export default async function startStack(): Promise<() => Promise<void>> {
  // A stack that a developer started by hand, with an empty data folder: `PATCHBAY_E2E_STACK='{"webUrl": ...}'`.
  if (process.env.PATCHBAY_E2E_STACK) return async () => undefined;
  const dataFolder = await mkdtemp(join(tmpdir(), "patchbay-e2e-"));
  const [webPort, convexPort, sitePort, receiverPort] = await freePorts(4);
  const child = spawn(process.execPath, [join(root, "scripts/run.mjs"), "start"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PATCHBAY_DATA: dataFolder,
      PATCHBAY_PORT: String(webPort),
      PATCHBAY_CONVEX_PORT: String(convexPort),
      PATCHBAY_SITE_PORT: String(sitePort),
      PATCHBAY_OUTBOUND_ALLOW: `127.0.0.1:${receiverPort}`,
    },
  });
  const output: string[] = [];
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  const addresses: StackAddresses = {
    webUrl: `http://127.0.0.1:${webPort}`,
    siteUrl: `http://127.0.0.1:${sitePort}`,
    receiverPort: receiverPort!,
  };
  try {
    await waitForHealth(`${addresses.siteUrl}/health`, child);
  } catch (error) {
    await stop(child);
    const logs = await readLogs(dataFolder);
    throw new Error(`The stack did not start: ${String(error)}\n${output.join("").slice(-4_000)}\n${logs}`);
  }
  process.env.PATCHBAY_E2E_STACK = JSON.stringify(addresses);
  return async () => {
    await stop(child);
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => {
            const address = server.address();
            resolve(typeof address === "object" && address ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function waitForHealth(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    const isHealthy = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (answer) => answer.ok,
      // Nothing listens there yet.
      () => false,
    );
    if (isHealthy) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${url} was not healthy within ${START_TIMEOUT_MS / 1_000} s`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await ended;
  clearTimeout(killer);
}

async function readLogs(dataFolder: string): Promise<string> {
  const names = ["build.log", "web.log", "deployment.log", "deploy.log"];
  const texts = await Promise.all(
    names.map((name) => readFile(join(dataFolder, "logs", name), "utf8").catch(() => "")),
  );
  return texts.map((text, place) => (text ? `--- ${names[place]}\n${text.slice(-3_000)}` : "")).join("\n");
}
