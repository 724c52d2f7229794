import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import { PageCursors } from "../functions/pageCursors.ts";
import { type PageRequest, readPage } from "../functions/pagination.ts";
import { planQuery } from "../functions/plan.ts";
import { openCursor } from "../functions/queryCursor.ts";
import type { QueryOperator, SerializedQuery } from "../functions/queryTypes.ts";
import type { TableInfo } from "../store/catalog.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { ConvexJson, ConvexJsonObject } from "../values/json.ts";
import type { SearchIndexSpec } from "./definitions.ts";
import { lengthCode } from "./bm25.ts";
import type { SearchFilterExpression } from "./textQuery.ts";

const SPEC: SearchIndexSpec = {
  kind: "text",
  name: "by_text",
  searchField: "text",
  filterFields: ["channel", "meta.kind"],
};

let temp: TempStore;

const at = (id: string) => temp.catalog.locate("", id)!;

beforeEach(() => {
  temp = new TempStore();
  temp.store.write(() => temp.catalog.activateSearchIndexes(temp.catalog.ensureTable("", "rows"), [SPEC]));
});
afterEach(() => temp.dispose());

const table = (): TableInfo => temp.catalog.table("", "rows")!;

function add(...rows: ConvexJsonObject[]): string[] {
  return temp.write((transaction) => rows.map((row) => transaction.insert(table(), row)));
}

function addTexts(...texts: string[]): string[] {
  return add(...texts.map((text) => ({ text })));
}

const forText = (value: string): SearchFilterExpression => ({ type: "Search", fieldPath: "text", value });
const equal = (fieldPath: string, value: ConvexJson): SearchFilterExpression => ({ type: "Eq", fieldPath, value });

function queryOf(filters: SearchFilterExpression[], operators: QueryOperator[] = []): SerializedQuery {
  return { source: { type: "Search", indexName: "rows.by_text", filters }, operators };
}

function run(query: SerializedQuery, transaction: Transaction = temp.reader()): ConvexJsonObject[] {
  const cursor = openCursor(transaction, planQuery(temp.catalog, "", query)!);
  const rows: ConvexJsonObject[] = [];
  for (let row = cursor.next(); row !== null; row = cursor.next()) rows.push(JSON.parse(row.json) as ConvexJsonObject);
  return rows;
}

function search(text: string, ...filters: SearchFilterExpression[]): ConvexJson[] {
  return run(queryOf([forText(text), ...filters])).map((row) => row.text!);
}

const rowCount = (name: string) => temp.store.database.prepare(`SELECT count(*) FROM ${name}`).get<[number]>()![0];

