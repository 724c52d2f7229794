import type { Catalog } from "../store/catalog.ts";
import type { Manifest } from "./manifest.ts";

/** An index as the CLI prints it. */
export interface NamedIndex {
  /** `table.index` */
  name: string;
  type: "database";
  fields: string[];
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
  return catalog.tables("").flatMap((table) =>
    [...table.indexes.values()].map(({ name, fields }) => ({
      name: `${table.name}.${name}`,
      type: "database" as const,
      fields: [...fields],
    })),
  );
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
