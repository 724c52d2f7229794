/** A real deployment for tests and benchmarks: the embedded one in a process of its own, with `convex/` deployed to it. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { nodeArguments, nodeEnvironment } from "@patchbay/embedded-convex/launch";

const root = join(import.meta.dirname, "../../..");

export interface DeploymentOptions {
  /** `host:port` that functions may reach. */
  allowOutbound?: string[];
  env?: Record<string, string>;
}

/** A running deployment whose process can be killed and started again on the same data and ports. */
export class TestDeployment {
  readonly folder: string;
  readonly port: number;
  readonly sitePort: number;
  private readonly adminKey = `test|${randomBytes(24).toString("hex")}`;
  private readonly allowOutbound: string[];
  private child: ChildProcess | null = null;

  private constructor(ports: { port: number; sitePort: number }, options: DeploymentOptions) {
    this.port = ports.port;
    this.sitePort = ports.sitePort;
    this.allowOutbound = options.allowOutbound ?? [];
    this.folder = mkdtempSync(join(tmpdir(), "patchbay-deployment-"));
    mkdirSync(join(this.folder, "data"));
    writeFileSync(join(this.folder, "admin.key"), this.adminKey, { mode: 0o600 });
    const env = { ...makeSecrets(), PATCHBAY_PUBLIC_SITE_URL: this.siteUrl, SITE_URL: this.siteUrl, ...options.env };
    const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(this.folder, "functions.env"), lines.join(""), { mode: 0o600 });
  }

  /** Starts a deployment on an empty folder and deploys `convex/` to it. Remove it when the test is over. */
  static async create(options: DeploymentOptions = {}): Promise<TestDeployment> {
    const deployment = new TestDeployment({ port: await freePort(), sitePort: await freePort() }, options);
    await deployment.start();
    deployment.deploy();
    return deployment;
  }

  get cloudUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get siteUrl(): string {
    return `http://127.0.0.1:${this.sitePort}`;
  }

  get pid(): number {
    if (this.child?.pid === undefined) throw new Error("The deployment is not running.");
    return this.child.pid;
  }

  /** Starts the process and resolves once it serves. */
  async start(): Promise<void> {
    const args = [
      ...[join(root, "packages/embedded-convex/src/bin.ts"), "start"],
      ...["--data", join(this.folder, "data"), "--host", "127.0.0.1"],
      ...["--port", String(this.port), "--site-port", String(this.sitePort)],
      ...["--admin-key-file", join(this.folder, "admin.key"), "--env-file", join(this.folder, "functions.env")],
      ...this.allowOutbound.flatMap((entry) => ["--allow-outbound", entry]),
    ];
    const child = spawn(process.execPath, [...nodeArguments, ...execArgs(), ...args], {
      cwd: root,
      env: { ...nodeEnvironment, ...process.env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      child.once("exit", (code, signal) => reject(new Error(`The deployment ended (${code ?? signal}).`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (line.startsWith('{"ready":true')) resolve();
      });
    });
  }

  /** `kill -9`; resolves when the process is gone. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Stops the process and deletes its data. */
  async remove(): Promise<void> {
    await this.end("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  /** Deploys `convex/` by the official CLI and seeds the integrations. */
  deploy(): void {
    this.cli(["deploy", "--yes", "--typecheck", "disable", "--codegen", "disable"]);
    this.cli(["run", "integrations/seed:seedIntegrations"]);
  }

  private cli(args: string[], timeout = 180_000): string {
    const env = {
      ...process.env,
      CONVEX_SELF_HOSTED_URL: this.cloudUrl,
      CONVEX_SELF_HOSTED_ADMIN_KEY: this.adminKey,
      CONVEX_DEPLOYMENT: "",
      DO_NOT_TRACK: "1",
      CI: "1",
    };
    const command = join(root, "node_modules/convex/bin/main.js");
    const result = spawnSync(process.execPath, [command, ...args], {
      cwd: root,
      env,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      timeout,
    });
    if (result.status !== 0) throw new Error(`convex ${args[0]} failed:\n${result.stdout}\n${result.stderr}`);
    return result.stdout;
  }

  /** Calls an internal function with the admin key. */
  async call(path: string, args: Record<string, unknown>): Promise<unknown> {
    const response = await fetch(`${this.cloudUrl}/api/function`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Convex ${this.adminKey}` },
      body: JSON.stringify({ path, args, format: "json" }),
    });
    const body = (await response.json()) as { status: string; value?: unknown; errorMessage?: string };
    if (body.status !== "success") throw new Error(`${path} failed: ${body.errorMessage ?? response.status}`);
    return body.value;
  }

  /** An account, and a client of the HTTP API that acts for it. */
  async createClient(): Promise<ApiClient> {
    return (await this.createAccount()).client;
  }

  /** As `createClient`, with what the account signs in with. */
  async createAccount(): Promise<{ client: ApiClient; email: string; password: string }> {
    const email = `${randomBytes(6).toString("hex")}@example.test`;
    const password = "correct horse battery";
    await this.call("auth/admin:createUser", { email, password, name: "Test" });
    const { key } = (await this.call("apiKeys/admin:createApiKeyForUser", { email, name: "test" })) as { key: string };
    return { client: new ApiClient(`${this.siteUrl}/api/v1`, key), email, password };
  }

  /** The rows of a table as it is exported, at most `limit`. */
  async readRows(table: string, limit: number): Promise<Record<string, unknown>[]> {
    const printed = this.cli(["data", table, "--limit", String(limit), "--format", "jsonLines"]);
    return printed
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Adds the rows of a file of JSON lines to a table. */
  importRows(table: string, file: string): void {
    this.cli(["import", "--table", table, "--append", "--yes", file], 600_000);
  }

  /** Asks the deployment about itself: `memory` of its threads, or the `work` that was done. */
  async observe<Report>(what: "memory" | "work"): Promise<Report> {
    const headers = { authorization: `Convex ${this.adminKey}` };
    const response = await fetch(`${this.cloudUrl}/api/embedded/${what}`, { headers });
    if (!response.ok) throw new Error(`The deployment does not tell of its ${what}: ${response.status}`);
    return (await response.json()) as Report;
  }
}

export interface ApiRun {
  id: string;
  state: string;
  source: { kind: string; number?: number };
  startedAt: number;
  endedAt: number | null;
  operationCount: number;
}

/** The public HTTP API, as far as tests need it. */
export class ApiClient {
  private readonly baseUrl: string;
  private readonly key: string;

  constructor(baseUrl: string, key: string) {
    this.baseUrl = baseUrl;
    this.key = key;
  }

  /** Sends a request and gives back the parsed answer. Throws for error statuses. */
  async send<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.key}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 2_000)}`);
    return JSON.parse(text) as Answer;
  }

  /** Creates a scenario and publishes it. */
  async publish(name: string, definition: unknown): Promise<{ id: string; webhookUrl: string }> {
    const scenario = await this.send<{ id: string; webhookUrl: string }>("POST", "/scenarios", { name, definition });
    await this.send("POST", `/scenarios/${scenario.id}/versions`, {});
    return scenario;
  }

  /** All runs of a scenario, the newest first. */
  async listRuns(scenarioId: string): Promise<ApiRun[]> {
    const runs: ApiRun[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const path = `/scenarios/${scenarioId}/runs?limit=100${query}`;
      const page: { items: ApiRun[]; nextCursor: string | null } = await this.send("GET", path);
      runs.push(...page.items);
      cursor = page.nextCursor;
    }
    return runs;
  }
}

/** Node's own flags for the child, from the environment: for profiling a deployment. */
const execArgs = (): string[] => (process.env.PATCHBAY_TEST_NODE_ARGS ?? "").split(" ").filter(Boolean);

function makeSecrets(): Record<string, string> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  return {
    JWT_PRIVATE_KEY: pem.trimEnd().replaceAll("\n", " "),
    JWKS: JSON.stringify({ keys: [{ use: "sig", alg: "RS256", ...publicKey.export({ format: "jwk" }) }] }),
    PATCHBAY_KEYRING: JSON.stringify({ current: "k1", keys: { k1: randomBytes(32).toString("base64") } }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
