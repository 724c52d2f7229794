import { constants } from "node:fs";
import { access, chmod, mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SettingError } from "./addresses.ts";

/** Names inside the data folder. */
export const dataFiles = {
  /** What the running stack's addresses are; there only while it runs. */
  stack: "stack.json",
  /** Admin key of the deployment, 0600. */
  adminKey: "admin.key",
  /** Secrets as `KEY=value` lines, 0600. */
  secrets: "secrets.env",
  /** Settings and secrets as the functions of this start see them, 0600. */
  runtime: "runtime.env",
  /** What was deployed last. */
  deployed: "deployed.json",
  /** The embedded deployment's own folder. */
  convex: "convex",
  logs: "logs",
} as const;

/** Writes a file that only its owner can read, whole or not at all. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** Creates the data folder if needed and proves that it can be written. */
export async function prepareDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(join(folder, dataFiles.logs), { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const probe = join(folder, `.write-test-${process.pid}`);
    await writeFile(probe, "");
    await rm(probe);
    await keepPrivate(folder);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new SettingError(
      `The data folder ${folder} cannot be written (${reason}). Make it writable or set PATCHBAY_DATA to another folder.`,
    );
  }
}

/** Closes the folder to others, but not one that is shared by design: `/tmp` has the sticky bit. */
async function keepPrivate(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if ((mode & STICKY_BIT) === 0) await chmod(folder, 0o700);
}

const STICKY_BIT = 0o1000;

/** Whether the folder holds a deployment's data already. */
export async function hasData(folder: string): Promise<boolean> {
  const entries = await readdir(join(folder, dataFiles.convex)).catch(() => []);
  return entries.some((name) => !name.startsWith("."));
}

export interface StackFile {
  startId: string;
  pid: number;
  webUrl: string;
  cloudUrl: string;
  siteUrl: string;
  publicSiteUrl: string;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The stack that is running on this folder, or null. A file left by a killed stack does not count. */
export async function readRunningStack(folder: string): Promise<StackFile | null> {
  const text = await readFile(join(folder, dataFiles.stack), "utf8").catch(() => null);
  if (text === null) return null;
  try {
    const stack = JSON.parse(text) as StackFile;
    return isAlive(stack.pid) ? stack : null;
  } catch {
    return null; // A torn file was never a finished start.
  }
}
