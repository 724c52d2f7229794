import { searchIndexSpecs } from "../search/definitions.ts";
import { type Catalog, tableEnd, type TableInfo } from "../store/catalog.ts";
import type { Store } from "../store/store.ts";
import { indexesOfTable, namedIndex, type NamedIndex, namedSearchIndex } from "./activationDiff.ts";
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
  const wanted = new Map<string, { table: string; index: NamedIndex }>();
  for (const analyzed of schema?.tables ?? []) {
    const table = analyzed.tableName;
    const indexes = [
      ...analyzed.indexes.map(({ indexDescriptor, fields }) => namedIndex(table, { name: indexDescriptor, fields })),
      ...searchIndexSpecs(analyzed).map((spec) => namedSearchIndex(table, spec)),
    ];
    for (const index of indexes) wanted.set(JSON.stringify(index), { table, index });
  }
  const predictions = [];
  for (const table of catalog.tables(component)) {
    for (const index of indexesOfTable(catalog, table)) {
      const known = wanted.delete(JSON.stringify(index));
      predictions.push(prediction(index, known ? "identical" : "dropped", count(store, table)));
    }
  }
  for (const { table, index } of wanted.values()) {
    predictions.push(prediction(index, "added", count(store, catalog.table(component, table))));
  }
  return predictions;
}

function prediction(index: NamedIndex, change: "added" | "identical" | "dropped", numDocs: number) {
  return { ...index, change, needsBackfill: change === "added" && numDocs > 0, numDocs };
}

function count(store: Store, table: TableInfo | undefined): number {
  return table === undefined ? 0 : store.countDocuments(table.prefix, tableEnd(table));
}
