import { describe, expect, it } from "vitest";
import { renumberNodes } from "../graph/renumber.ts";
import { createManifestCatalog } from "../manifest/catalog.ts";
import type { Definition } from "./schema.ts";
import { parseSensitiveField, renumberSensitiveField } from "./sensitive.ts";
import { validateDefinition } from "./validate.ts";

const key = (name: string) => ({ kind: "key", key: name });

describe("parseSensitiveField", () => {
  it.each([
    ["1.body.card", 1, [key("body"), key("card")]],
    ["{{12.body.items[].ssn}}", 12, [key("body"), key("items"), { kind: "each" }, key("ssn")]],
    ["2", 2, []],
    ["2[1].a", 2, [{ kind: "item", index: 1 }, key("a")]],
    ["3.headers.`x-odd name`", 3, [key("headers"), key("x-odd name")]],
  ])("reads %s", (text, nodeId, path) => {
    expect(parseSensitiveField(text)).toEqual({ nodeId, path });
  });

  it.each(["", "body.card", "1x", "x1.a", "1.a[", "-1.a"])("refuses %j", (text) => {
    expect(parseSensitiveField(text)).toBeNull();
  });
});

const definition: Definition = {
  format: 1,
  nodes: [{ id: 1, type: "test.receive", typeVersion: 1, config: {}, position: { x: 0, y: 0 } }],
  edges: [],
  settings: { sensitiveFields: ["1.body.card", "7.x", "nonsense"] },
};

it("follows its node when that gets another number", () => {
  expect(renumberSensitiveField("1.a[].b", new Map([[1, 5]]))).toBe("5.a[].b");
  expect(renumberNodes(definition, new Map([[1, 5]])).settings?.sensitiveFields).toEqual([
    "5.body.card",
    "7.x",
    "nonsense",
  ]);
});

it("is checked: what cannot be read is an error, an unknown node a warning", () => {
  const issues = validateDefinition(definition, createManifestCatalog([])).filter(
    (issue) => issue.code === "sensitive_field",
  );
  expect(issues.map((issue) => issue.severity)).toEqual(["warning", "error"]);
});
