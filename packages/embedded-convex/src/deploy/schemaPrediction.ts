import { type Catalog, tableEnd, type TableInfo } from "../store/catalog.ts";
import type { Store } from "../store/store.ts";
import type { AnalyzedSchema, Manifest } from "./manifest.ts";

/** What a push would do to tables and indexes, in the shape of the answer of `evaluate_schema`. */
export function predictSchema(store: Store, catalog: Catalog, manifest: Manifest): unknown {
  const componentSchemaEvaluations = Object.fromEntries(
    manifest.components.map((component) => [
      component.path,
      {
        definitionPath: component.definitionPath,
        schemaValidation: component.schema?.schemaValidation ?? false,
        tables: predictTables(store, catalog, component.path, component.schema),
        indexes: predictIndexes(store, catalog, component.path, component.schema),
        discardedStagedValidators: [],
      },
    ]),
  );
  return { componentSchemaEvaluations, newComponentDefinitions: [] };
}

function predictTables(store: Store, catalog: Catalog, component: string, schema: AnalyzedSchema | null) {
  return (schema?.tables ?? []).map((analyzed) => {
    const table = catalog.table(component, analyzed.tableName);
    const unchanged = JSON.stringify(table?.validator ?? null) === JSON.stringify(analyzed.documentType);
    const outcome = schema?.schemaValidation !== true ? "notValidated" : unchanged ? "supersetOfEnforced" : "mustWalk";
    return { name: analyzed.tableName, outcome, numDocs: count(store, table), sizeBytes: 0 };
  });
}

function predictIndexes(store: Store, catalog: Catalog, component: string, schema: AnalyzedSchema | null) {
  const describe = (tableName: string, name: string, fields: readonly string[]) =>
    `${tableName}.${name} ${JSON.stringify(fields)}`;
  const wanted = new Map(
    (schema?.tables ?? []).flatMap(({ tableName, indexes }) =>
      indexes.map(
        ({ indexDescriptor, fields }) =>
          [describe(tableName, indexDescriptor, fields), { tableName, name: indexDescriptor, fields }] as const,
      ),
    ),
  );
  const predictions = [];
  const existing = new Set<string>();
  for (const table of catalog.tables(component)) {
    for (const index of table.indexes.values()) {
      const key = describe(table.name, index.name, index.fields);
      existing.add(key);
      predictions.push(
        prediction(
          table.name,
          index.name,
          index.fields,
          wanted.has(key) ? "identical" : "dropped",
          count(store, table),
        ),
      );
    }
  }
  for (const [key, { tableName, name, fields }] of wanted) {
    if (!existing.has(key))
      predictions.push(prediction(tableName, name, fields, "added", count(store, catalog.table(component, tableName))));
  }
  return predictions;
}

function prediction(
  table: string,
  name: string,
  fields: readonly string[],
  change: "added" | "identical" | "dropped",
  numDocs: number,
) {
  return {
    name: `${table}.${name}`,
    type: "database",
    fields: [...fields],
    change,
    needsBackfill: change === "added" && numDocs > 0,
    numDocs,
  };
}

function count(store: Store, table: TableInfo | undefined): number {
  return table === undefined ? 0 : store.countDocuments(table.prefix, tableEnd(table));
}
