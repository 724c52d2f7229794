import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import { planQuery } from "../functions/plan.ts";
import { QueryCursor } from "../functions/queryCursor.ts";
import { schemaViolation } from "../transaction/transaction.ts";
import type { Executor } from "../transaction/executor.ts";
import type { ValidatorJson } from "../values/json.ts";
import { EMPTY_MANIFEST, type Manifest } from "./manifest.ts";
import { SchemaRollout } from "./schemaRollout.ts";

let temp: TempStore;
let executor: Executor;
let rollout: SchemaRollout;

beforeEach(() => {
  temp = new TempStore();
  executor = temp.executor({
    host: { ...temp.host, onDocumentWritten: (table, document) => rollout.onDocumentWritten(table, document) },
  });
  rollout = new SchemaRollout({ store: temp.store, catalog: temp.catalog, executor });
});
afterEach(() => temp.dispose());

const numberField: ValidatorJson = { type: "object", value: { n: { fieldType: { type: "number" }, optional: false } } };

function manifest(
  indexes: { indexDescriptor: string; fields: string[] }[],
  documentType: ValidatorJson | null = null,
): Manifest {
  const [app] = EMPTY_MANIFEST.components;
  const schema = { tables: [{ tableName: "rows", indexes, documentType }], schemaValidation: documentType !== null };
  return { ...EMPTY_MANIFEST, components: [{ ...app!, schema }] };
}

function insert(n: unknown): Promise<string> {
  return executor.write({
    label: "w",
    run: (transaction) => transaction.insert(temp.catalog.ensureTable("", "rows"), { n: n as number }),
  });
}

async function push(next: Manifest): Promise<void> {
  await rollout.start(next);
  expect(await rollout.wait(5000)).toEqual({ type: "complete" });
  await executor.write({ label: "push", run: () => rollout.activate(next) });
  rollout.applyValidators(next);
}

function byN(): number[] {
  const query = {
    source: { type: "IndexRange" as const, indexName: "rows.by_n", range: [], order: null },
    operators: [],
  };
  const cursor = new QueryCursor(temp.reader(), planQuery(temp.catalog, "", query)!);
  const found: number[] = [];
  for (let row = cursor.next(); row !== null; row = cursor.next())
    found.push((JSON.parse(row.json) as { n: number }).n);
  return found;
}

const indexEntries = () => temp.store.database.prepare("SELECT count(*) FROM idx").get<[number]>()![0];

describe("SchemaRollout", () => {
  it("fills a new index with what is stored and with what is written meanwhile, and shows it only when it is active", async () => {
    for (let n = 0; n < 1200; n++) void insert(1200 - n);
    await insert(0);
    const next = manifest([{ indexDescriptor: "by_n", fields: ["n"] }]);
    await rollout.start(next);
    const during = insert(600.5);
    expect(() => byN()).toThrow("not found");
    await rollout.wait(5000);
    await during;
    await executor.write({ label: "push", run: () => rollout.activate(next) });
    const expected = [...Array.from({ length: 1201 }, (_, n) => n), 600.5].sort((a, b) => a - b);
    expect(byN()).toEqual(expected);
  });

  it("keeps an index that is the same, and deletes the entries of one that is dropped or redefined", async () => {
    await insert(1);
    await push(manifest([{ indexDescriptor: "by_n", fields: ["n"] }]));
    const { num } = temp.catalog.table("", "rows")!.indexes.get("by_n")!;
    await push(manifest([{ indexDescriptor: "by_n", fields: ["n"] }]));
    expect(temp.catalog.table("", "rows")!.indexes.get("by_n")!.num).toBe(num);
    await push(manifest([{ indexDescriptor: "by_n", fields: ["n", "m"] }]));
    expect(byN()).toEqual([1]);
    await rollout.cleanUp();
    expect(indexEntries()).toBe(1);
    await push(manifest([]));
    await rollout.cleanUp();
    expect(indexEntries()).toBe(0);
  });

  it("refuses a schema that stored documents break, and names the document", async () => {
    await insert(1);
    const id = await insert("text");
    await rollout.start(manifest([], numberField));
    const status = await rollout.wait(5000);
    expect(status).toMatchObject({ type: "failed", tableName: "rows", componentPath: "" });
    expect((status as { error: string }).error).toContain(id);
    await expect(
      executor.write({ label: "push", run: () => rollout.activate(manifest([], numberField)) }),
    ).rejects.toThrow("has not been prepared");
  });

  it("refuses a schema that is broken between its check and its activation", async () => {
    await insert(1);
    await rollout.start(manifest([], numberField));
    expect(await rollout.wait(5000)).toEqual({ type: "complete" });
    await insert("text");
    expect(await rollout.wait(0)).toMatchObject({ type: "failed" });
  });

  it("enforces the schema once it is active", async () => {
    await push(manifest([], numberField));
    const table = temp.catalog.table("", "rows")!;
    expect(schemaViolation(temp.catalog, table, { n: "text" })).toContain("v.float64()");
    await expect(insert("text")).rejects.toThrow('Failed to insert or update a document in table "rows"');
    await insert(2);
  });

  it("does not take over an index that a crash has left half filled", async () => {
    for (let n = 0; n < 3; n++) await insert(n);
    await executor.write({
      label: "crash",
      run: () => void temp.catalog.ensureIndex(temp.catalog.table("", "rows")!, { name: "by_n", fields: ["n"] }),
    });
    temp.reopen();
    executor = temp.executor();
    rollout = new SchemaRollout({ store: temp.store, catalog: temp.catalog, executor });
    await push(manifest([{ indexDescriptor: "by_n", fields: ["n"] }]));
    expect(byN()).toEqual([0, 1, 2]);
  });
});
