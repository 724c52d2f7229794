import { jsonToConvex } from "convex/values";
import type { SqliteDatabase } from "../store/sqlite.ts";
import type { WriteSet } from "../transaction/readSet.ts";
import type { ConvexJson, ConvexJsonObject } from "../values/json.ts";
import { getField } from "../values/keys.ts";
import { filterValues, type VectorIndex } from "./definitions.ts";
import type { DocumentChange } from "./textWriter.ts";

/** A row of `vectors`: the internal id, the filter values as a JSON array of `filterValue` texts, the numbers as float32. */
export type VectorRow = [internal: Uint8Array, filters: string, data: Uint8Array];

/** A row is some thousand bytes, so fewer of them are deleted at once than of others. */
const REMOVED_SHARE = 20;

/** Keeps the rows of vector indexes up to date, in the transaction that writes the documents. Only the vector worker reads them. */
export class VectorRows {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: SqliteDatabase) {
    this.#statements = prepare(database);
  }

  /** Changes the row of one document. */
  update(index: VectorIndex, { internal, old, next }: DocumentChange, writes: WriteSet | null): void {
    const before = old === null ? null : vectorOf(index, old);
    const after = next === null ? null : vectorOf(index, next);
    if (before === null && after === null) return;
    if (after === null) {
      writes?.add(index.num, internal);
      this.#statements.remove.run(index.num, internal);
      return;
    }
    const filters = JSON.stringify(filterValues(index, next!));
    const data = new Uint8Array(after.buffer);
    // Most updates are of other fields.
    if (before !== null && Buffer.from(before.buffer).equals(data)) {
      if (JSON.stringify(filterValues(index, old!)) === filters) return;
    }
    writes?.add(index.num, internal);
    this.#statements.put.run(index.num, internal, filters, data);
  }

  /** Deletes some rows of an index; false when none was left. */
  removeIndex(index: number, limit: number): boolean {
    if (this.#statements.any.get(index) === undefined) return false;
    this.#statements.removeSome.run(index, index, Math.ceil(limit / REMOVED_SHARE));
    return true;
  }
}

/** The vector of a document; null if it has none of the right kind and length: such documents are never found. */
function vectorOf({ vectorField, dimensions }: VectorIndex, document: ConvexJsonObject): Float32Array | null {
  const value = getField(document, vectorField);
  if (!Array.isArray(value) || value.length !== dimensions) return null;
  const vector = new Float32Array(dimensions);
  for (let position = 0; position < dimensions; position++) {
    const number = floatOf(value[position]!);
    // Cosine similarity to a vector with NaN or Infinity is not a number, and nothing could be ordered by it.
    if (number === null || !Number.isFinite(number)) return null;
    vector[position] = number;
  }
  return vector;
}

/** A float64 of Convex's JSON encoding (-0 is an object there), or null for other values. */
function floatOf(json: ConvexJson): number | null {
  if (typeof json === "number") return json;
  if (typeof json !== "object" || json === null || !("$float" in json)) return null;
  return jsonToConvex(json) as number;
}

function prepare(database: SqliteDatabase) {
  return {
    put: database.prepare("INSERT OR REPLACE INTO vectors(ix, d, filters, data) VALUES(?, ?, ?, ?)"),
    remove: database.prepare("DELETE FROM vectors WHERE ix = ? AND d = ?"),
    any: database.prepare("SELECT 1 FROM vectors WHERE ix = ? LIMIT 1"),
    removeSome: database.prepare(
      "DELETE FROM vectors WHERE ix = ? AND d IN (SELECT d FROM vectors WHERE ix = ? LIMIT ?)",
    ),
  };
}
