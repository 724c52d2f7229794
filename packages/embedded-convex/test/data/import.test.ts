/** Imports into a running deployment, over HTTP as the CLI sends them. */
import { encodeId } from "../../src/values/ids.ts";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { copyApp, deploy } from "../cli.ts";
import { Deployment } from "../deployment.ts";
import { adminFetch, ask, importData, lines, unzip, exportData, zip } from "./transfer.ts";

interface Everything {
  notes: { _id: string; _creationTime: number; text: string }[];
  newestFirst: string[];
  byRank: string[];
  byText: string[];
  byId: string[];
  authors: { _id: string; name: string }[];
  files: { _id: string }[];
  marks: { name: string; count: number }[];
}

let deployment: Deployment;

beforeAll(async () => {
  const [started, app] = await Promise.all([
    Deployment.start(),
    copyApp(new URL("../../conformance/notebook/", import.meta.url)),
  ]);
  deployment = started;
  await deploy(deployment, app);
  await app.dispose();
}, 60_000);

afterAll(() => deployment?.dispose());

beforeEach(async () => {
  await importData(deployment, "", { format: "jsonLines", table: "notes", mode: "replace" });
});

const notes = { table: "notes", format: "jsonLines" } as const;

async function everything(): Promise<Everything> {
  return (await ask(deployment, "query", "notes:everything")) as unknown as Everything;
}

async function texts(): Promise<string[]> {
  return (await everything()).notes.map(({ text }) => text);
}

/** An id as other deployments make them: random, so that it does not tell when its document was created. */
function foreignId(table: number, seed: number): string {
  const internal = Buffer.alloc(16, 7);
  internal.writeUInt32BE(Math.imul(seed + 1, 2_654_435_761) >>> 0, 0);
  internal.writeUInt32BE(seed, 12);
  return encodeId(table, internal);
}

/** Notes of another deployment, each the child of the one before. */
function foreignNotes(count: number, table: number) {
  return Array.from({ length: count }, (_, index) => ({
    _id: foreignId(table, index),
    _creationTime: 1_700_000_000_000 + index * 1000.5,
    text: `foreign ${index}`,
    rank: count - index,
    place: [Math.cos(index / 20), Math.sin(index / 20)],
    ...(index === 0 ? {} : { parent: foreignId(table, index - 1) }),
  }));
}

