import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import { predictSchema } from "../deploy/schemaPrediction.ts";
import { EMPTY_MANIFEST, type Manifest } from "../deploy/manifest.ts";
import { SchemaRollout } from "../deploy/schemaRollout.ts";
import { indexDiff, indexesOf } from "../deploy/activationDiff.ts";
import { planQuery } from "../functions/plan.ts";
import { openCursor } from "../functions/queryCursor.ts";
import type { Executor } from "../transaction/executor.ts";
import type { ConvexJsonObject } from "../values/json.ts";
import { type ExportedSearchIndexes, searchIndexSpecs } from "./definitions.ts";

let temp: TempStore;

const at = (id: string) => temp.catalog.locate("", id)!;
let executor: Executor;
let rollout: SchemaRollout;

function start(): void {
  executor = temp.executor();
  rollout = new SchemaRollout({ store: temp.store, catalog: temp.catalog, executor });
}

beforeEach(() => {
  temp = new TempStore();
  start();
});
afterEach(() => temp.dispose());

const BY_TEXT = { indexDescriptor: "by_text", searchField: "text", filterFields: [] as string[] };
const BY_VECTOR = { indexDescriptor: "by_vector", vectorField: "vector", dimensions: 2, filterFields: ["b", "a"] };

function manifest(indexes: ExportedSearchIndexes): Manifest {
  const [app] = EMPTY_MANIFEST.components;
  const schema = {
    tables: [{ tableName: "rows", indexes: [], documentType: null, ...indexes }],
    schemaValidation: false,
  };
  return { ...EMPTY_MANIFEST, components: [{ ...app!, schema }] };
}

const table = () => temp.catalog.ensureTable("", "rows");

function write<Result>(run: Parameters<Executor["write"]>[0]["run"]): Promise<Result> {
  return executor.write({ label: "w", run }) as Promise<Result>;
}

const insert = (row: ConvexJsonObject) => write<string>((transaction) => transaction.insert(table(), row));

async function push(indexes: ExportedSearchIndexes): Promise<void> {
  const next = manifest(indexes);
  await rollout.start(next);
  expect(await rollout.wait(5000)).toEqual({ type: "complete" });
  await write(() => rollout.activate(next));
}

function found(text: string): string[] {
  const filters = [{ type: "Search" as const, fieldPath: "text", value: text }];
  const query = { source: { type: "Search" as const, indexName: "rows.by_text", filters }, operators: [] };
  const cursor = openCursor(temp.reader(), planQuery(temp.catalog, "", query)!);
  const texts: string[] = [];
  for (let row = cursor.next(); row !== null; row = cursor.next())
    texts.push((JSON.parse(row.json) as { text: string }).text);
  return texts;
}

const count = (name: string) => temp.store.database.prepare(`SELECT count(*) FROM ${name}`).get<[number]>()![0];
const statistics = () =>
  temp.catalog.search.reads(temp.store).statistics(temp.catalog.search.find(table().tablet, "by_text")!.num);

