import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import { decodeUndefined } from "../functions/queryTypes.ts";
import { databaseFile } from "../store/format.ts";
import { SqliteReader } from "../store/sqlite.ts";
import { WriteSet } from "../transaction/readSet.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { ConvexJson, ConvexJsonObject } from "../values/json.ts";
import type { SearchIndexSpec, VectorIndex } from "./definitions.ts";
import { compileVectorQuery, type VectorRequest } from "./vectorQuery.ts";
import { VectorReader } from "./vectorReader.ts";
import { VectorSearches } from "./vectorSearches.ts";

const SPEC: SearchIndexSpec = {
  kind: "vector",
  name: "by_vector",
  vectorField: "meta.vector",
  dimensions: 2,
  filterFields: ["author", "kind"],
};

let temp: TempStore;
let now = 0;

beforeEach(() => {
  temp = new TempStore();
  now = 0;
  temp.store.write(() => temp.catalog.activateSearchIndexes(temp.catalog.ensureTable("", "rows"), [SPEC]));
});
afterEach(() => temp.dispose());

const table = () => temp.catalog.table("", "rows")!;
const index = () => temp.catalog.search.find(table().tablet, "by_vector") as VectorIndex;
const at = (id: string) => temp.catalog.locate("", id)!;
const row = (vector: ConvexJson, more: ConvexJsonObject = {}): ConvexJsonObject => ({ meta: { vector }, ...more });

function request(vector: number[], more: Partial<VectorRequest> = {}): VectorRequest {
  return { indexName: "rows.by_vector", vector, expressions: null, ...more };
}

const eq = (field: string, value: ConvexJson): ConvexJson => ({ $eq: [{ $field: field }, { $literal: value }] });

describe("a vector query", () => {
  const compile = (asked: VectorRequest) => compileVectorQuery(index(), asked, decodeUndefined);

  it("takes ten results if nothing else is asked for, at most 256", () => {
    expect(compile(request([1, 0])).limit).toBe(10);
    expect(compile(request([1, 0], { limit: 256 })).limit).toBe(256);
    expect(() => compile(request([1, 0], { limit: 257 }))).toThrow(
      "Vector queries can fetch at most 256 results, requested 257.",
    );
    for (const limit of [0, -1, 1.5]) expect(() => compile(request([1, 0], { limit }))).toThrow("between 1 and 256");
  });

  it("must have the dimensions of the index, and numbers", () => {
    expect(() => compile(request([1, 0, 0]))).toThrow("Expected a vector with dimensions 2, received 3.");
    expect(() => compile(request(new Array<number>(5000).fill(0)))).toThrow("dimensions 4096, received 5000.");
    expect(() => compile(request([1, null as unknown as number]))).toThrow("not finite numbers");
  });

  it("may filter by equality to any of several values of declared fields", () => {
    const expressions = { $or: [eq("author", "a"), { $or: [eq("author", "b"), eq("kind", { $undefined: null })] }] };
    expect(compile(request([1, 0], { expressions })).filters!.map(({ position }) => position)).toEqual([0, 0, 1]);
    expect(() => compile(request([1, 0], { expressions: eq("other", 1) }))).toThrow(
      'Vector query against rows.by_vector contains a filter on "other" but that field isn\'t indexed for filtering in `filterFields`.',
    );
    const many = { $or: Array.from({ length: 65 }, (_, n) => eq("author", n)) };
    expect(() => compile(request([1, 0], { expressions: many }))).toThrow("too many conditions. Max: 64 Actual: 65");
    expect(() => compile(request([1, 0], { expressions: { $literal: true } }))).toThrow(
      "Filters should be a combination of `q.eq` and `q.or`.",
    );
  });
});