describe("an import", { timeout: 30_000 }, () => {
  it("keeps ids and creation times, and reads all rows in order by every index", async () => {
    const rows = foreignNotes(50, 10_777);
    // In the order of their ids, as Convex exports them.
    const sorted = [...rows].sort((left, right) => (left._id < right._id ? -1 : 1));
    const { rows: written } = await importData(deployment, lines(sorted), notes);
    expect(written).toBe(50);
    const now = await everything();
    expect(now.notes.map(({ _id, _creationTime }) => [_id, _creationTime])).toEqual(
      rows.map(({ _id, _creationTime }) => [_id, _creationTime]),
    );
    const ids = rows.map(({ _id }) => _id);
    expect(now.newestFirst).toEqual([...ids].reverse());
    expect(now.byRank).toEqual([...ids].reverse());
    expect(now.byId).toEqual([...ids].sort());
    expect(await ask(deployment, "query", "notes:ofRank", { rank: 7 })).toEqual(["foreign 43"]);
    expect(await ask(deployment, "query", "notes:createdSince", { time: rows[48]!._creationTime })).toEqual([
      "foreign 48",
      "foreign 49",
    ]);
    expect(await ask(deployment, "query", "notes:follow", { id: ids[9]! })).toMatchObject({ parent: "foreign 8" });
    expect(await ask(deployment, "query", "notes:search", { words: "17" })).toEqual(["foreign 17"]);
    expect(await ask(deployment, "action", "notes:near", { place: rows[20]!.place })).toContain(ids[20]);
  });

  it("leaves a table that goes on working: inserts come last, pages are complete, deletes are seen", async () => {
    const rows = foreignNotes(12, 10_778);
    await importData(deployment, lines(rows), notes);
    const [added] = (await ask(deployment, "mutation", "notes:add", {
      notes: [{ text: "newest", rank: 3 }],
    })) as string[];
    expect((await texts()).at(-1)).toBe("newest");
    expect(await ask(deployment, "query", "notes:ofRank", { rank: 3 })).toEqual(["foreign 9", "newest"]);
    const paged: string[] = [];
    let cursor: string | null = null;
    for (let done = false; !done;) {
      const page = (await ask(deployment, "query", "notes:page", { paginationOpts: { numItems: 5, cursor } })) as {
        page: string[];
        isDone: boolean;
        continueCursor: string;
      };
      paged.push(...page.page);
      ({ isDone: done, continueCursor: cursor } = page);
    }
    expect(paged).toEqual([...rows.map(({ text }) => text), "newest"]);
    await ask(deployment, "mutation", "notes:remove", { id: rows[5]!._id });
    await ask(deployment, "mutation", "notes:remove", { id: added! });
    expect(await texts()).toHaveLength(11);
    await deployment.kill();
    await deployment.startProcess();
    expect(await texts()).toHaveLength(11);
  });

  it("adds to what is there, replaces it, or refuses to touch it", async () => {
    await importData(deployment, lines([{ text: "one" }, { text: "two" }]), notes);
    await expect(importData(deployment, lines([{ text: "three" }]), notes)).rejects.toThrow(
      "Table notes already exists. Please choose a new table name or use replace/append modes.",
    );
    const appended = await importData(deployment, lines([{ text: "three" }]), { ...notes, mode: "append" });
    expect(appended.needsConfirmation).toBe(false);
    expect(await texts()).toEqual(["one", "two", "three"]);
    const before = (await everything()).notes[0]!._id;
    const replaced = await importData(deployment, lines([{ text: "four" }]), { ...notes, mode: "replace" });
    expect(replaced.needsConfirmation).toBe(true);
    expect(replaced.message).toContain("notes | 1      | 3 of 3 |");
    expect(await texts()).toEqual(["four"]);
    expect(await ask(deployment, "query", "notes:search", { words: "one" })).toEqual([]);
    // The table keeps its number: ids of the old documents are still ids of this table.
    expect(await ask(deployment, "query", "notes:follow", { id: before })).toBeNull();
  });

  it("changes nothing when a row in the middle is wrong", async () => {
    await importData(deployment, lines([{ text: "kept" }]), notes);
    const rows: object[] = Array.from({ length: 900 }, (_, index) => ({ text: `row ${index}`, rank: index }));
    rows[700] = { text: "wrong", rank: "not a number" };
    for (const mode of ["replace", "append"] as const) {
      await expect(importData(deployment, lines(rows), { ...notes, mode })).rejects.toThrow(
        /does not match the schema/,
      );
      expect(await texts()).toEqual(["kept"]);
    }
    await expect(
      importData(deployment, `${lines(rows.slice(0, 3))}{"text": `, { ...notes, mode: "replace" }),
    ).rejects.toThrow(/Row 4 wasn't valid JSON/);
    const twice = foreignNotes(2, 10_779).map((row) => ({ ...row, _id: foreignId(10_779, 0) }));
    await expect(importData(deployment, lines(twice), { ...notes, mode: "replace" })).rejects.toThrow(/duplicate _id/);
    await expect(
      importData(deployment, lines([{ _id: "nonsense", text: "x" }]), { ...notes, mode: "replace" }),
    ).rejects.toThrow(/invalid _id/);
    await expect(
      importData(deployment, lines([{ text: "x", _mine: 1 }]), { ...notes, mode: "replace" }),
    ).rejects.toThrow(/_mine/);
    expect(await texts()).toEqual(["kept"]);
  });

  it("refuses ids that belong to another table here, and makes way where that table is empty", async () => {
    const [id] = (await ask(deployment, "mutation", "notes:add", { notes: [{ text: "here" }] })) as string[];
    const authors = { table: "authors", format: "jsonLines", mode: "replace" } as const;
    const rows = lines([{ _id: id!, _creationTime: 1, name: "intruder" }]);
    await expect(importData(deployment, rows, authors)).rejects.toThrow(/belongs to table "notes" here/);
    await importData(deployment, "", { ...notes, mode: "replace" });
    await importData(deployment, rows, authors);
    const now = await everything();
    expect(now.authors).toMatchObject([{ _id: id, name: "intruder" }]);
    await ask(deployment, "mutation", "notes:add", { notes: [{ text: "after", author: id! }] });
    expect(await texts()).toEqual(["after"]);
    await importData(deployment, "", authors);
  });

  it("reads CSV and arrays, and knows texts from numbers", async () => {
    const csv = 'text,rank\n"a, ""quoted""\ntwo lines",1.5\nplain,\n';
    await importData(deployment, csv, { ...notes, format: "csv" });
    expect((await everything()).notes).toMatchObject([
      { text: 'a, "quoted"\ntwo lines', rank: 1.5 },
      { text: "plain" },
    ]);
    const array = JSON.stringify([{ text: "first" }, { text: "second", anything: { deep: [1, null, true] } }]);
    await importData(deployment, array, { ...notes, format: "jsonArray", mode: "replace" });
    expect((await everything()).notes).toMatchObject([{ text: "first" }, { anything: { deep: [1, null, true] } }]);
    await expect(
      importData(deployment, "text,rank\nonly one\n", { ...notes, format: "csv", mode: "replace" }),
    ).rejects.toThrow("CSV row 1 doesn't have all of the fields in the header");
    await expect(importData(deployment, "{}", { ...notes, format: "jsonArray", mode: "replace" })).rejects.toThrow(
      "Not a JSON array",
    );
    await expect(importData(deployment, "no zip", { format: "zip" })).rejects.toThrow("invalid zip file");
  });

  it("brings every kind of value back as it was", async () => {
    const anything = {
      int: 9_007_199_254_740_993n,
      least: -(2n ** 63n),
      bytes: new Uint8Array([0, 1, 255]).buffer,
      floats: [0, -0, 1, 1e21, 5e-324, 1.5, Number.NaN, Infinity, -Infinity],
      text: '"\\ \u2028 ü 🎈',
      nothing: null,
    };
    const added = await ask(deployment, "mutation", "notes:add", { notes: [{ text: "values", anything }] });
    const before = await everything();
    const archive = await exportData(deployment, false);
    expect((await unzip(archive))["notes/documents.jsonl"]).toContain('"least":-9223372036854775808');
    await importData(deployment, "", { ...notes, mode: "replace" });
    await importData(deployment, archive, { format: "zip", mode: "replaceAll" });
    expect(await everything()).toEqual(before);
    expect(added).toEqual(before.notes.map(({ _id }) => _id));
  });

  it("reads archives of older versions of Convex, with a folder around them", async () => {
    const id = foreignId(10_800, 1);
    const schema = `{"_creationTime": normalfloat64, "_id": "${id}", "anything": int64 | string, "text": field_name}`;
    const row = { _id: id, _creationTime: 1_700_000_000_000, text: "old", anything: "42" };
    const entries: [string, string][] = [
      ["snapshot_1/_tables/documents.jsonl", lines([{ name: "notes", id: 10_800 }])],
      ["snapshot_1/notes/documents.jsonl", lines([row])],
      [
        "snapshot_1/notes/generated_schema.jsonl",
        `${JSON.stringify(schema)}\n${lines([{ [id]: { anything: "int64" } }])}`,
      ],
    ];
    const archive = await zip(new Map(entries.map(([name, text]) => [name, Buffer.from(text)])));
    await importData(deployment, archive, { format: "zip" });
    expect((await everything()).notes).toEqual([{ ...row, anything: 42n }]);
  });

  it("takes documents as large as they may be, and names the row that is larger", async () => {
    const large = [{ text: "x".repeat(1_000_000) }, { text: "small" }, { text: "é".repeat(500_000) }];
    await importData(deployment, lines(large), notes);
    const archive = await exportData(deployment, false);
    const before = await everything();
    await importData(deployment, archive, { format: "zip", mode: "replaceAll" });
    expect(await everything()).toEqual(before);
    const tooLarge = lines([{ text: "small" }, { text: "x".repeat(1_100_000) }]);
    await expect(importData(deployment, tooLarge, { ...notes, mode: "replace" })).rejects.toThrow(
      /Row 2 of table "notes"/,
    );
    await expect(importData(deployment, "x".repeat(9_000_000), { ...notes, mode: "replace" })).rejects.toThrow(
      /Row 1 is larger than/,
    );
    expect(await texts()).toHaveLength(3);
  });

  it("replaces everything, also what the archive does not name, and brings components and files", async () => {
    const file = (await ask(deployment, "action", "notes:store", { text: "in a file" })) as string;
    await ask(deployment, "mutation", "notes:add", { notes: [{ text: "with a file", file }] });
    await ask(deployment, "mutation", "notes:mark", { name: "counted" });
    await ask(deployment, "action", "notes:keepMark", { text: "the component's" });
    const url = (
      (await ask(deployment, "query", "notes:follow", { id: (await everything()).notes[0]!._id })) as { url: string }
    ).url;
    const before = await everything();
    const archive = await exportData(deployment, true);
    const entries = await unzip(archive);
    expect(Object.keys(entries)).toEqual(
      expect.arrayContaining([
        "_tables/documents.jsonl",
        "notes/documents.jsonl",
        "notes/generated_schema.jsonl",
        "_components/tally/_tables/documents.jsonl",
        "_components/tally/marks/documents.jsonl",
        `_storage/${file}.txt`,
        "_components/tally/_storage/documents.jsonl",
      ]),
    );
    await ask(deployment, "mutation", "notes:mark", { name: "counted" });
    await ask(deployment, "mutation", "notes:add", { notes: [{ text: "later" }] });
    await importData(deployment, lines([{ any: "thing" }]), { table: "unplanned", format: "jsonLines" });
    await importData(deployment, archive, { format: "zip", mode: "replaceAll" });
    expect(await everything()).toEqual(before);
    expect(await ask(deployment, "action", "notes:load", { id: file })).toBe("in a file");
    expect(await (await fetch(url)).text()).toBe("in a file");
    const tables = (await ask(deployment, "query", "_system/cli/tables", {
      paginationOpts: { numItems: 100, cursor: null },
    })) as {
      page: { name: string }[];
    };
    expect(tables.page.map(({ name }) => name).sort()).toEqual(["authors", "notes"]);
  });

  it("does not stop the functions that run meanwhile, and is seen all at once", async () => {
    await importData(deployment, lines([{ text: "old" }]), notes);
    const rows = Array.from({ length: 5000 }, (_, index) => ({ text: `bulk ${index}`, rank: index % 10 }));
    const seen: number[] = [];
    const client = new ConvexClient(deployment.cloudUrl, { logger: false, unsavedChangesWarning: false });
    client.onUpdate(makeFunctionReference<"query">("notes:count"), {}, (count) => void seen.push(count as number));
    await vi.waitFor(() => expect(seen).toEqual([1]));
    const running = importData(deployment, lines(rows), { ...notes, mode: "replace" }).then(() => (done = true));
    let done = false;
    let answered = 0;
    const counts = new Set<number>();
    while (!done) {
      await ask(deployment, "mutation", "notes:addAuthor", { name: "meanwhile" });
      answered += 1;
      counts.add((await ask(deployment, "query", "notes:count")) as number);
    }
    await running;
    counts.add((await ask(deployment, "query", "notes:count")) as number);
    expect([...counts].sort((left, right) => left - right)).toEqual([1, 5000]);
    await vi.waitFor(() => expect(seen).toEqual([1, 5000]));
    await client.close();
    expect(answered).toBeGreaterThan(1);
    await importData(deployment, "", { table: "authors", format: "jsonLines", mode: "replace" });
  });

  it("needs the admin key, and knows only its own uploads", async () => {
    for (const path of [
      "/api/import/start_upload",
      "/api/import/upload_part?uploadToken=x&partNumber=1",
      "/api/import/finish_upload",
      "/api/perform_import",
      "/api/cancel_import",
      "/api/export/request/zip?includeStorage=true",
    ]) {
      expect((await fetch(deployment.cloudUrl + path, { method: "POST", body: "{}" })).status).toBe(403);
    }
    expect((await fetch(`${deployment.cloudUrl}/api/export/zip/1`)).status).toBe(403);
    await expect(adminFetch(deployment, "/api/export/zip/1")).rejects.toThrow("404");
    const part = "/api/import/upload_part?uploadToken=../../convex.sqlite&partNumber=1";
    await expect(adminFetch(deployment, part, { method: "POST", body: "x" })).rejects.toThrow("UnknownUpload");
    const escaping = (await zip(new Map([["aa/bb/escape/documents.jsonl", Buffer.from("{}")]])))
      .toString("latin1")
      .replaceAll("aa/bb", "../..");
    await expect(importData(deployment, Buffer.from(escaping, "latin1"), { format: "zip" })).rejects.toThrow(/invalid/);
  });
});
