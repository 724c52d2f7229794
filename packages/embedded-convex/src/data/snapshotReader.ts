import { EMPTY_MANIFEST, type Manifest } from "../deploy/manifest.ts";
import { JOIN_BODY } from "../store/bodies.ts";
import { SqliteSnapshot, type Statement } from "../store/sqlite.ts";
import { tableEnd, tabletPrefix } from "../store/catalog.ts";
import { encodeId } from "../values/ids.ts";
import { keySuccessor } from "../values/keys.ts";

/** A table as it was when the snapshot was taken. */
export interface SnapshotTable {
  tablet: number;
  num: number;
  component: string;
  name: string;
}

/** A row of `_storage` and the file behind it. */
export interface SnapshotFile {
  id: string;
  document: { _creationTime: number; sha256: string; size: number; contentType?: string };
  /** Key in the FileStore. */
  file: string;
  /** What its address ends with. */
  uuid: string;
}

const PAGE = 500;

/** Reads the database as it was at one moment, on a connection of its own: whoever writes meanwhile neither waits nor is seen. */
export class SnapshotReader {
  readonly #database: SqliteSnapshot;
  readonly #page: Statement;
  readonly #count: Statement;
  readonly #file: Statement;

  /** `file` is `convex.sqlite` of a running deployment. */
  constructor(file: string) {
    this.#database = new SqliteSnapshot(file);
    this.#page = this.#database.prepare(
      `SELECT d.k, coalesce(b.j, d.j) FROM docs d ${JOIN_BODY} WHERE d.k >= ? AND d.k < ? ORDER BY d.k LIMIT ?`,
    );
    this.#count = this.#database.prepare("SELECT count(*) FROM docs WHERE k >= ? AND k < ?");
    this.#file = this.#database.prepare("SELECT file, uuid FROM files WHERE k = ?");
  }

  /** The timestamp of the newest commit in it, decimal nanoseconds. */
  ts(): string {
    return this.#kv<{ ts: string }>("clock")?.ts ?? "0";
  }

  manifest(): Manifest {
    return this.#kv<Manifest>("manifest") ?? EMPTY_MANIFEST;
  }

  /** All tables, by component and name. */
  tables(): SnapshotTable[] {
    return this.#database
      .prepare("SELECT tablet, num, component, name FROM tables WHERE state = 'active' ORDER BY component, num")
      .all<[number, number, string, string]>()
      .map(([tablet, num, component, name]) => ({ tablet, num, component, name }));
  }

  count(table: SnapshotTable): number {
    return this.#count.get<[number]>(tabletPrefix(table.tablet), tableEnd(table))?.[0] ?? 0;
  }

  /** The documents of a table as Convex JSON text, a page in memory at a time. */
  *documents(table: SnapshotTable): Generator<string> {
    for (const [, json] of this.#rows(table)) yield json;
  }

  /** The files of a component's `_storage`. */
  *files(table: SnapshotTable): Generator<SnapshotFile> {
    for (const [key, json] of this.#rows(table)) {
      const row = this.#file.get<[string, string]>(key);
      if (row === undefined) continue;
      const document = JSON.parse(json) as SnapshotFile["document"];
      yield { id: encodeId(table.num, key.subarray(4)), document, file: row[0], uuid: row[1] };
    }
  }

  close(): void {
    this.#database.close();
  }

  *#rows(table: SnapshotTable): Generator<[Uint8Array, string]> {
    let low: Uint8Array = tabletPrefix(table.tablet);
    for (;;) {
      const rows = this.#page.all<[Uint8Array, string]>(low, tableEnd(table), PAGE);
      yield* rows;
      const last = rows.at(-1)?.[0];
      if (rows.length < PAGE || last === undefined) return;
      low = keySuccessor(Buffer.from(last));
    }
  }

  #kv<Value>(key: string): Value | null {
    const row = this.#database.prepare("SELECT v FROM kv WHERE k = ?").get<[string]>(key);
    return row === undefined ? null : (JSON.parse(row[0]) as Value);
  }
}