describe("VectorReader", () => {
  let database: SqliteReader;
  let reader: VectorReader;

  function open(memoryLimit = 1e9): void {
    database = new SqliteReader(databaseFile(temp.folder));
    reader = new VectorReader({ database, now: () => now, memoryLimit, idleMs: 1000 });
  }
  beforeEach(() => open());
  afterEach(() => database.close());

  function search(vector: number[], more: Partial<VectorRequest> = {}): [id: string, score: number][] {
    const hits = reader.search(compileVectorQuery(index(), request(vector, more), decodeUndefined));
    const names = new Map(
      all().map((document) => [
        at(document._id as string)
          .key.subarray(4)
          .toString("latin1"),
        document.name,
      ]),
    );
    return hits.map(({ internal, score }) => [names.get(internal) as string, score]);
  }

  const all = () =>
    temp.store
      .scan(0, table().prefix, Buffer.from([0xff]), "asc", 1e6)
      .map(([, json]) => JSON.parse(json) as ConvexJsonObject);

  /** Writes, and tells the reader. */
  function write(body: (transaction: Transaction) => void): void {
    const writes = new WriteSet();
    temp.write((transaction) => {
      body(transaction);
      writes.append(transaction.writes);
    });
    const internals = writes.entries.flatMap((entry) =>
      "key" in entry && entry.index === index().num ? [Buffer.from(entry.key).toString("latin1")] : [],
    );
    reader.changed(index().num, internals);
  }

  const add = (name: string, vector: ConvexJson, more: ConvexJsonObject = {}): void =>
    write((transaction) => void transaction.insert(table(), { ...row(vector, more), name }));
  const idOf = (name: string) => all().find((document) => document.name === name)!._id as string;

  it("finds the most similar vectors, whatever their length, and how similar they are", () => {
    add("right", [5, 0]);
    add("up", [0, 0.1]);
    add("diagonal", [1, 1]);
    add("left", [-1, 0]);
    expect(search([2, 0])).toEqual([
      ["right", 1],
      ["diagonal", Math.fround(Math.SQRT1_2)],
      ["up", 0],
      ["left", -1],
    ]);
    expect(search([0, 1], { limit: 1 }).map(([name]) => name)).toEqual(["up"]);
  });

  it("has equally similar ones in the order of their creation, and zeros in the middle", () => {
    add("first", [1, 0]);
    add("second", [2, 0]);
    add("nothing", [0, 0]);
    add("opposite", [-1, 0]);
    expect(search([1, 0])).toEqual([["first", 1], ["second", 1], ["nothing", 0], ["opposite", -1]]); // prettier-ignore
  });

  it("leaves out documents without a vector of the right kind and length", () => {
    add("good", [{ $float: "AAAAAAAAAIA=" }, 1]);
    for (const bad of [
      null,
      "text",
      [1],
      [1, 2, 3],
      [1, "2"],
      [1, { $integer: "AQAAAAAAAAA=" }],
      [1, { $float: "AAAAAAAA+H8=" }],
    ])
      add("bad", bad);
    expect(search([0, 1])).toEqual([["good", 1]]);
  });

  it("follows what is written, also what is committed before it is loaded and told again", () => {
    add("a", [1, 0]);
    expect(search([1, 0])).toEqual([["a", 1]]);
    add("b", [1, 0]);
    expect(search([1, 0]).map(([name]) => name)).toEqual(["a", "b"]);
    write((transaction) => transaction.update(at(idOf("a")), "Update", () => ({ ...row([0, 1]), name: "a" })));
    expect(search([1, 0])).toEqual([["b", 1], ["a", 0]]); // prettier-ignore
    write((transaction) => transaction.update(at(idOf("a")), "Update", () => ({ name: "a" })));
    write((transaction) => transaction.remove(at(idOf("b"))));
    expect(search([1, 0])).toEqual([]);
  });

  it("writes nothing again when other fields change", () => {
    add("a", [1, 0], { author: "ada" });
    const changes = () => temp.store.database.prepare("SELECT total_changes()").get<[number]>()![0];
    const update = (fields: ConvexJsonObject): number => {
      const before = changes();
      write((transaction) => transaction.update(at(idOf("a")), "Update", (old) => ({ ...old, ...fields })));
      return changes() - before;
    };
    const withoutVector = update({ note: "x" });
    expect(update({ author: "bob" })).toBe(withoutVector + 1);
    expect(update(row([0, 1]))).toBe(withoutVector + 1);
  });

  it("filters by any of several values, also missing ones", () => {
    add("1", [1, 0], { author: "ada" });
    add("2", [1, 0], { author: "bob", kind: 1 });
    add("3", [1, 0], { kind: 2 });
    const names = (...conditions: ConvexJson[]) =>
      search([1, 0], { expressions: { $or: conditions } }).map(([name]) => name);
    expect(names(eq("author", "ada"))).toEqual(["1"]);
    expect(names(eq("author", "ada"), eq("author", "bob"))).toEqual(["1", "2"]);
    expect(names(eq("author", "ada"), eq("kind", 2))).toEqual(["1", "3"]);
    expect(names(eq("author", { $undefined: null }))).toEqual(["3"]);
    expect(names(eq("author", "nobody"))).toEqual([]);
    write((transaction) => transaction.update(at(idOf("3")), "Update", (old) => ({ ...old, author: "nobody" })));
    expect(names(eq("author", "nobody"))).toEqual(["3"]);
  });

  it("forgets indexes that nobody searches, and those that are too much together", () => {
    add("a", [1, 0]);
    search([1, 0]);
    now = 900;
    reader.forgetIdle();
    expect(reader.loaded).toEqual([index().num]);
    now = 1100;
    reader.forgetIdle();
    expect(reader.loaded).toEqual([]);

    temp.store.write(() => temp.catalog.activateSearchIndexes(table(), [SPEC, { ...SPEC, name: "other" }]));
    database.close();
    open(1);
    search([1, 0]);
    const other = temp.catalog.search.find(table().tablet, "other") as VectorIndex;
    reader.search(compileVectorQuery(other, request([1, 0]), decodeUndefined));
    expect(reader.loaded).toEqual([other.num]);
  });
});

