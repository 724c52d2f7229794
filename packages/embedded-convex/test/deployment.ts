/** Runs the real process for tests: `bin.ts`, spawned, killed and started again on the same data and ports. */
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { COMPILE_CACHE } from "./support/compileCache.ts";

const BIN = fileURLToPath(new URL("../src/bin.ts", import.meta.url));
const START_ATTEMPTS = 3;
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;

/** Options of a test deployment. */
export interface DeploymentOptions {
  /** Environment variables of the deployment's functions. */
  functionEnv?: Record<string, string>;
  /** Environment variables of the process itself, besides the tests' own. */
  processEnv?: Record<string, string>;
  /** Clients see only the ids of errors, as in production; tests mostly want to see the texts. */
  hideErrors?: boolean;
  /** A module to preload into the process and its threads. */
  preload?: URL;
  /** More arguments for `bin.ts start`. */
  args?: readonly string[];
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** A deployment in its own process and data folder. */
export class Deployment {
  readonly dataDir: string;
  readonly adminKey: string;
  readonly cloudUrl: string;
  readonly siteUrl: string;
  readonly #args: readonly string[];
  readonly #processEnv: Record<string, string>;
  /** Arguments of Node itself: threads inherit them, but not the operator's environment. */
  readonly #nodeArgs: readonly string[];
  readonly #root: string;
  #child: Child | null = null;
  #log = "";

  private constructor(options: DeploymentOptions, root: string, ports: readonly [number, number], adminKey: string) {
    this.#root = root;
    this.#processEnv = options.processEnv ?? {};
    this.#nodeArgs = options.preload === undefined ? [] : ["--import", options.preload.href];
    this.dataDir = join(root, "data");
    this.adminKey = adminKey;
    this.cloudUrl = `http://127.0.0.1:${ports[0]}`;
    this.siteUrl = `http://127.0.0.1:${ports[1]}`;
    this.#args = [
      ...["start", "--data", this.dataDir, "--host", "127.0.0.1"],
      ...["--port", String(ports[0]), "--site-port", String(ports[1])],
      ...["--admin-key-file", join(root, "admin-key"), "--env-file", join(root, "functions.env")],
      ...(options.hideErrors === true ? [] : ["--show-errors"]),
      ...(options.args ?? []),
    ];
  }

  /** Makes a deployment on free ports and an empty data folder, and starts it. */
  static async start(options: DeploymentOptions = {}): Promise<Deployment> {
    const root = await mkdtemp(join(tmpdir(), "embedded-convex-"));
    const adminKey = `test|${randomBytes(16).toString("hex")}`;
    const variables = Object.entries(options.functionEnv ?? {}).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(root, "admin-key"), adminKey, { mode: 0o600 });
    await writeFile(join(root, "functions.env"), variables.join(""), { mode: 0o600 });
    for (let attempt = 1; ; attempt += 1) {
      const deployment = new Deployment(options, root, await freePorts(), adminKey);
      try {
        await deployment.startProcess();
        return deployment;
      } catch (error) {
        // Somebody else took a port in the meantime.
        if (attempt < START_ATTEMPTS && deployment.log.includes("in use")) continue;
        await rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
        throw error;
      }
    }
  }

  /** What the process has written to its standard error. */
  get log(): string {
    return this.#log;
  }

  get isRunning(): boolean {
    return this.#child !== null;
  }

  /** The id of the running process. */
  get pid(): number {
    return this.#running().pid!;
  }

  /**
   * Starts the process, with more environment variables for this time only, and waits until it serves. Throws with its log
   * when it ends or stays silent.
   */
  async startProcess(processEnv: Record<string, string> = {}): Promise<void> {
    const child = spawn(process.execPath, [...this.#nodeArgs, BIN, ...this.#args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...COMPILE_CACHE, NODE_OPTIONS: "", ...this.#processEnv, ...processEnv },
    });
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#log += text));
    child.once("exit", () => {
      if (this.#child === child) this.#child = null;
    });
    await this.#untilReady(child);
  }

  /** Ends the process with a signal and waits until it is gone. Returns its exit code, null after a signal. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<number | null> {
    const child = this.#running();
    const exited = once(child, "exit", { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
    child.kill(signal);
    return ((await exited) as [number | null])[0];
  }

  /** Resolves when the process ends by itself, with its exit code. */
  async exited(timeoutMs = STOP_TIMEOUT_MS): Promise<number | null> {
    return ((await once(this.#running(), "exit", { signal: AbortSignal.timeout(timeoutMs) })) as [number | null])[0];
  }

  /** Ends the process if it runs, and removes its data. */
  async dispose(): Promise<void> {
    if (this.#child !== null) await this.kill();
    await rm(this.#root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #running(): Child {
    if (this.#child === null) throw new Error(`The deployment is not running. Its log:\n${this.#log}`);
    return this.#child;
  }

  async #untilReady(child: Child): Promise<void> {
    const lines = createInterface({ input: child.stdout });
    const ended = new AbortController();
    child.once("exit", (code, signal) => ended.abort(new Error(`it ended with ${code ?? signal}`)));
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(START_TIMEOUT_MS)]);
    try {
      for (;;) {
        const [line] = (await once(lines, "line", { signal })) as [string];
        if (line.startsWith('{"ready":true')) break;
      }
    } catch (error) {
      child.kill("SIGKILL");
      throw new Error(`The deployment did not start: ${String(signal.reason)}. Its log:\n${this.#log}`, {
        cause: error,
      });
    }
    // Keep reading, or the process would block on a full pipe.
    lines.resume();
  }
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports = servers.map(async (server) => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  });
  const [port, sitePort] = await Promise.all(ports);
  for (const server of servers) server.close();
  return [port!, sitePort!];
}
