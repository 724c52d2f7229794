import { tableEnd, tabletPrefix } from "../store/catalog.ts";
import type { Statement } from "../store/sqlite.ts";
import type { Store } from "../store/store.ts";

/** Deletes what an import has replaced, in portions, so that nobody waits for it. */
export class DroppedTables {
  readonly #next: Statement;
  readonly #files: Statement;
  readonly #removeFiles: Statement;
  readonly #removeDocuments: Statement;
  readonly #changes: Statement;
  readonly #forget: Statement;

  constructor({ database }: Store) {
    this.#next = database.prepare("SELECT tablet FROM tables WHERE state = 'dropped' LIMIT 1");
    this.#files = database.prepare("SELECT k, file FROM files WHERE k >= ? AND k < ? LIMIT ?");
    this.#removeFiles = database.prepare("DELETE FROM files WHERE k >= ? AND k <= ?");
    this.#removeDocuments = database.prepare(
      "DELETE FROM docs WHERE k IN (SELECT k FROM docs WHERE k >= ? AND k < ? LIMIT ?)",
    );
    this.#changes = database.prepare("SELECT changes()");
    this.#forget = database.prepare("DELETE FROM tables WHERE tablet = ?");
  }

  /** Deletes up to `limit` rows. Returns the files that go with them, or null when nothing is left. In a write transaction. */
  deletePortion(limit: number): string[] | null {
    const tablet = this.#next.get<[number]>()?.[0];
    if (tablet === undefined) return null;
    const [low, high] = [tabletPrefix(tablet), tableEnd({ tablet })];
    const files = this.#files.all<[Uint8Array, string]>(low, high, limit);
    if (files.length > 0) {
      this.#removeFiles.run(low, files.at(-1)![0]);
      return files.map(([, file]) => file);
    }
    this.#removeDocuments.run(low, high, limit);
    if (this.#changes.get<[number]>()![0] < limit) this.#forget.run(tablet);
    return [];
  }
}