describe("text search", () => {
  it("finds documents with any of the words, those with rarer and more of them first", () => {
    addTexts("red apple", "green apple", "red red car", "blue sky", "green green grass");
    expect(search("red apple")).toEqual(["red apple", "red red car", "green apple"]);
    expect(search("sky")).toEqual(["blue sky"]);
    expect(search("nothing")).toEqual([]);
    expect(search("...")).toEqual([]);
  });

  it("prefers short documents, and of equal ones the newest", () => {
    addTexts("one cat", "a cat and many other animals", "two cat");
    expect(search("cat")).toEqual(["two cat", "one cat", "a cat and many other animals"]);
  });

  it("takes the last word for the beginning of words, too, which counts half", () => {
    addTexts("runner", "run", "running shoes", "prune");
    expect(search("run")).toEqual(["run", "runner", "running shoes"]);
    expect(search("run shoes")).toEqual(["run", "running shoes"]);
    expect(search("shoes run")).toEqual(["running shoes", "run", "runner"]);
  });

  it("finds only documents that have all filter values, also missing ones and values beyond 64 bytes", () => {
    const long = "x".repeat(100);
    add(
      { text: "hit 1", channel: "a" },
      { text: "hit 2", channel: "b", meta: { kind: 1 } },
      { text: "hit 3", channel: "a", meta: { kind: 1 } },
      { text: "hit 4", channel: long },
      { text: "other", channel: "a", meta: { kind: 1 } },
    );
    expect(search("hit", equal("channel", "a"))).toEqual(["hit 3", "hit 1"]);
    expect(search("hit", equal("channel", "a"), equal("meta.kind", 1))).toEqual(["hit 3"]);
    expect(search("hit", equal("channel", "a"), equal("meta.kind", { $undefined: null }))).toEqual(["hit 1"]);
    expect(search("hit", equal("channel", long))).toEqual(["hit 4"]);
    expect(search("hit", equal("channel", "c"))).toEqual([]);
    expect(search("hit", equal("meta.kind", { $integer: "AQAAAAAAAAA=" }))).toEqual([]);
  });

  it("follows updates and deletions", () => {
    const [first, second] = addTexts("old words", "old times");
    temp.write((transaction) => {
      transaction.update(at(first!), "Update", () => ({ text: "new words" }));
      transaction.remove(at(second!));
    });
    expect(search("old")).toEqual([]);
    expect(search("new")).toEqual(["new words"]);
    temp.write((transaction) => transaction.update(at(first!), "Update", () => ({ text: 7 })));
    expect(search("words")).toEqual([]);
    temp.write((transaction) => transaction.remove(at(first!)));
    expect(rowCount("search_terms")).toBe(0);
    expect(temp.catalog.search.reads(temp.store).statistics(temp.catalog.search.of(table().tablet)[0]!.num)).toEqual({
      documents: 0,
      words: 0,
    });
  });

  it("sees what its own transaction has written, and forgets what a nested call has rolled back", async () => {
    await temp.executor().write({
      label: "test",
      run: async (transaction) => {
        transaction.insert(table(), { text: "kept" });
        const failing = transaction.nested(async () => {
          transaction.insert(table(), { text: "kept lost" });
          expect(run(queryOf([forText("kept")]), transaction)).toHaveLength(2);
          throw new Error("boom");
        });
        await expect(failing).rejects.toThrow("boom");
        expect(run(queryOf([forText("kept")]), transaction)).toHaveLength(1);
        expect(transaction.writes.entries.filter((entry) => "text" in entry)).toHaveLength(1);
      },
    });
    expect(search("lost")).toEqual([]);
    expect(search("kept")).toEqual(["kept"]);
  });

  it("does not see the open transaction from a query at the snapshot before it", async () => {
    addTexts("committed");
    await temp.executor().write({
      label: "test",
      run: (transaction) => {
        transaction.insert(table(), { text: "committed later" });
        const query = queryOf([forText("committed")]);
        expect(run(query, transaction.atSnapshot()).map(({ text }) => text)).toEqual(["committed"]);
        expect(run(query, transaction)).toHaveLength(2);
      },
    });
    expect(search("committed")).toHaveLength(2);
  });

  it("survives a restart", () => {
    addTexts("still here");
    temp.reopen();
    expect(search("here")).toEqual(["still here"]);
  });

  it("keeps tables and components apart", () => {
    temp.store.write(() => temp.catalog.activateSearchIndexes(temp.catalog.ensureTable("child", "rows"), [SPEC]));
    addTexts("mine");
    temp.write((transaction) => transaction.insert(temp.catalog.table("child", "rows")!, { text: "mine too" }));
    expect(search("mine")).toEqual(["mine"]);
  });

  it("applies filters and limits behind the search, in their order", () => {
    add(...[1, 2, 3, 4].map((n) => ({ text: `word w${n}`, n })));
    const odd: QueryOperator = { filter: { $eq: [{ $mod: [{ $field: "n" }, { $literal: 2 }] }, { $literal: 1 }] } };
    const numbers = (operators: QueryOperator[]) => run(queryOf([forText("word")], operators)).map(({ n }) => n);
    expect(numbers([odd, { limit: 1 }])).toEqual([3]);
    expect(numbers([{ limit: 1 }, odd])).toEqual([]);
    expect(numbers([{ limit: 3 }])).toEqual([4, 3, 2]);
  });

  it("gives the best 1024 results, and says so when more are wanted", () => {
    add(...Array.from({ length: 1100 }, (_, n) => ({ text: "many", n })));
    expect(run(queryOf([forText("many")], [{ limit: 1024 }]))).toHaveLength(1024);
    expect(() => run(queryOf([forText("many")]))).toThrow("Search query scanned too many documents (fetched 1024).");
  });

  it("pages within the budget of rows that a page may read", () => {
    add(...Array.from({ length: 7 }, (_, n) => ({ text: "word", n })));
    const odd: QueryOperator = { filter: { $eq: [{ $mod: [{ $field: "n" }, { $literal: 2 }] }, { $literal: 1 }] } };
    const plan = planQuery(temp.catalog, "", queryOf([forText("word")], [odd]));
    const cursors = new PageCursors(Buffer.alloc(48, 7));
    const pages: unknown[][] = [];
    for (let cursor: string | null = null, turn = 0; turn < 10; turn++) {
      const request: PageRequest = { cursor, endCursor: null, pageSize: 10, maximumRowsRead: 3 };
      const page = JSON.parse(readPage(temp.reader(), cursors, plan, request, null).json) as {
        page: { n: number }[];
        isDone: boolean;
        continueCursor: string;
      };
      pages.push(page.page.map(({ n }) => n));
      cursor = page.continueCursor;
      if (page.isDone) break;
    }
    expect(pages).toEqual([[5], [3, 1], []]);
  });

  it("ignores words beyond the sixteenth", () => {
    addTexts("w17");
    const text = Array.from({ length: 17 }, (_, n) => `w${n + 1}`).join(" ");
    expect(search(text)).toEqual([]);
  });
});

