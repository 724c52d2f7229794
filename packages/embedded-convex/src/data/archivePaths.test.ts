import { describe, expect, it } from "vitest";
import { componentFolder, fileName, parseEntryName } from "./archivePaths.ts";

describe("names in an archive", () => {
  it("tell tables, components and files", () => {
    expect(parseEntryName("notes/documents.jsonl", "")).toEqual({ kind: "documents", component: "", table: "notes" });
    expect(parseEntryName("_components/a/_components/b/x/generated_schema.jsonl", "")).toEqual({
      kind: "schema",
      component: "a/b",
      table: "x",
    });
    expect(parseEntryName("_components/a/_storage/kg2abc.png", "base")).toEqual({
      kind: "file",
      component: "base/a",
      storageId: "kg2abc",
    });
    expect(parseEntryName("snapshot_1/_storage/kg2abc", "")).toMatchObject({ kind: "file", storageId: "kg2abc" });
    expect(parseEntryName("snapshot_1/_storage/documents.jsonl", "")).toMatchObject({
      kind: "documents",
      table: "_storage",
    });
    expect(parseEntryName("README.md", "")).toBeNull();
  });

  it("are those that Convex writes", () => {
    expect(componentFolder("")).toBe("");
    expect(componentFolder("a/b")).toBe("_components/a/_components/b/");
    expect(fileName("kg2abc", "image/jpeg; charset=x")).toBe("_storage/kg2abc.jpeg");
    expect(fileName("kg2abc", undefined)).toBe("_storage/kg2abc");
  });
});
