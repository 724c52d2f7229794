import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { openDatabase } from "./format.ts";

const folder = mkdtempSync(path.join(tmpdir(), "embedded-convex-format-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("gives a database of the second format the tables of search indexes and imports, and keeps what is in it", () => {
  const old = openDatabase(folder, "off");
  old.exec("INSERT INTO docs(k, j) VALUES(x'01', '{}')");
  for (const table of ["appended", "search_terms", "search_blocks", "search_stats", "vectors"])
    old.exec(`DROP TABLE ${table}`);
  old.exec("DROP TRIGGER body_removed; DROP TRIGGER body_replaced; DROP TABLE bodies");
  old.exec("PRAGMA user_version = 2");
  old.close();

  const current = openDatabase(folder, "off");
  expect(current.prepare("SELECT j FROM docs").all()).toEqual([["{}"]]);
  for (const table of ["appended", "search_terms", "search_blocks", "search_stats", "vectors"]) {
    expect(current.prepare(`SELECT count(*) FROM ${table}`).get()).toEqual([0]);
  }
  expect(current.pragma("user_version")).toBeGreaterThan(2);
  current.close();
});
