import type { SqliteDatabase, Statement } from "./sqlite.ts";

/** Small named values of the deployment itself (clock, environment, manifest of the pushed code). */
export class KeyValues {
  readonly #get: Statement;
  readonly #set: Statement;
  readonly #remove: Statement;

  constructor(database: SqliteDatabase) {
    this.#get = database.prepare("SELECT v FROM kv WHERE k = ?");
    this.#set = database.prepare("INSERT INTO kv(k, v) VALUES(?, ?) ON CONFLICT(k) DO UPDATE SET v = excluded.v");
    this.#remove = database.prepare("DELETE FROM kv WHERE k = ?");
  }

  /** The stored value, trusted to have the shape this package wrote, or null. */
  getJson<Value>(key: string): Value | null {
    const row = this.#get.get<[string]>(key);
    return row === undefined ? null : (JSON.parse(row[0]) as Value);
  }

  setJson(key: string, value: unknown): void {
    this.#set.run(key, JSON.stringify(value));
  }

  remove(key: string): void {
    this.#remove.run(key);
  }
}
