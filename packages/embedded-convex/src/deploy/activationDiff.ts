import type { SearchIndexSpec } from "../search/definitions.ts";
import type { Catalog, IndexSpec, TableInfo } from "../store/catalog.ts";
import type { Manifest } from "./manifest.ts";

/** An index as the CLI prints it; the name is `table.index`. */
export type NamedIndex =
  | { name: string; type: "database"; fields: string[] }
  | { name: string; type: "search"; searchField: string; filterFields: string[] }
  | { name: string; type: "vector"; vectorField: string; dimensions: number; filterFields: string[] };

export function namedIndex(table: string, { name, fields }: IndexSpec): NamedIndex {
  return { name: `${table}.${name}`, type: "database", fields: [...fields] };
}

export function namedSearchIndex(table: string, spec: SearchIndexSpec): NamedIndex {
  const name = `${table}.${spec.name}`;
  const filterFields = [...spec.filterFields];
  if (spec.kind === "text") return { name, type: "search", searchField: spec.searchField, filterFields };
  return { name, type: "vector", vectorField: spec.vectorField, dimensions: spec.dimensions, filterFields };
}

/** Modules of the app that a push adds, changes (reported as added) or removes. */
export function moduleDiff(before: Manifest, after: Manifest): { addedModules: string[]; removedModules: string[] } {
  const hashes = (manifest: Manifest) =>
    new Map(manifest.components.find(({ path }) => path === "")?.modules.map(({ path, hash }) => [path, hash]));
  const [old, next] = [hashes(before), hashes(after)];
  return {
    addedModules: [...next.keys()].filter((path) => old.get(path) !== next.get(path)),
    removedModules: [...old.keys()].filter((path) => !next.has(path)),
  };
}

/** All readable indexes of the app. */
export function indexesOf(catalog: Catalog): NamedIndex[] {
  return catalog.tables("").flatMap((table) => indexesOfTable(catalog, table));
}

/** All readable indexes of a table. */
export function indexesOfTable(catalog: Catalog, table: TableInfo): NamedIndex[] {
  const search = catalog.search.of(table.tablet).filter(({ state }) => state === "active");
  return [
    ...[...table.indexes.values()].map((index) => namedIndex(table.name, index)),
    ...search.map((index) => namedSearchIndex(table.name, index)),
  ];
}

export function indexDiff(
  before: NamedIndex[],
  after: NamedIndex[],
): { addedIndexes: NamedIndex[]; removedIndexes: NamedIndex[] } {
  return { addedIndexes: without(after, before), removedIndexes: without(before, after) };
}

function without(indexes: NamedIndex[], others: NamedIndex[]): NamedIndex[] {
  const known = new Set(others.map((index) => JSON.stringify(index)));
  return indexes.filter((index) => !known.has(JSON.stringify(index)));
}