describe("a search that does not fit its index", () => {
  const against = "Search query against rows.by_text";
  it.each<[string, SearchFilterExpression[], string]>([
    ["another field", [{ type: "Search", fieldPath: "title", value: "x" }], `${against} contains a search filter against "title", which doesn't match the indexed \`searchField\` "text".`],
    ["two searches", [forText("x"), forText("y")], `${against} contains multiple search filters against "text". Only one is allowed.`],
    ["no search", [], `${against} does not contain any search filters.`],
    ["a foreign filter", [forText("x"), equal("author", 1)], `${against} contains an equality filter on "author" but that field isn't indexed for filtering in \`filterFields\`.`],
    ["many filters", [forText("x"), ...Array.from({ length: 9 }, () => equal("channel", 1))], `${against} has too many filter conditions. Max: 8 Actual: 9`],
  ])("%s", (_name, filters, message) => {
    expect(() => planQuery(temp.catalog, "", queryOf(filters))).toThrow(message);
  }); // prettier-ignore

  it("of another kind, or that is not there", () => {
    temp.store.write(() => temp.catalog.activateIndexes(table(), [{ name: "by_n", fields: ["n"] }]));
    const named = (indexName: string): SerializedQuery => ({
      source: { type: "Search", indexName, filters: [forText("x")] },
      operators: [],
    });
    expect(() => planQuery(temp.catalog, "", named("rows.by_n"))).toThrow("Index rows.by_n is not a search index");
    expect(() => planQuery(temp.catalog, "", named("rows.nope"))).toThrow("Index rows.nope not found.");
    const asRange: SerializedQuery = {
      source: { type: "IndexRange", indexName: "rows.by_text", range: [], order: null },
      operators: [],
    };
    expect(() => planQuery(temp.catalog, "", asRange)).toThrow("Index rows.by_text is not a database index");
  });
});

