import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { describe, expect, it } from "vitest";
import type { AnalyzedSchema } from "./manifest.ts";
import { checkSchema } from "./schemaCheck.ts";

/** A table as it could be written without types. */
interface Untyped {
  index(name: string, fields: string[]): Untyped;
  searchIndex(name: string, config: { searchField: string; filterFields?: string[] }): Untyped;
  vectorIndex(name: string, config: { vectorField: string; dimensions: number; filterFields?: string[] }): Untyped;
}

function check(build: (table: Untyped) => Untyped, name = "rows"): void {
  const table = build(defineTable(v.any())) as unknown as ReturnType<typeof defineTable>;
  const schema = defineSchema({ [name]: table }) as unknown as { export(): string };
  checkSchema(JSON.parse(schema.export()) as AnalyzedSchema);
}

const many = (count: number) => Array.from({ length: count }, (_, n) => `f${n}`);

describe("checkSchema", () => {
  it("accepts indexes of all kinds on nested fields", () => {
    check((table) =>
      table
        .index("by_a", ["a", "b.c"])
        .searchIndex("search_text", { searchField: "a.text", filterFields: ["x", "x", "y.z"] })
        .searchIndex("search_text_2", { searchField: "a.text" })
        .vectorIndex("by_vector", { vectorField: "a.vector", dimensions: 2, filterFields: many(16) })
        .vectorIndex("by_vector_2", { vectorField: "a.vector", dimensions: 4096 }),
    );
  });

  it.each<[string, (table: Untyped) => Untyped, string]>([
    ["a name twice", (t) => t.index("x", ["a"]).searchIndex("x", { searchField: "a" }), 'Table "rows" has two or more definitions of index "x".'],
    ["a reserved name", (t) => t.searchIndex("by_id", { searchField: "a" }), 'In table "rows" cannot name an index "by_id" because the name is reserved.'],
    ["a name of other characters", (t) => t.vectorIndex("my-index", { vectorField: "a", dimensions: 3 }), 'Invalid index name: "my-index".'],
    ["too many indexes", (t) => many(65).reduce((table, field) => table.index(field, [field]), t), 'Table "rows" cannot have more than 64 indexes.'],
    ["no field", (t) => t.index("x", []), 'In table "rows" index "x" must have at least one field.'],
    ["too many fields", (t) => t.index("x", many(17)), 'In table "rows": In index "x": Indexes may have up to 16 fields.'],
    ["a field twice", (t) => t.index("x", ["a", "a"]), 'Duplicate field "a". Index fields must be unique within an index.'],
    ["the id", (t) => t.index("x", ["_id"]), "`_id` is not a valid index field."],
    ["the creation time", (t) => t.index("x", ["_creationTime"]), "`_creationTime` is automatically added to the end of each index."],
    ["a field of other characters", (t) => t.searchIndex("x", { searchField: "a..b" }), 'In index "x": Invalid index field: "a..b"'],
    ["too many filter fields", (t) => t.searchIndex("x", { searchField: "a", filterFields: many(17) }), "Search indexes may have up to 16 filter fields."],
    ["one dimension", (t) => t.vectorIndex("x", { vectorField: "a", dimensions: 1 }), "Dimensions 1 must be between 2 and 4096."],
    ["too many dimensions", (t) => t.vectorIndex("x", { vectorField: "a", dimensions: 4097 }), "Dimensions 4097 must be between 2 and 4096."],
    ["an index twice", (t) => t.index("x", ["a"]).index("y", ["a"]), 'In table "rows" index "y" and index "x" have the same fields.'],
    ["a search index twice", (t) => t.searchIndex("x", { searchField: "a" }).searchIndex("y", { searchField: "a" }), 'search index "y" and search index "x" have the same `searchField`.'],
    ["a vector index twice", (t) => t.vectorIndex("x", { vectorField: "a", dimensions: 3 }).vectorIndex("y", { vectorField: "a", dimensions: 3, filterFields: ["b"] }), 'vector index "y" and vector index "x" have the same `vectorField`.'],
  ])("refuses %s", (_name, build, message) => {
    expect(() => check(build)).toThrow(message);
  }); // prettier-ignore

  it("refuses names of tables that are reserved or no identifiers", () => {
    expect(() => check((table) => table, "_rows")).toThrow("_rows is a reserved table name.");
    expect(() => check((table) => table, "my rows")).toThrow('Invalid table name: "my rows".');
  });
});