describe("rolling out search indexes", () => {
  it("fills a new index while documents come, change and go, and counts each once", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 700; n++) ids.push(await insert({ text: `old number${n}` }));
    const next = manifest({ searchIndexes: [BY_TEXT] });
    await rollout.start(next);
    // Both ends of the table, while the first portions are being filled.
    for (const position of [0, 1, 350, 698, 699]) {
      const id = ids[position]!;
      void write((transaction) => transaction.update(at(id), "Update", () => ({ text: `changed number${position}` })));
    }
    for (const position of [2, 351, 697]) void write((transaction) => transaction.remove(at(ids[position]!)));
    await insert({ text: "new one" });
    expect(() => found("old")).toThrow("not found");
    expect(await rollout.wait(5000)).toEqual({ type: "complete" });
    await write(() => rollout.activate(next));
    expect(found("old")).toHaveLength(692);
    expect(found("changed").sort()).toEqual([0, 1, 350, 698, 699].map((n) => `changed number${n}`).sort());
    expect(found("new")).toEqual(["new one"]);
    expect(statistics()).toEqual({ documents: 698, words: 698 * 2 });
  });

  it("keeps an index that is the same, and removes the content of one that is redefined or dropped", async () => {
    await insert({ text: "here", title: "there", vector: [1, 0] });
    await push({ searchIndexes: [BY_TEXT], vectorIndexes: [BY_VECTOR] });
    const numbers = temp.catalog.search.of(table().tablet).map(({ num }) => num);
    await push({ searchIndexes: [BY_TEXT], vectorIndexes: [{ ...BY_VECTOR, filterFields: ["a", "b", "a"] }] });
    expect(temp.catalog.search.of(table().tablet).map(({ num }) => num)).toEqual(numbers);
    expect([count("search_terms"), count("vectors")]).toEqual([1, 1]);

    await push({ searchIndexes: [{ ...BY_TEXT, filterFields: ["title"] }] });
    await rollout.cleanUp();
    expect([count("search_terms"), count("search_stats"), count("vectors")]).toEqual([2, 1, 0]);
    expect(found("here")).toEqual(["here"]);
    await push({});
    await rollout.cleanUp();
    expect([count("search_terms"), count("search_stats"), count("indexes")]).toEqual([0, 0, 0]);
    await insert({ text: "more" });
    expect(count("search_terms")).toBe(0);
  });

  it("builds anew what a crash has left half built", async () => {
    for (let n = 0; n < 300; n++) await insert({ text: `row ${n}` });
    await write(() => {
      const [spec] = searchIndexSpecs({ searchIndexes: [BY_TEXT] });
      temp.catalog.search.backfill(temp.catalog.ensureSearchIndex(table(), spec!), 100);
    });
    expect(count("search_terms")).toBe(101);
    temp.reopen();
    temp.store.write(() => temp.catalog.dropBuildingIndexes());
    start();
    await rollout.cleanUp();
    expect(count("search_terms")).toBe(0);
    await push({ searchIndexes: [BY_TEXT] });
    expect(found("row")).toHaveLength(300);
    expect(statistics().documents).toBe(300);
  });

  it("goes on after an activation that failed", async () => {
    await insert({ text: "row" });
    const next = manifest({ searchIndexes: [BY_TEXT] });
    await rollout.start(next);
    await rollout.wait(5000);
    temp.catalog.reload();
    await write(() => rollout.activate(next));
    expect(found("row")).toEqual(["row"]);
  });

  it("describes what it adds and removes as the CLI prints it", async () => {
    await insert({ text: "row" });
    const both = { searchIndexes: [{ ...BY_TEXT, filterFields: ["b", "a"] }], vectorIndexes: [BY_VECTOR] };
    const text = { name: "rows.by_text", type: "search", searchField: "text", filterFields: ["a", "b"] };
    const vector = {
      name: "rows.by_vector",
      type: "vector",
      vectorField: "vector",
      dimensions: 2,
      filterFields: ["a", "b"],
    };
    const predicted = (indexes: ExportedSearchIndexes) => {
      const answer = predictSchema(temp.store, temp.catalog, manifest(indexes)) as {
        componentSchemaEvaluations: Record<string, { indexes: unknown[] }>;
      };
      return answer.componentSchemaEvaluations[""]!.indexes;
    };
    const added = { change: "added", needsBackfill: true, numDocs: 1 };
    expect(predicted(both)).toEqual([{ ...text, ...added }, { ...vector, ...added }]); // prettier-ignore
    const before = indexesOf(temp.catalog);
    await push(both);
    expect(indexDiff(before, indexesOf(temp.catalog))).toEqual({ addedIndexes: [text, vector], removedIndexes: [] });
    expect(predicted({})).toMatchObject([{ ...text, change: "dropped" }, { change: "dropped" }]);
    expect(predicted(both)).toMatchObject([{ change: "identical" }, { change: "identical" }]);
  });
});