describe("VectorSearches", () => {
  let searches: VectorSearches;
  beforeEach(() => {
    searches = new VectorSearches({ file: databaseFile(temp.folder), catalog: temp.catalog, decode: decodeUndefined });
  });
  afterEach(() => searches.close());

  it("answers from a worker that knows of every commit before the search", async () => {
    const executor = temp.executor({ afterCommit: async ({ writes }) => searches.committed(writes) });
    const search = async (asked: VectorRequest) =>
      (await executor.read("search", () => ({ results: searches.search("", asked) }))).results;
    const insert = (vector: number[]) =>
      executor.write({ label: "w", run: (transaction) => transaction.insert(table(), row(vector)) });
    const first = await insert([1, 0]);
    expect(await search(request([1, 0]))).toEqual([{ _id: first, _score: 1 }]);
    const second = await insert([0, 1]);
    expect(await search(request([0, 1]))).toEqual([
      { _id: second, _score: 1 },
      { _id: first, _score: 0 },
    ]);
    await executor.write({ label: "w", run: (transaction) => transaction.remove(at(first)) });
    expect(await search(request([0, 1]))).toEqual([{ _id: second, _score: 1 }]);
    await executor.write({
      label: "w",
      run: () => temp.catalog.activateSearchIndexes(table(), [{ ...SPEC, vectorField: "vector" }]),
    });
    expect(await search(request([0, 1]))).toEqual([]);
  });

  it("knows only vector indexes, of the component that asks", async () => {
    await expect(searches.search("child", request([1, 0]))).rejects.toThrow("Index rows.by_vector not found.");
    temp.store.write(() => temp.catalog.activateIndexes(table(), [{ name: "by_n", fields: ["n"] }]));
    await expect(searches.search("", request([1, 0], { indexName: "rows.by_n" }))).rejects.toThrow(
      "Index rows.by_n is not a vector index",
    );
  });
});
