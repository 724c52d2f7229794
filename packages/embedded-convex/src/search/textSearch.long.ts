import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TempStore } from "../../test/support/tempStore.ts";
import { planQuery } from "../functions/plan.ts";
import { openCursor } from "../functions/queryCursor.ts";
import { documentKey, type TableInfo } from "../store/catalog.ts";
import { Transaction } from "../transaction/transaction.ts";
import { encodeId } from "../values/ids.ts";
import type { ConvexJsonObject } from "../values/json.ts";
import { lengthCode } from "./bm25.ts";
import type { SearchIndexSpec } from "./definitions.ts";

/**
 * Text search against a reading of all documents, through everything that can happen to an index: nested calls that fail,
 * documents from elsewhere, restarts, indexes that are dropped and filled again while documents come and go.
 */

const SPEC: SearchIndexSpec = { kind: "text", name: "by_text", searchField: "text", filterFields: ["channel"] };
const RUNS = Number(process.env.SEARCH_RUNS ?? 1000);

let temp: TempStore;
beforeAll(() => (temp = new TempStore()));
afterAll(() => temp.dispose());

const table = (): TableInfo => temp.catalog.ensureTable("", "rows");

const word = fc.constantFrom("a", "ab", "abc", "b", "ba", "c", "cab", "cabin");
const row = fc.record({
  text: fc.option(
    fc.array(word, { maxLength: 8 }).map((words) => words.join("-")),
    { nil: 7 },
  ),
  channel: fc.nat(2),
});
const change = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("insert" as const), row }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("import" as const), row, time: fc.nat(20), id: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("replace" as const), row, at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("touch" as const), at: fc.nat() }) },
);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("commit" as const), changes: fc.array(change, { maxLength: 40 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("fail" as const), changes: fc.array(change, { maxLength: 10 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("rebuild" as const), portion: fc.integer({ min: 1, max: 30 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("fill" as const), portions: fc.nat(3) }) },
);
const question = fc.record({ words: fc.array(word, { minLength: 1, maxLength: 3 }), channel: fc.option(fc.nat(3)) });

interface Model {
  key: Buffer;
  time: number;
  text: string | number;
  channel: number;
}

it("finds and ranks like a reading of all documents, whatever has happened", () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 14, size: "max" }),
      fc.array(question, { minLength: 1, maxLength: 6 }),
      (steps, questions) => {
        let model = reset();
        let portion = 10;
        for (const each of steps) {
          if (each.kind === "commit") temp.write((transaction) => (model = apply(transaction, model, each.changes)));
          if (each.kind === "fail") failing(model, each.changes);
          if (each.kind === "restart") {
            temp.reopen();
            temp.store.write(() => temp.catalog.dropBuildingIndexes());
          }
          if (each.kind === "rebuild") {
            portion = each.portion;
            temp.store.write(() => {
              temp.catalog.activateSearchIndexes(table(), []);
              temp.catalog.ensureSearchIndex(table(), SPEC);
            });
          }
          if (each.kind === "fill") fill(portion, each.portions);
        }
        fill(portion, Infinity);
        while (temp.store.write(() => temp.catalog.removeDroppedEntries(50)));
        for (const { words, channel } of questions) {
          const expected = naive(model, words, channel);
          for (const limit of [1, 3, 10, 1024]) expect(search(words, channel, limit)).toEqual(expected.slice(0, limit));
        }
        const statistics = temp.catalog.search.reads(temp.store).statistics(indexNumber());
        const all = model.flatMap(({ text }) => wordsOf(text));
        expect(statistics).toEqual({ documents: model.length, words: all.length });
      },
    ),
    { numRuns: RUNS },
  );
}, 600_000);

function reset(): Model[] {
  temp.store.write(() => {
    temp.catalog.dropBuildingIndexes();
    temp.catalog.activateSearchIndexes(table(), []);
  });
  while (temp.store.write(() => temp.catalog.removeDroppedEntries(1000)));
  for (const name of ["search_terms", "search_blocks", "search_stats", "indexes"])
    expect(temp.store.database.prepare(`SELECT count(*) FROM ${name}`).get()).toEqual([0]);
  temp.store.write(() => temp.store.database.exec("DELETE FROM docs"));
  temp.store.write(() => temp.catalog.activateSearchIndexes(table(), [SPEC]));
  return [];
}

/** Goes on with the backfill, and makes the index readable when it is complete. */
function fill(portion: number, portions: number): void {
  temp.store.write(() => {
    const index = temp.catalog.ensureSearchIndex(table(), SPEC);
    if (index.state === "active") return;
    for (let done = 0; done < portions; done++) if (!temp.catalog.search.backfill(index, portion)) break;
    if (index.unfilled === null) temp.catalog.activateSearchIndexes(table(), [SPEC]);
  });
}

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

