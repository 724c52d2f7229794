import type { ConvexJson, ConvexJsonObject } from "../values/json.ts";
import { createHash } from "node:crypto";
import { encodeKey, getField } from "../values/keys.ts";

/** A text search index as a schema defines it. */
export interface TextIndexSpec {
  kind: "text";
  name: string;
  searchField: string;
  /** Sorted, each once. */
  filterFields: readonly string[];
}

/** A vector index as a schema defines it. */
export interface VectorIndexSpec {
  kind: "vector";
  name: string;
  vectorField: string;
  dimensions: number;
  /** Sorted, each once. */
  filterFields: readonly string[];
}

export type SearchIndexSpec = TextIndexSpec | VectorIndexSpec;

/** What a stored index has besides its definition. */
export interface IndexRecord {
  num: number;
  /** `building` indexes are maintained by every write, but not read. */
  state: "active" | "building";
  /** Keys of documents that are not in the index yet: the backfill will come to them, so writes leave them out. */
  unfilled: { from: Buffer; to: Buffer } | null;
}

export type TextIndex = TextIndexSpec & IndexRecord;
export type VectorIndex = VectorIndexSpec & IndexRecord;
export type SearchIndex = TextIndex | VectorIndex;

/** Longer values are known by their hash. */
const LONGEST_PLAIN_VALUE = 64;

/** Search indexes of a table as `export()` of a schema gives them. */
export interface ExportedSearchIndexes {
  searchIndexes?: { indexDescriptor: string; searchField: string; filterFields: string[] }[] | null;
  vectorIndexes?: { indexDescriptor: string; vectorField: string; dimensions: number; filterFields: string[] }[] | null;
}

/** The search and vector indexes of a table of a schema. */
export function searchIndexSpecs({ searchIndexes, vectorIndexes }: ExportedSearchIndexes): SearchIndexSpec[] {
  return [
    ...(searchIndexes ?? []).map(({ indexDescriptor, searchField, filterFields }) => ({
      kind: "text" as const,
      name: indexDescriptor,
      searchField,
      filterFields: sortedOnce(filterFields),
    })),
    ...(vectorIndexes ?? []).map(({ indexDescriptor, vectorField, dimensions, filterFields }) => ({
      kind: "vector" as const,
      name: indexDescriptor,
      vectorField,
      dimensions,
      filterFields: sortedOnce(filterFields),
    })),
  ];
}

/** The part of a definition that makes up its content; equal for indexes that are the same but for their names. */
export function contentOf(spec: SearchIndexSpec): string {
  const { filterFields } = spec;
  return spec.kind === "text"
    ? JSON.stringify({ searchField: spec.searchField, filterFields })
    : JSON.stringify({ vectorField: spec.vectorField, dimensions: spec.dimensions, filterFields });
}

/** Reads what `contentOf` has written. */
export function specOf(name: string, content: string): SearchIndexSpec {
  const fields = JSON.parse(content) as Omit<TextIndexSpec, "kind" | "name"> | Omit<VectorIndexSpec, "kind" | "name">;
  return "searchField" in fields ? { kind: "text", name, ...fields } : { kind: "vector", name, ...fields };
}

/** A value of a filter field in a form that is equal for equal values only; bytes as latin1 text. */
export function filterValue(value: ConvexJson | undefined): string {
  const key = encodeKey([value]);
  // A hash begins with a byte that no encoded value begins with.
  return key.length <= LONGEST_PLAIN_VALUE
    ? key.toString("latin1")
    : `\u00ff${createHash("sha256").update(key).digest().toString("latin1")}`;
}

/** The values of a document's filter fields. */
export function filterValues({ filterFields }: SearchIndexSpec, document: ConvexJsonObject): string[] {
  return filterFields.map((field) => filterValue(getField(document, field)));
}

function sortedOnce(fields: readonly string[]): string[] {
  return [...new Set(fields)].sort();
}
