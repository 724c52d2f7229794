import { manifestCatalog } from "@patchbay/catalog/manifests";
import type { Definition, DefinitionNode } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { effectOf, inputsOf, readInputs } from "./nodeInputs.ts";

const node = (id: number, type: string, config: DefinitionNode["config"] = {}): DefinitionNode => ({
  id,
  type,
  typeVersion: 1,
  config,
  position: { x: 0, y: 0 },
});

const definition: Definition = {
  format: 1,
  nodes: [
    node(1, "webhook.receive"),
    { ...node(2, "tools.setVariables"), name: "Names" },
    node(3, "http.request", { method: "POST" }),
    node(4, "http.request", { method: "{{1.body.method}}" }),
  ],
  edges: [
    { from: 1, to: 2, kind: "next" },
    { from: 2, to: 3, kind: "next" },
    { from: 1, to: 4, kind: "next" },
  ],
};

describe("inputsOf", () => {
  it("has what the node can read, in the order of the flow, and says where each is from", () => {
    const samples = new Map([[1, { value: { body: 1 }, origin: "run" as const }]]);
    const inputs = inputsOf(definition, manifestCatalog, 3, samples);
    expect(inputs.map(({ nodeId, origin }) => [nodeId, origin])).toEqual([
      [1, "from its last run"],
      [2, "nothing is known of it yet"],
    ]);
    expect(inputs[1]).toMatchObject({ title: "Names", json: "{}" });
  });
});

describe("readInputs", () => {
  const input = (nodeId: number, json: string) => ({ nodeId, json, title: "", origin: "" });

  it("joins the texts by node", () => {
    expect(readInputs([input(1, '{"a":1}'), input(2, "[2]")])).toEqual({ ok: true, bundles: '{"1":{"a":1},"2":[2]}' });
  });

  it("names the text that is no JSON", () => {
    const read = readInputs([input(1, "{}"), input(2, "{")]);
    expect(read.ok ? [] : [...read.problems.keys()]).toEqual([2]);
  });
});

it("tells what the form's node does outside", () => {
  const effects = definition.nodes.map((each) => effectOf(each, manifestCatalog));
  expect(effects).toEqual([null, "pure", "write", "write"]);
  expect(effectOf(node(5, "http.request", { method: "GET" }), manifestCatalog)).toBe("read");
  expect(effectOf(node(6, "http.request"), manifestCatalog)).toBe("read");
});