function apply(transaction: Transaction, before: readonly Model[], changes: readonly Change[]): Model[] {
  const model = [...before];
  for (const each of changes) {
    if (each.kind === "insert") {
      const { key } = temp.catalog.locate("", transaction.insert(table(), each.row))!;
      const { _creationTime } = JSON.parse(temp.store.getDocument(key)!) as { _creationTime: number };
      model.push({ key, time: _creationTime, ...each.row });
      continue;
    }
    if (each.kind === "import") {
      const internal = Buffer.alloc(16);
      internal.writeUInt32BE(Math.imul(each.id, 2654435761) >>> 0);
      const key = documentKey(table(), internal);
      if (temp.store.getDocument(key) !== null) continue;
      const document = { ...each.row, _creationTime: each.time, _id: encodeId(table().num, internal) };
      transaction.insertImported(table(), key, document);
      model.push({ key, time: each.time, ...each.row });
      continue;
    }
    const target = model[each.at % Math.max(1, model.length)];
    if (target === undefined) continue;
    const at = { table: table(), key: target.key };
    if (each.kind === "remove") {
      transaction.remove(at);
      model.splice(model.indexOf(target), 1);
    } else if (each.kind === "touch") {
      transaction.update(at, "Update", (old) => ({ ...old, more: 1 }));
    } else {
      transaction.update(at, "Replace", () => each.row);
      model[model.indexOf(target)] = { ...target, ...each.row };
    }
  }
  return model;
}

/** Changes in a savepoint that is rolled back, as those of a nested call that throws. */
function failing(model: readonly Model[], changes: readonly Change[]): void {
  temp.store.write(() => {
    temp.store.openSavepoint(0);
    apply(new Transaction(temp.host, { writable: true }), model, changes);
    temp.store.rollbackSavepoint(0);
  });
}

const indexNumber = () => temp.catalog.search.find(table().tablet, "by_text")!.num;

function search(words: readonly string[], channel: number | null, limit: number): string[] {
  const filters = [
    { type: "Search" as const, fieldPath: "text", value: words.join(" ") },
    ...(channel === null ? [] : [{ type: "Eq" as const, fieldPath: "channel", value: channel }]),
  ];
  const source = { type: "Search" as const, indexName: "rows.by_text", filters };
  const cursor = openCursor(temp.reader(), planQuery(temp.catalog, "", { source, operators: [{ limit }] })!);
  const found: string[] = [];
  for (let next = cursor.next(); next !== null; next = cursor.next()) {
    const { _id } = JSON.parse(next.json) as ConvexJsonObject;
    found.push(temp.catalog.locate("", _id as string)!.key.toString("hex"));
  }
  return found;
}

function wordsOf(text: string | number): string[] {
  return typeof text === "number" ? [] : text.split("-").filter((each) => each !== "");
}

/** Lengths below 40 are exact. */
function naive(model: readonly Model[], query: readonly string[], channel: number | null): string[] {
  const texts = model.map(({ text }) => wordsOf(text));
  const average = texts.flat().length / model.length;
  const exact = [...new Set(query)];
  const continued = [...new Set(texts.flat())].filter(
    (each) => each.startsWith(query.at(-1)!) && !exact.includes(each),
  );
  const terms = [...exact.map((term) => [term, 1] as const), ...continued.sort().map((term) => [term, 0.5] as const)];
  const scored = model.map((document, position) => {
    const words = texts[position]!;
    expect(lengthCode(words.length)).toBe(words.length);
    let score = 0;
    for (const [term, boost] of terms) {
      const occurrences = words.filter((each) => each === term).length;
      if (occurrences === 0) continue;
      const documents = texts.filter((other) => other.includes(term)).length;
      const rarity = Math.log(1 + (model.length - documents + 0.5) / (documents + 0.5));
      const factor = 1.2 * (0.25 + (0.75 * words.length) / average);
      score += (boost * rarity * 2.2 * occurrences) / (occurrences + factor);
    }
    return { document, score };
  });
  const found = scored
    .filter(({ document, score }) => score > 0 && (channel === null || document.channel === channel))
    .map(({ document, score }) => ({ document, score: Math.fround(score) }))
    .sort(
      (left, right) =>
        right.score - left.score ||
        right.document.time - left.document.time ||
        right.document.key.compare(left.document.key),
    );
  return found.map(({ document }) => document.key.toString("hex"));
}
