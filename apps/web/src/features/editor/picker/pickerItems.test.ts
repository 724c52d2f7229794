import { createManifestCatalog } from "@patchbay/core";
import type { Definition, Manifest } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { pickerGroups, searchGroups } from "./pickerItems.ts";

const kind = (name: string, label: string) => ({ name, label, description: `${label}.`, typeVersion: 1, input: {} });
const manifest = (name: string, parts: Partial<Manifest>): Manifest => ({
  name,
  version: "1.0.0",
  label: name,
  description: name,
  color: "#000000",
  icon: "globe",
  category: "core",
  actions: [],
  triggers: [],
  connections: [],
  ...parts,
});
const catalog = createManifestCatalog([
  manifest("webhook", { triggers: [{ ...kind("receive", "Receive a request"), kind: "webhook" }] }),
  manifest("http", { actions: [{ ...kind("request", "Make a request"), effect: "write" }] }),
  manifest("error", { actions: [{ ...kind("ignore", "Ignore"), effect: "pure", control: "ignore" }] }),
]);
const definition: Definition = {
  format: 1,
  nodes: [1, 2, 3].map((id) => ({ id, type: "http.request", typeVersion: 1, config: {}, position: { x: 0, y: 0 } })),
  edges: [
    { from: 1, to: 2, kind: "next" },
    { from: 2, to: 3, kind: "error" },
  ],
};
const types = (...args: Parameters<typeof pickerGroups>) =>
  pickerGroups(...args).flatMap((group) => group.items.map((item) => item.type));

describe("pickerGroups", () => {
  it("offers triggers and nothing else for the start", () => {
    expect(types(catalog, definition, { kind: "trigger" })).toEqual(["webhook.receive"]);
  });

  it("offers directives on error routes only, first", () => {
    expect(types(catalog, definition, { kind: "after", from: 1, output: "next" })).toEqual(["http.request"]);
    expect(types(catalog, definition, { kind: "after", from: 1, output: "error" })).toEqual([
      "error.ignore",
      "http.request",
    ]);
    expect(types(catalog, definition, { kind: "after", from: 3, output: "next" })).toEqual([
      "error.ignore",
      "http.request",
    ]);
  });
});

describe("searchGroups", () => {
  it("wants every word somewhere", () => {
    const groups = pickerGroups(catalog, definition, { kind: "loose" });
    expect(searchGroups(groups, "http requ")).toHaveLength(1);
    expect(searchGroups(groups, "http mail")).toHaveLength(0);
  });
});
