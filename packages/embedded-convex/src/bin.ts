import { fstatSync, readFileSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import path from "node:path";
import { parseArgs, parseEnv } from "node:util";
import type { DeploymentOptions, RunningDeployment } from "./index.ts";

const USAGE = `Usage: embedded-convex start --data DIR --admin-key-file FILE [--port 3210] [--site-port 3211] [--host 127.0.0.1]
  [--env-file FILE]... [--allow-outbound host:port[,host:port]]... [--public-site-url URL] [--public-cloud-url URL] [--heap-mb MB]
  [--show-errors] [--trusted-proxies N] [--allow-origin ORIGIN]...
       embedded-convex backup --data DIR --to FILE_OR_FOLDER [--admin-key-file FILE]
       embedded-convex restore --from FILE --data EMPTY_DIR`;

function readCommandLine() {
  return parseArgs({
    allowPositionals: true,
    options: {
      data: { type: "string" },
      port: { type: "string", default: "3210" },
      "site-port": { type: "string", default: "3211" },
      host: { type: "string", default: "127.0.0.1" },
      "admin-key-file": { type: "string" },
      "env-file": { type: "string", multiple: true, default: [] },
      "allow-outbound": { type: "string", multiple: true, default: [] },
      "public-site-url": { type: "string" },
      "public-cloud-url": { type: "string" },
      "heap-mb": { type: "string" },
      "show-errors": { type: "boolean" },
      "allow-origin": { type: "string", multiple: true },
      "trusted-proxies": { type: "string" },
      to: { type: "string" },
      from: { type: "string" },
    },
  });
}

/** A folder inside the data folder; it may be deleted at any time. */
const COMPILE_CACHE = "compile-cache";
const FLUSH_CACHE_AFTER_MS = 5000;

/** What the command line says. @throws with a message for the operator. */
function readOptions({ values }: ReturnType<typeof readCommandLine>): DeploymentOptions {
  if (values.data === undefined || values["admin-key-file"] === undefined) throw new Error(USAGE);
  const adminKey = readFileSync(values["admin-key-file"], "utf8").trim();
  if (adminKey.length < 16)
    throw new Error(`${values["admin-key-file"]} must hold an admin key of at least 16 characters.`);
  return {
    dataFolder: values.data,
    host: values.host,
    port: portOf(values.port),
    sitePort: portOf(values["site-port"]),
    adminKey,
    env: Object.assign({}, ...values["env-file"].map((file) => parseEnv(readFileSync(file, "utf8")))) as Record<
      string,
      string
    >,
    allowOutbound: values["allow-outbound"].flatMap((list) => list.split(",")).filter((entry) => entry !== ""),
    publicSiteUrl: values["public-site-url"]?.replace(/\/$/, ""),
    publicCloudUrl: values["public-cloud-url"]?.replace(/\/$/, ""),
    heapLimitMb: values["heap-mb"] === undefined ? undefined : Number(values["heap-mb"]),
    showErrors: values["show-errors"],
    allowOrigins: values["allow-origin"],
    trustedProxies: countOf(values["trusted-proxies"] ?? "0"),
    // Only for the test that shows what syncing is good for.
    sync: process.env.EMBEDDED_CONVEX_UNSAFE_SYNC === "off" ? "off" : "full",
    timeLimitMs: numberIn("EMBEDDED_CONVEX_TIME_LIMIT_MS"),
    actionHangLimitMs: numberIn("EMBEDDED_CONVEX_ACTION_HANG_LIMIT_MS"),
  };
}

/** Limits that tests shorten. */
function numberIn(variable: string): number | undefined {
  const text = process.env[variable];
  return text === undefined ? undefined : Number(text);
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${text} is not a port.`);
  return port;
}

function countOf(text: string): number {
  if (!/^\d{1,2}$/.test(text)) throw new Error(`${text} is not a number of proxies.`);
  return Number(text);
}

async function main(): Promise<void> {
  const commandLine = readCommandLine();
  const { values, positionals } = commandLine;
  const command = positionals.length === 1 ? positionals[0] : undefined;
  if (command === "start") await start(readOptions(commandLine));
  else if (command === "backup" && values.data !== undefined && values.to !== undefined) {
    const { backup } = await import("./commands.ts");
    const file = await backup({ data: values.data, to: values.to, adminKeyFile: values["admin-key-file"] });
    process.stdout.write(`${JSON.stringify({ backup: file })}\n`);
  } else if (command === "restore" && values.data !== undefined && values.from !== undefined) {
    const { restore } = await import("./commands.ts");
    process.stdout.write(`${JSON.stringify(await restore({ from: values.from, data: values.data }))}\n`);
  } else throw new Error(USAGE);
}

async function start(options: DeploymentOptions): Promise<void> {
  // From the second start on, no thread has to load the compiler that takes the types out of this program: less to wait for, and
  // some 20 MB less per thread. In the data folder, because what is cached runs: nobody else may write there.
  process.env.NODE_COMPILE_CACHE ??= path.join(options.dataFolder, COMPILE_CACHE);
  enableCompileCache();
  const { startDeployment, StuckError } = await import("./index.ts");
  const deployment = await startDeployment(options);
  let stopping = false;
  const stop = (exitCode: number): void => {
    if (stopping) return;
    stopping = true;
    deployment.stop().then(
      () => process.exit(exitCode),
      (error: unknown) => fail(error),
    );
  };
  process.on("SIGTERM", () => stop(0));
  process.on("SIGINT", () => stop(0));
  // A parent that dies closes the pipe; without this an orphan would keep the ports and the database.
  const stdin = fstatSync(0);
  if (stdin.isFIFO() || stdin.isSocket()) {
    process.stdin.on("end", () => stop(0));
    process.stdin.on("error", () => stop(0));
    process.stdin.resume();
  }
  deployment.failed.catch((error: unknown) =>
    error instanceof StuckError ? startOver(deployment, error) : fail(error),
  );
  // It is written when the process ends; one that is killed would never write it.
  setTimeout(flushCompileCache, FLUSH_CACHE_AFTER_MS).unref();
  process.stdout.write(
    `${JSON.stringify({ ready: true, cloudUrl: deployment.cloudUrl, siteUrl: deployment.siteUrl })}\n`,
  );
}

/**
 * Replaces the process by a new one on the same ports. All threads end, as in a crash: what was acknowledged is there, the open
 * batch is not, and clients connect again.
 */
function startOver(deployment: RunningDeployment, error: Error): void {
  process.stderr.write(`embedded-convex: ${error.message} Starting again.\n`);
  const { port, sitePort } = deployment.ports;
  const args = [...process.argv.slice(1), "--port", String(port), "--site-port", String(sitePort)];
  // Not on Windows, where whoever started the deployment starts it again.
  if (process.execve === undefined) process.kill(process.pid, "SIGKILL");
  else process.execve(process.execPath, [process.execPath, ...process.execArgv, ...args], process.env);
}

function fail(error: unknown): void {
  process.stderr.write(`embedded-convex: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

main().catch(fail);
