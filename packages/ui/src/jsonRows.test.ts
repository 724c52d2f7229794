import { describe, expect, it } from "vitest";
import { copyText, formatPath, jsonRows, kindOf, rowId, summarize, type JsonLike } from "./jsonRows.ts";

const rowsOf = (value: JsonLike, options: Partial<Parameters<typeof jsonRows>[1]> = {}) =>
  jsonRows(value, { toggled: new Set(), limits: new Map(), openDepth: 2, pageSize: 100, ...options });

describe("formatPath", () => {
  it.each([
    [["body", "items", 0, "title"], "5", "5.body.items[1].title"],
    [["odd name", "ok"], "", "`odd name`.ok"],
    [[2, "a"], "1", "1[3].a"],
    [["back`tick"], "", "`back\\`tick`"],
  ])("%j", (path, root, text) => expect(formatPath(path, root)).toBe(text));
});

describe("jsonRows", () => {
  it("lists keys in order, items from 1, open down to the depth", () => {
    const rows = rowsOf({ a: { b: { c: 1 } }, list: ["x"] });
    expect(rows.map((row) => [row.depth, row.name, row.expanded])).toEqual([
      [0, "a", true],
      [1, "b", true],
      [2, "c", undefined],
      [0, "list", true],
      [1, "1", undefined],
    ]);
  });

  it("closes below the depth, and toggling turns that around", () => {
    const value = { a: { b: 1 } };
    expect(rowsOf(value, { openDepth: 0 }).map((row) => row.name)).toEqual(["a"]);
    expect(rowsOf(value, { openDepth: 0, toggled: new Set([rowId(["a"])]) }).map((row) => row.name)).toEqual([
      "a",
      "b",
    ]);
    expect(rowsOf(value, { toggled: new Set([rowId(["a"])]) }).map((row) => row.name)).toEqual(["a"]);
  });

  it("starts closed where it is told to, and still opens", () => {
    const value = { headers: { host: "x" }, body: { a: 1 } };
    const closed = new Set([rowId(["headers"])]);
    expect(rowsOf(value, { closed }).map((row) => row.name)).toEqual(["headers", "body", "a"]);
    expect(rowsOf(value, { closed, toggled: closed })).toHaveLength(4);
  });

  it("offers the rest of a long list, and shows more when asked", () => {
    const list = Array.from({ length: 7 }, (_, index) => index);
    const rows = rowsOf({ list }, { pageSize: 3 });
    expect(rows.at(-1)).toMatchObject({ hiddenCount: 4, depth: 1 });
    const more = rowsOf({ list }, { pageSize: 3, limits: new Map([[rowId(["list"]), 7]]) });
    expect(more).toHaveLength(8);
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
  });

  it("gives empty containers nothing to open", () => {
    expect(rowsOf({ a: [], b: {} }).map((row) => [row.summary, row.expanded])).toEqual([
      ["empty list", undefined],
      ["empty object", undefined],
    ]);
  });

  it("shows a plain value as one row", () => {
    expect(rowsOf("hello")).toMatchObject([{ name: "", summary: "hello", kind: "text" }]);
    expect(rowsOf(null)).toMatchObject([{ summary: "null", kind: "null" }]);
    expect(rowsOf([])).toMatchObject([{ summary: "empty list" }]);
  });
});

describe("kindOf", () => {
  it.each<[JsonLike, string]>([
    ["2026-11-20", "date"],
    ["2026-11-20T12:04:51.001Z", "date"],
    ["2026-11-20 extra", "text"],
    ["https://acme.dev", "url"],
    [1, "number"],
    [false, "boolean"],
    [[], "list"],
    [{}, "object"],
  ])("%j is %s", (value, kind) => expect(kindOf(value)).toBe(kind));
});

it("summarize counts", () => {
  expect([summarize([1]), summarize([1, 2]), summarize({ a: 1 }), summarize("")]).toEqual([
    "1 item",
    "2 items",
    "object, 1 key",
    "empty text",
  ]);
});

it("copyText leaves texts bare", () => {
  expect(copyText("a b")).toBe("a b");
  expect(copyText({ a: 1 })).toBe('{\n  "a": 1\n}');
});
