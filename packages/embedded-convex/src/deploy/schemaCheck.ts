import type { AnalyzedSchema, AnalyzedTable } from "./manifest.ts";
import { PushError } from "./pushError.ts";

const MAX_INDEXES = 64;
const MAX_FIELDS = 16;
const MIN_DIMENSIONS = 2;
const MAX_DIMENSIONS = 4096;
const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const FIELD_PATH = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** What `defineSchema` of the client does not check, and Convex's backend does. @throws PushError with Convex's messages. */
export function checkSchema({ tables }: AnalyzedSchema): void {
  for (const table of tables) {
    const { tableName } = table;
    if (tableName.startsWith("_")) throw new PushError(`${tableName} is a reserved table name.`);
    if (!IDENTIFIER.test(tableName)) {
      throw new PushError(
        `Invalid table name: "${tableName}". Identifiers must start with a letter and can only contain letters, digits, and underscores.`,
      );
    }
    checkNames(table);
    for (const index of table.indexes) checkDatabaseIndex(tableName, index);
    for (const index of table.searchIndexes ?? [])
      checkSearchIndex(index.indexDescriptor, index.searchField, index.filterFields);
    for (const index of table.vectorIndexes ?? []) {
      checkSearchIndex(index.indexDescriptor, index.vectorField, index.filterFields);
      checkDimensions(index.dimensions);
    }
    checkContents(table);
  }
}

function checkNames({ tableName, indexes, searchIndexes, vectorIndexes }: AnalyzedTable): void {
  const names = [...indexes, ...(searchIndexes ?? []), ...(vectorIndexes ?? [])].map((index) => index.indexDescriptor);
  if (names.length > MAX_INDEXES)
    throw new PushError(`Table "${tableName}" cannot have more than ${MAX_INDEXES} indexes.`);
  for (const [position, name] of names.entries()) {
    if (name.startsWith("_") || name === "by_id" || name === "by_creation_time") {
      throw new PushError(
        `In table "${tableName}" cannot name an index "${name}" because the name is reserved. Indexes may not start with an underscore or be named "by_id" or "by_creation_time".`,
      );
    }
    if (!IDENTIFIER.test(name)) {
      throw new PushError(
        `Invalid index name: "${name}". Identifiers must be 64 characters or less, start with a letter, and only contain letters, digits, underscores.`,
      );
    }
    if (names.indexOf(name) !== position)
      throw new PushError(`Table "${tableName}" has two or more definitions of index "${name}".`);
  }
}

function checkDatabaseIndex(table: string, { indexDescriptor: name, fields }: AnalyzedTable["indexes"][number]): void {
  if (fields.length === 0) throw new PushError(`In table "${table}" index "${name}" must have at least one field.`);
  const where = `In table "${table}": In index "${name}": `;
  if (fields.length > MAX_FIELDS) throw new PushError(`${where}Indexes may have up to ${MAX_FIELDS} fields.`);
  for (const [position, field] of fields.entries()) {
    if (field === "_id")
      throw new PushError(`${where}\`_id\` is not a valid index field. To load documents by ID, use \`db.get(id)\`.`);
    if (field === "_creationTime") {
      throw new PushError(
        `${where}\`_creationTime\` is automatically added to the end of each index. It should not be added explicitly in the index definition. See https://docs.convex.dev/using/indexes for more details.`,
      );
    }
    checkField(name, field);
    if (fields.indexOf(field) !== position)
      throw new PushError(`${where}Duplicate field "${field}". Index fields must be unique within an index.`);
  }
}

function checkSearchIndex(name: string, field: string, filterFields: readonly string[]): void {
  if (new Set(filterFields).size > MAX_FIELDS)
    throw new PushError(`Search indexes may have up to ${MAX_FIELDS} filter fields.`);
  for (const each of [field, ...filterFields]) checkField(name, each);
}

function checkField(name: string, field: string): void {
  if (!FIELD_PATH.test(field)) throw new PushError(`In index "${name}": Invalid index field: "${field}"`);
}

function checkDimensions(dimensions: number): void {
  if (!Number.isInteger(dimensions) || dimensions < MIN_DIMENSIONS || dimensions > MAX_DIMENSIONS)
    throw new PushError(`Dimensions ${dimensions} must be between ${MIN_DIMENSIONS} and ${MAX_DIMENSIONS}.`);
}

/** No two indexes of a table may be the same but for their names. */
function checkContents({ tableName, indexes, searchIndexes, vectorIndexes }: AnalyzedTable): void {
  const sorted = (fields: readonly string[]) => [...new Set(fields)].sort();
  const twice = <Index extends { indexDescriptor: string }>(
    list: readonly Index[],
    content: (index: Index) => unknown,
  ) => {
    const seen = new Map<string, string>();
    for (const index of [...list].sort((a, b) => (a.indexDescriptor < b.indexDescriptor ? -1 : 1))) {
      const other = seen.get(JSON.stringify(content(index)));
      if (other !== undefined) return [index.indexDescriptor, other] as const;
      seen.set(JSON.stringify(content(index)), index.indexDescriptor);
    }
    return null;
  };
  const database = twice(indexes, ({ fields }) => fields);
  if (database !== null) {
    throw new PushError(
      `In table "${tableName}" index "${database[0]}" and index "${database[1]}" have the same fields. Indexes must be unique within a table.`,
    );
  }
  const search = twice(searchIndexes ?? [], ({ searchField, filterFields }) => [searchField, sorted(filterFields)]);
  if (search !== null) throw new PushError(sameField(tableName, "search", "searchField", search));
  const vector = twice(vectorIndexes ?? [], ({ vectorField, dimensions }) => [vectorField, dimensions]);
  if (vector !== null) throw new PushError(sameField(tableName, "vector", "vectorField", vector));
}

function sameField(table: string, kind: string, field: string, [name, other]: readonly [string, string]): string {
  const Kind = kind === "search" ? "Search" : "Vector";
  return (
    `In table "${table}" ${kind} index "${name}" and ${kind} index "${other}" have the same \`${field}\`. ` +
    `${Kind} index fields must be unique within a table. You should combine the indexes with the same \`${field}\` into one ` +
    "index containing all `filterField`s and then use different subsets of the `filterField`s at query time."
  );
}
