import { createHash } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Transform } from "node:stream";
import yauzl from "yauzl";
import { RESTORING } from "../store/dataFolder.ts";
import { databaseFile } from "../store/format.ts";
import { inspectDatabase } from "../store/inspect.ts";
import { BODY_MARK } from "../store/bodies.ts";
import { SqliteReader } from "../store/sqlite.ts";
import { BACKUP_DATABASE, BACKUP_FILES, BACKUP_MANIFEST, type BackupManifest } from "./backupArchive.ts";

/** A backup that cannot be restored; the message is for the operator. */
export class BadBackupError extends Error {
  override readonly name = "BadBackupError";

  constructor(file: string, reason: string) {
    super(`${file} cannot be restored: ${reason}.`);
  }
}

const MAX_MANIFEST_BYTES = 1024 * 1024;
const KEY = /^[0-9a-f]{32}$/;

/**
 * Puts a backup into an empty folder: everything is unpacked and verified aside first, so that the folder holds either a whole
 * deployment or one that refuses to start. Leaves nothing behind when the backup is bad.
 *
 * @throws BadBackupError or UnusableDatabaseError.
 */
export async function restoreBackup(backup: string, folder: string): Promise<{ createdAt: string; files: number }> {
  const aside = path.join(folder, RESTORING);
  const archive = await openBackup(backup);
  try {
    await mkdir(aside, { mode: 0o700 });
    const manifest = await unpack(archive, backup, aside);
    await rename(path.join(aside, "storage"), path.join(folder, "storage"));
    await rename(databaseFile(aside), databaseFile(folder));
    await syncFolder(folder);
    await rm(aside, { recursive: true });
    await syncFolder(folder);
    return { createdAt: manifest.createdAt, files: manifest.files };
  } catch (error) {
    // Once a part is in place, what is left must not look like a deployment: the marker stays.
    if (!existsSync(path.join(folder, "storage"))) await rm(aside, { recursive: true, force: true });
    throw error;
  } finally {
    archive.zip.close();
  }
}

interface OpenBackup {
  zip: yauzl.ZipFile;
  entries: Map<string, yauzl.Entry>;
}

async function openBackup(file: string): Promise<OpenBackup> {
  try {
    const zip = await yauzl.openPromise(file, { autoClose: false, lazyEntries: true });
    const entries = new Map<string, yauzl.Entry>();
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    return { zip, entries };
  } catch (error) {
    throw new BadBackupError(file, `it is no backup, or not a whole one (${messageOf(error)})`);
  }
}

async function unpack({ zip, entries }: OpenBackup, file: string, aside: string): Promise<BackupManifest> {
  const take = async (name: string): Promise<Readable> => {
    const entry = entries.get(name);
    if (entry === undefined) throw new BadBackupError(file, `${name} is missing in it`);
    return zip.openReadStreamPromise(entry);
  };
  const manifest = await readManifest(await take(BACKUP_MANIFEST), file);
  const database = await write(await take(BACKUP_DATABASE), databaseFile(aside), file);
  if (database.digest("hex") !== manifest.database.sha256)
    throw new BadBackupError(file, "its database was changed or damaged");
  if (!inspectDatabase(databaseFile(aside), "full")) throw new BadBackupError(file, "its database is empty");
  await mkdir(path.join(aside, "storage"), { mode: 0o700 });
  for (const { key, sha256 } of filesOf(databaseFile(aside))) {
    if (!KEY.test(key)) throw new BadBackupError(file, "its database names a file that cannot be");
    const target = path.join(aside, "storage", key.slice(0, 2), key);
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    const content = await write(await take(BACKUP_FILES + key), target, file);
    if (content.digest("base64") !== sha256)
      throw new BadBackupError(file, `the stored file ${key} was changed or damaged`);
  }
  return manifest;
}

async function readManifest(stream: Readable, file: string): Promise<BackupManifest> {
  let text = "";
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    text += chunk.toString("utf8");
    if (text.length > MAX_MANIFEST_BYTES) throw new BadBackupError(file, `${BACKUP_MANIFEST} is too large`);
  }
  const manifest = JSON.parse(text) as BackupManifest;
  if (manifest.format !== 1) throw new BadBackupError(file, "it was made by a newer version. Restore it with that one");
  return manifest;
}

/** Writes a file durably, and resolves with the hash of its content. */
async function write(source: Readable, target: string, backup: string) {
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(source, hashing, createWriteStream(target, { flags: "wx", mode: 0o600, flush: true }));
  } catch (error) {
    throw new BadBackupError(backup, messageOf(error));
  }
  return hash;
}

/** The files that a database knows, with the SHA-256 that their documents say. */
function* filesOf(file: string): Generator<{ key: string; sha256: string }> {
  const reader = new SqliteReader(file);
  try {
    const rows = reader
      .prepare("SELECT f.file, d.j FROM files f JOIN docs d ON d.k = f.k ORDER BY f.file")
      .all<[string, string]>();
    for (const [key, stored] of rows) {
      const json = stored.startsWith(BODY_MARK) ? bodyOf(reader, stored) : stored;
      yield { key, sha256: (JSON.parse(json) as { sha256: string }).sha256 };
    }
  } finally {
    reader.close();
  }
}

/** Only databases of a format that has bodies have marks. */
function bodyOf(reader: SqliteReader, mark: string): string {
  const id = Number(mark.slice(BODY_MARK.length));
  const row = reader.prepare("SELECT j FROM bodies WHERE id = ?").get<[string]>(id);
  if (row === undefined) throw new Error(`The database has lost the text of document ${id}.`);
  return row[0];
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
