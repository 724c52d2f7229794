import { createWriteStream, existsSync, readFileSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { copyDatabase, writeBackup } from "./data/backupArchive.ts";
import { restoreBackup } from "./data/restore.ts";
import { FileStore } from "./storage/files.ts";
import { DataFolder, FolderInUseError, type FolderOwner } from "./store/dataFolder.ts";
import { databaseFile } from "./store/format.ts";
import { inspectDatabase, UnusableDatabaseError } from "./store/inspect.ts";

/**
 * `backup`: of a running deployment through its admin API, of one that is stopped from its folder. Resolves with the path of the
 * file. @throws with a message for the operator; no half-written backup is left then.
 */
export async function backup(options: { data: string; to: string; adminKeyFile: string | undefined }): Promise<string> {
  const target = targetOf(options.to, new Date());
  const part = `${target}.part`;
  if (!existsSync(databaseFile(options.data))) throw new Error(`There is no deployment in ${options.data}.`);
  try {
    await write(options, part);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return target;
}

/** `restore`: into an empty folder. @throws with a message for the operator. */
export async function restore(options: { from: string; data: string }): Promise<{ createdAt: string; files: number }> {
  if (!existsSync(options.from)) throw new Error(`There is no backup ${options.from}.`);
  const folder = DataFolder.take(options.data);
  try {
    folder.assertEmpty();
    return await restoreBackup(options.from, options.data);
  } finally {
    folder.release();
  }
}

function targetOf(to: string, now: Date): string {
  const isFolder = statSync(to, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const target = isFolder ? path.join(to, `backup-${now.toISOString().replaceAll(/[:.]/g, "-")}.zip`) : to;
  if (existsSync(target)) throw new Error(`${target} exists already. Choose another name.`);
  if (!existsSync(path.dirname(path.resolve(target)))) throw new Error(`There is no folder ${path.dirname(target)}.`);
  return target;
}

async function write(options: { data: string; adminKeyFile: string | undefined }, part: string): Promise<void> {
  let folder: DataFolder;
  try {
    folder = DataFolder.take(options.data);
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    return download(error.owner, options.adminKeyFile, part);
  }
  try {
    folder.assertWhole();
    if (!inspectDatabase(databaseFile(options.data), "quick")) {
      throw new UnusableDatabaseError(`There is no deployment in ${options.data}.`);
    }
    const copy = await copyDatabase(databaseFile(options.data), `${part}.sqlite`, new Date());
    const files = new FileStore(path.join(options.data, "storage"));
    await writeBackup(copy, files, createWriteStream(part, { flags: "wx", mode: 0o600, flush: true }));
  } finally {
    folder.release();
  }
}

/** Has the running deployment make the backup. */
async function download(owner: FolderOwner | null, adminKeyFile: string | undefined, part: string): Promise<void> {
  if (adminKeyFile === undefined) {
    throw new Error("The deployment is running: name its admin key with --admin-key-file, or stop it first.");
  }
  if (owner?.url == null) throw new Error("The deployment is starting: try again in a moment.");
  const authorization = `Convex ${readFileSync(adminKeyFile, "utf8").trim()}`;
  const response = await fetch(`${owner.url}/api/embedded/backup`, { method: "POST", headers: { authorization } });
  if (!response.ok || response.body === null) {
    const { message } = (await response.json().catch(() => ({}))) as { message?: string };
    throw new Error(`The running deployment made no backup: ${message ?? `it answered ${response.status}`}.`);
  }
  const body = Readable.fromWeb(response.body as never);
  await pipeline(body, createWriteStream(part, { flags: "wx", mode: 0o600, flush: true }));
}
