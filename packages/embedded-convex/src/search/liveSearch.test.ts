import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import { planQuery } from "../functions/plan.ts";
import { openCursor } from "../functions/queryCursor.ts";
import { LiveQueries, type LiveRequest } from "../sync/liveQueries.ts";
import { WriteSet } from "../transaction/readSet.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { ConvexJsonObject } from "../values/json.ts";
import type { SearchFilterExpression } from "./textQuery.ts";

let temp: TempStore;

const at = (id: string) => temp.catalog.locate("", id)!;
let live: LiveQueries;
let reruns: string[] = [];

beforeEach(() => {
  temp = new TempStore();
  reruns = [];
  temp.store.write(() => {
    const spec = { kind: "text" as const, name: "by_text", searchField: "text", filterFields: ["channel"] };
    temp.catalog.activateSearchIndexes(temp.catalog.ensureTable("", "rows"), [spec]);
    temp.catalog.ensureTable("", "others");
  });
  live = new LiveQueries({
    now: () => 0,
    coalesceMs: 0,
    run: async ({ path, args }) => {
      reruns.push(path);
      const transaction = temp.reader();
      const filters = JSON.parse(args) as SearchFilterExpression[];
      const source = { type: "Search" as const, indexName: "rows.by_text", filters };
      const cursor = openCursor(transaction, planQuery(temp.catalog, "", { source, operators: [] })!);
      let value = "";
      for (let row = cursor.next(); row !== null; row = cursor.next()) value += row.json;
      return {
        reads: transaction.reads,
        result: { ok: true, value, data: null, logs: [], requestId: "", journal: null },
      };
    },
  });
});
afterEach(() => temp.dispose());

async function watch(text: string, channel?: string): Promise<void> {
  const filters: SearchFilterExpression[] = [{ type: "Search", fieldPath: "text", value: text }];
  if (channel !== undefined) filters.push({ type: "Eq", fieldPath: "channel", value: channel });
  const path = channel === undefined ? text : `${text} in ${channel}`;
  const request: LiveRequest = {
    component: "",
    path,
    args: JSON.stringify(filters),
    identity: null,
    admin: false,
    journal: null,
  };
  await live.subscribe(live.size, "session", request, { changed: [], rebound: [] });
}

/** Writes in one transaction; returns which of the watched searches ran again. */
async function rerunsAfter(body: (transaction: Transaction) => void): Promise<string[]> {
  const writes = new WriteSet();
  temp.write((transaction) => {
    body(transaction);
    writes.append(transaction.writes);
  });
  reruns = [];
  live.invalidate(writes);
  await live.refresh(new Set());
  return reruns.sort();
}

const insert = (row: ConvexJsonObject) => (transaction: Transaction) =>
  void transaction.insert(temp.catalog.table("", "rows")!, row);

describe("a live search", () => {
  it("runs again for documents that have one of its words, or begin with the last one", async () => {
    await watch("hello wor");
    expect(await rerunsAfter(insert({ text: "Hello!" }))).toEqual(["hello wor"]);
    expect(await rerunsAfter(insert({ text: "the world" }))).toEqual(["hello wor"]);
    expect(await rerunsAfter(insert({ text: "helloo wo" }))).toEqual([]);
    expect(
      await rerunsAfter((transaction) => void transaction.insert(temp.catalog.table("", "others")!, { text: "hello" })),
    ).toEqual([]);
  });

  it("runs again only for documents with its filter values", async () => {
    await watch("word", "a");
    await watch("word", "b");
    await watch("word");
    expect(await rerunsAfter(insert({ text: "word", channel: "a" }))).toEqual(["word", "word in a"]);
    expect(await rerunsAfter(insert({ text: "word" }))).toEqual(["word"]);
  });

  it("runs again when a document stops to match, moves, is changed elsewhere or is deleted", async () => {
    await watch("word", "a");
    await watch("word", "b");
    let id = "";
    temp.write(
      (transaction) => (id = transaction.insert(temp.catalog.table("", "rows")!, { text: "word", channel: "a" })),
    );
    const update = (fields: ConvexJsonObject) =>
      rerunsAfter((transaction) => transaction.update(at(id), "Update", () => fields));
    expect(await update({ text: "word", channel: "b" })).toEqual(["word in a", "word in b"]);
    expect(await update({ text: "word", channel: "b", more: 1 })).toEqual(["word in b"]);
    expect(await update({ text: "other", channel: "b" })).toEqual(["word in b"]);
    expect(await update({ text: "word", channel: "b" })).toEqual(["word in b"]);
    expect(await rerunsAfter((transaction) => transaction.remove(at(id)))).toEqual(["word in b"]);
    expect(await rerunsAfter(insert({ text: "word", channel: "c" }))).toEqual([]);
  });
});
