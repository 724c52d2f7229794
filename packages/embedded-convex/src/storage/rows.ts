import type { FileStore } from "./files.ts";

/**
 * Adds the row of a file that was just stored. Takes the file away again when there is certainly no row: with a full disk every
 * byte counts. After a failure in which the row may have been committed it stays; a sweep removes it if no row knows it.
 */
export async function addRow<Result>(files: FileStore, key: string, add: () => Promise<Result>): Promise<Result> {
  try {
    return await add();
  } catch (error) {
    if ((error as { lost?: boolean }).lost !== true) await files.delete(key);
    throw error;
  }
}
