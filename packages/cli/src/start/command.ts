import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { readAddresses, SettingError, type Addresses } from "./addresses.ts";
import { Child } from "./child.ts";
import { dataFiles, prepareDataFolder, readRunningStack, writePrivateFile, type StackFile } from "./dataFolder.ts";
import { callFunction, deployFunctions, startDeployment, type DeploymentOptions } from "./deployment.ts";
import { readFunctionSettings } from "./functionSettings.ts";
import { requireFreePort } from "./ports.ts";
import { formatEnvFile, loadAdminKey, loadSecrets, type Secrets } from "./secrets.ts";
import { Supervisor } from "./supervisor.ts";
import { buildWeb } from "./webBuild.ts";
import { startWeb } from "./webServer.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../../..");
/** Whatever this process and its children create (the database too) is their user's alone. */
const PRIVATE_UMASK = 0o077;
const say = (line: string) => console.log(line);

/** Everything that can be wrong with the settings is found before anything is started. */
async function checkStart(addresses: Addresses): Promise<void> {
  await prepareDataFolder(addresses.dataFolder);
  const running = await readRunningStack(addresses.dataFolder);
  if (running) {
    throw new SettingError(
      `Patchbay already runs on ${addresses.dataFolder} (process ${running.pid}, ${running.webUrl}). Stop it or set PATCHBAY_DATA to another folder.`,
    );
  }
  await requireFreePort(addresses.host, addresses.webPort, "PATCHBAY_PORT");
  await requireFreePort(addresses.host, addresses.convexPort, "PATCHBAY_CONVEX_PORT");
  await requireFreePort(addresses.host, addresses.sitePort, "PATCHBAY_SITE_PORT");
}

/**
 * What the functions read as environment variables in this start, never stored in the database. The secrets are in it, since
 * they may come from the environment of the start rather than from their file.
 */
async function writeRuntimeSettings(options: {
  addresses: Addresses;
  secrets: Secrets;
  functionSettings: Record<string, string>;
  startId: string;
}): Promise<void> {
  const { addresses, secrets, functionSettings, startId } = options;
  const settings: Record<string, string> = {
    ...secrets,
    ...functionSettings,
    PATCHBAY_START_ID: startId,
    SITE_URL: addresses.webUrl,
    PATCHBAY_PUBLIC_SITE_URL: addresses.publicSiteUrl,
  };
  await writePrivateFile(join(addresses.dataFolder, dataFiles.runtime), formatEnvFile(settings));
}

async function bringUp(supervisor: Supervisor, options: DeploymentOptions, startId: string): Promise<void> {
  const { addresses } = options;
  const logFile = join(addresses.dataFolder, dataFiles.logs, "build.log");
  await supervisor.add("deployment", () => startDeployment(options));
  await Promise.all([
    deployFunctions({ ...options, onDeploy: () => say("Deploying the functions ...") }),
    buildWeb({ root, logFile, onBuild: () => say("Building the web app (only when it has changed) ...") }),
  ]);
  await supervisor.add("web", () => startWeb({ root, addresses }));
  await callFunction(options, "settings/health:markReady", { startId });
  const stack: StackFile = {
    startId,
    pid: process.pid,
    webUrl: addresses.webUrl,
    cloudUrl: addresses.cloudUrl,
    siteUrl: addresses.siteUrl,
    publicSiteUrl: addresses.publicSiteUrl,
  };
  await writePrivateFile(join(addresses.dataFolder, dataFiles.stack), `${JSON.stringify(stack, null, 2)}\n`);
}

/** Resolves when the user or a supervisor asks for the end: a signal, or the closing of a pipe on standard input. */
function endRequested(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
    if (!process.stdin.isTTY && process.env.PATCHBAY_PARENT_PIPE === "1") {
      process.stdin
        .resume()
        .once("end", () => resolve())
        .once("close", () => resolve());
    }
  });
}

/**
 * `patchbay start`: runs the whole stack until it is told to end.
 * @returns the process's exit code.
 */
export async function start(): Promise<number> {
  const ended = endRequested();
  const addresses = readAddresses(process.env, root);
  const functionSettings = readFunctionSettings(process.env);
  process.umask(PRIVATE_UMASK);
  await checkStart(addresses);
  const secrets = await loadSecrets(addresses.dataFolder, process.env);
  const adminKey = await loadAdminKey(addresses.dataFolder);
  const startId = randomUUID();
  await writeRuntimeSettings({ addresses, secrets, functionSettings, startId });
  const supervisor = new Supervisor(say);
  const stackFile = join(addresses.dataFolder, dataFiles.stack);
  try {
    const ready = bringUp(supervisor, { root, addresses, adminKey }, startId).then(() => "ready" as const);
    if ((await Promise.race([ready, supervisor.failed, ended])) !== "ready") return 0;
    say(`\nPatchbay is running at ${addresses.webUrl}`);
    say(`Webhooks and the HTTP API: ${addresses.publicSiteUrl}   Data: ${addresses.dataFolder}   Stop: Ctrl-C\n`);
    await Promise.race([ended, supervisor.failed]);
    say("Stopping ...");
    return 0;
  } finally {
    await supervisor.stop();
    await Child.stopAll();
    await rm(stackFile, { force: true });
  }
}

/** Adds `start` to the program. */
export function registerStartCommand(program: Command): void {
  program
    .command("start")
    .description("Start the deployment and the web app, and keep them running")
    .action(async () => {
      try {
        process.exitCode = await start();
      } catch (error) {
        console.error(error instanceof Error ? error.message : String(error));
        process.exitCode = 1;
      }
      // Open handles of ended children must not keep the command alive.
      process.exit();
    });
}
