/** Running the commands `backup` and `restore` on a deployment with some data, and looking into folders. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { copyApp, deploy } from "../cli.ts";
import { Deployment } from "../deployment.ts";
import { COMPILE_CACHE } from "../support/compileCache.ts";

const BIN = path.resolve(import.meta.dirname, "../../src/bin.ts");
const PROCESS = { timeout: 30_000, env: { ...process.env, ...COMPILE_CACHE } };
const run = promisify(execFile);

/** A deployment with the notebook app, and a folder for what is made of it. */
export interface BackupBench {
  deployment: Deployment;
  folder: string;
  /** Has the deployment's admin key. */
  keyFile: string;
  dispose(): Promise<void>;
}

export async function startBackupBench(): Promise<BackupBench> {
  const [deployment, app, folder] = await Promise.all([
    Deployment.start(),
    copyApp(new URL("../../conformance/notebook/", import.meta.url)),
    mkdtemp(path.join(tmpdir(), "embedded-convex-backup-")),
  ]);
  const keyFile = path.join(folder, "key");
  await writeFile(keyFile, deployment.adminKey);
  await deploy(deployment, app);
  await app.dispose();
  const dispose = async (): Promise<void> => {
    await deployment.dispose();
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  return { deployment, folder, keyFile, dispose };
}

/** Runs a command that must succeed; resolves with what it prints. */
export async function command(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(process.execPath, [BIN, ...args], PROCESS);
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Runs a command that must fail with exit code 1 and one line, which is returned. */
export async function refusal(...args: string[]): Promise<string> {
  const ended = await run(process.execPath, [BIN, ...args], PROCESS).then(
    () => ({ code: 0, stderr: "" }),
    (error: { code: number; stderr: string }) => error,
  );
  expect(ended.code).toBe(1);
  expect(ended.stderr).toMatch(/^embedded-convex: [^\n]+\n$/);
  return ended.stderr;
}

/** Starts a process on a data folder, which must be refused. */
export function refusedStart(data: string, keyFile: string): Promise<string> {
  const ports = ["--port", "0", "--site-port", "0"];
  return refusal("start", "--data", data, "--admin-key-file", keyFile, ...ports);
}

/** What whoever looks into a folder may leave there: locks, caches, and the empty log of a read-only connection. */
const HARMLESS = /(^|\/)(lock\.sqlite|owner\.json|compile-cache\/|convex\.sqlite-shm$)/;

/** Paths and contents of all files that matter. */
export async function contents(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(root, file);
    if (!entry.isFile() || HARMLESS.test(name)) continue;
    const content = await readFile(file);
    if (name === "convex.sqlite-wal" && content.length === 0) continue;
    found[name] = createHash("sha256").update(content).digest("hex");
  }
  return found;
}

/** A deployment on a restored folder, in a data folder of its own. */
export async function startOn(backup: string): Promise<Deployment> {
  const restored = await Deployment.start();
  await restored.kill("SIGTERM");
  await rm(restored.dataDir, { recursive: true });
  await command("restore", "--from", backup, "--data", restored.dataDir);
  await restored.startProcess();
  return restored;
}

/** A copy of a whole deployment that is stopped, which takes the place of one that was made before. */
export async function copyOf(whole: string, target: string): Promise<string> {
  await rm(target, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  await cp(whole, target, { recursive: true });
  return target;
}

/** Ways in which a data folder cannot be used: what it is, how it comes to be, and how it is refused. */
export type Damage = [what: string, damage: (data: string) => Promise<unknown>, refusal: RegExp];

/** What the tests of every day try; `backup.long.ts` has the rest. */
export const COMMON_DAMAGES: Damage[] = [
  [
    "one with a database that was cut off",
    (data) => truncate(path.join(data, "convex.sqlite"), 20_000),
    /damaged: it has 20000 of \d+ bytes/,
  ],
  ["of a newer version", (data) => sql(data, "PRAGMA user_version = 999"), /format 999.*Start a newer version/],
];

/** Refuses a folder with one of the damages, and leaves it as it is. */
export async function expectRefusal(data: string, keyFile: string, [, damage, message]: Damage): Promise<void> {
  await damage(data);
  const before = await contents(data);
  const line = await refusedStart(data, keyFile);
  expect(line).toMatch(message);
  expect(line).toContain(data);
  expect(await contents(data)).toEqual(before);
}

/** Runs a statement on the database of a stopped deployment. */
export async function sql(data: string, statement: string): Promise<void> {
  const database = new DatabaseSync(path.join(data, "convex.sqlite"));
  database.exec(statement);
  database.close();
}
