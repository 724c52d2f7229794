import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FileStore } from "../storage/files.ts";
import { archiveInto } from "./archiveStream.ts";

/** The first entry of a backup: what it must contain. */
export interface BackupManifest {
  format: 1;
  createdAt: string;
  database: { bytes: number; sha256: string };
  /** How many files it has in `storage/`. */
  files: number;
}

export const BACKUP_MANIFEST = "backup.json";
export const BACKUP_DATABASE = "convex.sqlite";
export const BACKUP_FILES = "storage/";

/** A copy of a database, and the keys of the files that belong to it. */
export interface DatabaseCopy {
  path: string;
  manifest: BackupManifest;
  files: string[];
}

/**
 * Copies the database as it is at this moment, while others write on. Takes its time and a processor, so it runs in a thread or a
 * process of its own.
 */
export async function copyDatabase(source: string, target: string, createdAt: Date): Promise<DatabaseCopy> {
  const database = new DatabaseSync(source, { readOnly: true, timeout: 5000 });
  try {
    database.prepare("VACUUM INTO ?").run(target);
  } finally {
    database.close();
  }
  const copy = new DatabaseSync(target, { readOnly: true });
  try {
    const rows = copy.prepare("SELECT DISTINCT file FROM files").all() as { file: string }[];
    const manifest: BackupManifest = {
      format: 1,
      createdAt: createdAt.toISOString(),
      database: { bytes: (await stat(target)).size, sha256: await sha256Of(createReadStream(target)) },
      files: rows.length,
    };
    return { path: target, manifest, files: rows.map(({ file }) => file) };
  } finally {
    copy.close();
  }
}

/** Writes a backup: the copy of the database, which is deleted afterwards, and its files. */
export async function writeBackup(copy: DatabaseCopy, store: FileStore, target: NodeJS.WritableStream): Promise<void> {
  try {
    const { archive, written } = archiveInto(target);
    archive.addBuffer(Buffer.from(JSON.stringify(copy.manifest)), BACKUP_MANIFEST);
    archive.addReadStreamLazy(BACKUP_DATABASE, {}, (give) => give(null, createReadStream(copy.path)));
    for (const file of copy.files) {
      archive.addReadStreamLazy(BACKUP_FILES + file, { compress: false }, (give) =>
        give(null, Readable.fromWeb(store.open(file) as never)),
      );
    }
    archive.end();
    await written;
  } finally {
    await rm(copy.path, { force: true });
  }
}

/** The SHA-256 of a stream, in hexadecimal digits. */
export async function sha256Of(stream: Readable): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(stream, hash);
  return hash.digest("hex");
}
