import type { ValidatorJson } from "../values/json.ts";

/** A table that an import fills aside, to take the place of the one of that name. */
export interface StagedTable {
  component: string;
  name: string;
  /** What its ids begin with; null keeps the number of the table that it replaces. */
  num: number | null;
  /** Whether it needs an index by creation time, because its ids do not begin with it. */
  needsCreationIndex: boolean;
  /** The table must still be empty (or missing) when it is replaced. */
  mustBeEmpty: boolean;
}

/** What the importing thread must know to prepare the rows of a table. */
export interface StagingTarget {
  tablet: number;
  num: number;
  validator: ValidatorJson | null;
  /** Of each index that a row needs entries in. */
  indexes: { num: number; keyFields: readonly string[] }[];
}

/** The file behind a row of `_storage`; it is on disk already. */
export interface StagedFile {
  /** Key in the FileStore. */
  file: string;
  uuid: string | null;
}

/** A row that is ready to be stored. */
export interface StagedRow {
  /** In `docs`. */
  key: Uint8Array;
  json: string;
  /** In the order of the target's indexes. */
  entries: Uint8Array[];
  file?: StagedFile;
}

/** A row for a table that is in use. */
export interface AppendedRow {
  /** A document with `_id` and `_creationTime`, or without them. */
  json: string;
  file?: StagedFile;
}

/** What the importing thread asks of the transactor. One import at a time; another session than the current one is refused. */
export interface StagingOperations {
  beginImport(call: {
    tables: StagedTable[];
    /** Tables that disappear. */
    drops: { component: string; name: string }[];
  }): Promise<{ session: string; targets: StagingTarget[]; numbers: Record<string, Record<string, number>> }>;
  /** Creation times and ids of documents that bring none. */
  importIds(call: { count: number }): Promise<{ creationTime: number; internal: Uint8Array }[]>;
  stageRows(call: { session: string; target: number; rows: StagedRow[] }): Promise<null>;
  appendRows(call: { session: string; component: string; name: string; rows: AppendedRow[] }): Promise<null>;
  /**
   * Puts all staged tables in place at once, and says so in the document of the import, in one transaction. @throws if what they
   * replace has changed meanwhile.
   */
  finishImport(call: { session: string; importId: string; rows: number }): Promise<null>;
  /** Takes everything back. */
  abortImport(call: { session: string }): Promise<null>;
}

/** The system tables that tell the CLI how its exports and imports are doing. */
export type TransferTable = "_exports" | "_snapshot_imports";

/** What the main thread asks of the transactor. `fields` are Convex JSON text. */
export interface TransferOperations {
  transferInsert(call: { table: TransferTable; fields: string }): Promise<string>;
  /** Changes nothing in what has come to its end. */
  transferPatch(call: { table: TransferTable; id: string; fields: string }): Promise<null>;
  /** The document, or null. */
  transferGet(call: { table: TransferTable; id: string }): Promise<string | null>;
}
