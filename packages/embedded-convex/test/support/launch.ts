import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const PACKAGE = path.resolve(import.meta.dirname, "../..");
/** The application that tests and benchmarks push. */
export const SAMPLE = path.join(PACKAGE, "test/sample");

/** A deployment in a process of its own, started by the command. */
export interface Launched {
  cloudUrl: string;
  siteUrl: string;
  adminKey: string;
  process: ChildProcess;
  /** What it has written to stderr. */
  errors(): string;
  /** Resolves when the process has ended. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

/** A folder for one deployment, with its key file; removed by `dispose`. */
export interface DataFolder {
  path: string;
  adminKey: string;
  keyFile: string;
  dispose(): void;
}

export function createDataFolder(): DataFolder {
  const root = mkdtempSync(path.join(tmpdir(), "embedded-convex-"));
  const adminKey = `embedded|${randomBytes(24).toString("hex")}`;
  const keyFile = path.join(root, "admin-key");
  writeFileSync(keyFile, adminKey, { mode: 0o600 });
  return {
    path: path.join(root, "data"),
    adminKey,
    keyFile,
    dispose: () => rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  };
}

/** Starts the command and waits until it serves. @throws with what it wrote to stderr if it ends before. */
export async function launch(
  folder: DataFolder,
  options: { args?: string[]; env?: Record<string, string>; ports?: [number, number] } = {},
): Promise<Launched> {
  const [port, sitePort] = options.ports ?? [0, 0];
  const args = [
    "start",
    "--data",
    folder.path,
    "--admin-key-file",
    folder.keyFile,
    "--port",
    String(port),
    "--site-port",
    String(sitePort),
    "--show-errors",
  ];
  const child = spawn(process.execPath, [path.join(PACKAGE, "src/bin.ts"), ...args, ...(options.args ?? [])], {
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const line = await new Promise<string>((resolve, reject) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("\n")) resolve(output);
    });
    void ended.then(() => reject(new Error(errors)));
  });
  const { cloudUrl, siteUrl } = JSON.parse(line) as { cloudUrl: string; siteUrl: string };
  const kill = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  return { cloudUrl, siteUrl, adminKey: folder.adminKey, process: child, errors: () => errors, kill };
}

/** Runs the real `convex` CLI in a project folder against a deployment. Resolves with its output. */
export async function runConvexCli(
  target: Pick<Launched, "cloudUrl" | "adminKey">,
  args: string[],
  cwd = SAMPLE,
): Promise<string> {
  const cli = path.join(PACKAGE, "node_modules/convex/bin/main.js");
  const env = {
    ...process.env,
    CONVEX_SELF_HOSTED_URL: target.cloudUrl,
    CONVEX_SELF_HOSTED_ADMIN_KEY: target.adminKey,
    DO_NOT_TRACK: "1",
  };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, ...args], {
    cwd,
    env,
    timeout: 120_000,
  });
  return stdout + stderr;
}

/** Pushes the sample application. */
export async function deploySample(target: Pick<Launched, "cloudUrl" | "adminKey">): Promise<void> {
  await runConvexCli(target, ["deploy", "--typecheck", "disable", "--codegen", "disable"]);
}
