/**
 * What SQLite reports when bytes cannot be written although nothing is wrong with the database: the disk or a quota is full. The
 * transaction is rolled back as a whole, nothing of it was acknowledged, and the next one may succeed.
 */
export class StorageFailure extends Error {
  override readonly name = "StorageFailure";
}

const SQLITE_FULL = 13;
const SQLITE_IOERR_WRITE = 778;
/** The shared memory beside the log cannot grow: only while a database is opened. */
const SQLITE_IOERR_SHMSIZE = 4874;

/** Whether nothing was written, and the same may be tried again later. */
export function isStorageFailure(error: unknown): error is StorageFailure {
  return error instanceof StorageFailure;
}

/** The failure behind an error of SQLite, or null if it is of another kind. */
export function storageFailureOf(error: unknown): StorageFailure | null {
  const code = (error as { errcode?: number } | null)?.errcode;
  if (code === SQLITE_FULL) return new StorageFailure("Nothing was written: the disk is full.", { cause: error });
  if (code !== SQLITE_IOERR_WRITE && code !== SQLITE_IOERR_SHMSIZE) return null;
  return new StorageFailure("Nothing was written: the disk does not take writes. Is the disk full?", { cause: error });
}
