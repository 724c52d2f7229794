import fs from "node:fs";
import { storageFailureOf } from "./failures.ts";
import { SqliteReader } from "./sqlite.ts";

/** "PBEC" in the header of the file tells our databases from other SQLite files. */
export const APPLICATION_ID = 0x50424543;
/** Raised whenever the meaning of a stored byte changes. Newer files are refused, never guessed at. */
export const FORMAT_VERSION = 4;

const MAGIC = "SQLite format 3\0";
const HEADER_BYTES = 100;
const PAGE_SIZE_OFFSET = 16;
const PAGE_COUNT_OFFSET = 28;

/** A data folder that this version must not touch; the message is meant for the operator. */
export class UnusableDatabaseError extends Error {
  override readonly name = "UnusableDatabaseError";
}

/** How much of a database is looked at: only where its size does not matter, all of it, or all of it and its indexes too. */
export type Inspection = "header" | "quick" | "full";

/**
 * Looks whether a database can be used, without changing it.
 *
 * @returns false if there is nothing in it yet.
 * @throws UnusableDatabaseError if it is damaged, foreign or written by a newer version.
 */
export function inspectDatabase(file: string, inspection: Inspection): boolean {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const logSize = fs.statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) {
    if (logSize === 0) return false;
    throw damaged(file, "it is empty, but its log is not");
  }
  inspectHeader(file, size, logSize);
  let reader: SqliteReader;
  try {
    reader = new SqliteReader(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  try {
    return inspectContent(reader, file, inspection);
  } catch (error) {
    throw error instanceof UnusableDatabaseError ? error : unreadable(file, error);
  } finally {
    reader.close();
  }
}

/** What every SQLite file must have; also notices a large file that was cut off, which would take long to read. */
function inspectHeader(file: string, size: number, logSize: number): void {
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = fs.openSync(file, "r");
  try {
    fs.readSync(descriptor, header, 0, HEADER_BYTES, 0);
  } finally {
    fs.closeSync(descriptor);
  }
  if (header.toString("latin1", 0, MAGIC.length) !== MAGIC) throw damaged(file, "it is no SQLite database");
  const pageSize = header.readUInt16BE(PAGE_SIZE_OFFSET) === 1 ? 65_536 : header.readUInt16BE(PAGE_SIZE_OFFSET);
  const expected = pageSize * header.readUInt32BE(PAGE_COUNT_OFFSET);
  // Pages at the end may still be in the log only.
  if (logSize === 0 && size < expected) throw damaged(file, `it has ${size} of ${expected} bytes`);
}

function inspectContent(reader: SqliteReader, file: string, inspection: Inspection): boolean {
  const value = (sql: string): unknown => reader.prepare(sql).get()?.[0];
  const version = Number(value("PRAGMA user_version"));
  // A crash between creating the file and committing the schema leaves an empty database behind.
  if (version === 0 && value("SELECT count(*) FROM sqlite_master") === 0) return false;
  if (value("PRAGMA application_id") !== APPLICATION_ID) {
    throw new UnusableDatabaseError(
      `${file} is not a database of the embedded Convex deployment. Choose another data folder.`,
    );
  }
  if (version > FORMAT_VERSION) {
    throw new UnusableDatabaseError(
      `${file} has format ${version}, but this version knows formats up to ${FORMAT_VERSION}. Start a newer version.`,
    );
  }
  if (inspection === "header") return true;
  const problem = value(inspection === "full" ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
  if (problem !== "ok") throw damaged(file, String(problem));
  return true;
}

function damaged(file: string, reason: string): UnusableDatabaseError {
  const line = reason.replaceAll(/\s+/g, " ");
  return new UnusableDatabaseError(
    `The database ${file} is damaged: ${line}. Restore it from a backup, into another folder.`,
  );
}

/** Reading needs a few pages of shared memory beside the file: without them nothing is known of its state. */
function unreadable(file: string, error: unknown): UnusableDatabaseError {
  const failure = storageFailureOf(error);
  if (failure === null) return damaged(file, messageOf(error));
  return new UnusableDatabaseError(`The database ${file} cannot be opened: ${failure.message}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