describe("whatever is written", () => {
  const word = fc.constantFrom("a", "ab", "abc", "b", "ba", "c", "cab");
  const row = fc.record({ text: fc.array(word, { maxLength: 6 }).map((words) => words.join(" ")), channel: fc.nat(2) });
  const operation = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("insert" as const), row }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("replace" as const), row, at: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), at: fc.nat() }) },
  );
  const question = fc.record({ words: fc.array(word, { minLength: 1, maxLength: 3 }), channel: fc.option(fc.nat(3)) });

  it("ranks like a naive reading of all documents", () => {
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 120, size: "max" }),
        fc.array(question, { minLength: 1, maxLength: 5 }),
        (operations, questions) => {
          const model: Model[] = [];
          temp.write((transaction) => {
            for (const document of run(ALL_ROWS, transaction)) transaction.remove(at(document._id as string));
            for (const step of operations) {
              if (step.kind === "insert") {
                model.push({ id: transaction.insert(table(), step.row), ...step.row });
                continue;
              }
              const target = model[step.at % Math.max(1, model.length)];
              if (target === undefined) continue;
              if (step.kind === "remove") {
                transaction.remove(at(target.id));
                model.splice(model.indexOf(target), 1);
              } else {
                transaction.update(at(target.id), "Replace", () => step.row);
                Object.assign(target, step.row);
              }
            }
          });
          for (const { words, channel } of questions) {
            const filters = channel === null ? [] : [equal("channel", channel)];
            const expected = naiveSearch(model, words, channel);
            for (const limit of [1, 2, 5, 1024]) {
              const query = queryOf([forText(words.join(" ")), ...filters], [{ limit }]);
              expect(run(query).map(({ _id }) => _id)).toEqual(expected.slice(0, limit));
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("finds every document of long lists, in blocks, after changes in the middle of them", () => {
    const count = 1000;
    const ids = add(
      ...Array.from({ length: count }, (_, n) => ({ text: `all ${n % 7 === 0 ? "seventh" : "not"}`, channel: n % 50 })),
    );
    const gone = new Set<number>();
    temp.write((transaction) => {
      for (let n = 0; n < count; n += 3) {
        transaction.remove(at(ids[n]!));
        gone.add(n);
      }
      for (let n = 1; n < count; n += 30)
        if (!gone.has(n)) transaction.update(at(ids[n]!), "Update", (old) => ({ ...old, text: "all changed" }));
    });
    const left = ids.filter((_, n) => !gone.has(n));
    expect(
      run(queryOf([forText("all")]))
        .map(({ _id }) => _id)
        .sort(),
    ).toEqual([...left].sort());
    const inChannel = ids.filter((_, n) => !gone.has(n) && n % 50 === 7).reverse();
    expect(run(queryOf([forText("all"), equal("channel", 7)])).map(({ _id }) => _id)).toEqual(inChannel);
    temp.write((transaction) => left.forEach((id) => transaction.remove(at(id))));
    expect([rowCount("search_terms"), rowCount("search_blocks")]).toEqual([0, 0]);
  });
});

const ALL_ROWS: SerializedQuery = { source: { type: "FullTableScan", tableName: "rows", order: null }, operators: [] };

interface Model {
  id: string;
  text: string;
  channel: number;
}

/** BM25 by its formula, over all documents. The model is in creation order. */
function naiveSearch(model: readonly Model[], query: string[], channel: number | null): string[] {
  const texts = model.map(({ text }) => text.split(" ").filter((word) => word !== ""));
  const average = texts.flat().length / model.length;
  const last = query.at(-1)!;
  const boosts = new Map<string, number>();
  for (const word of texts.flat()) {
    if (query.includes(word)) boosts.set(word, 1);
    else if (word.startsWith(last)) boosts.set(word, 0.5);
  }
  const scored = model.map((document, position) => {
    const words = texts[position]!;
    const length = LENGTHS[lengthCode(words.length)]!;
    let score = 0;
    for (const term of orderOf(query, boosts)) {
      const occurrences = words.filter((word) => word === term).length;
      const documents = texts.filter((other) => other.includes(term)).length;
      const rarity = Math.log(1 + (model.length - documents + 0.5) / (documents + 0.5));
      score +=
        (boosts.get(term)! * rarity * 2.2 * occurrences) / (occurrences + 1.2 * (0.25 + (0.75 * length) / average));
    }
    return { document, position, score: Math.fround(score) };
  });
  return scored
    .filter(({ document, score }) => score > 0 && (channel === null || document.channel === channel))
    .sort((left, right) => right.score - left.score || right.position - left.position)
    .map(({ document }) => document.id);
}

/** Short documents have exact lengths. */
const LENGTHS = Array.from({ length: 40 }, (_, length) => length);

/** Sums of floats depend on their order: exact words as they were asked for, then the others by their spelling. */
function orderOf(query: string[], boosts: ReadonlyMap<string, number>): string[] {
  const exact = [...new Set(query)].filter((word) => boosts.has(word));
  return [...exact, ...[...boosts.keys()].filter((word) => !exact.includes(word)).sort()];
}
