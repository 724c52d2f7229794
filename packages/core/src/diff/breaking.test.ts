import { describe, expect, it } from "vitest";
import type { Definition, DefinitionNode } from "../definition/schema.ts";
import { testCatalog } from "../testing/catalog.ts";
import { breakingChanges } from "./breaking.ts";

const node = (id: number, type: string, more: Partial<DefinitionNode> = {}): DefinitionNode => ({
  id,
  type,
  typeVersion: testCatalog.getNodeKind(type)?.node.typeVersion ?? 1,
  config: {},
  position: { x: id, y: 0 },
  ...more,
});
const of = (...nodes: DefinitionNode[]): Definition => ({ format: 1, nodes, edges: [] });
const hook = (config: DefinitionNode["config"] = {}) => node(1, "webhook.receive", { config });
const types: Record<string, string> = { a: "http.bearer", b: "http.bearer", c: "http.basic" };
const options = { catalog: testCatalog, connectionTypeOf: (id: string) => types[id] };
const changes = (before: Definition, after: Definition) =>
  breakingChanges(before, after, options).map(({ code, nodeId }) => [code, nodeId]);

describe("breaking changes", () => {
  it("are none where nothing that others rely on is different", () => {
    const before = of(hook(), node(2, "http.request", { config: { url: "a" } }), node(3, "tools.set"));
    const after = of(hook(), node(2, "http.request", { config: { url: "b" }, name: "B" }), node(4, "http.request"));
    expect(changes(before, before)).toEqual([]);
    expect(changes(before, after)).toEqual([]);
    expect(changes(of(), after)).toEqual([]);
  });

  it("name another trigger", () => {
    const schedule = testCatalog.manifests.flatMap((manifest) =>
      manifest.triggers.filter(({ kind }) => kind !== "webhook").map((trigger) => `${manifest.name}.${trigger.name}`),
    );
    expect(schedule.length).toBeGreaterThan(0);
    expect(changes(of(hook()), of(node(9, schedule[0]!)))).toEqual([["trigger_type", 9]]);
  });

  it("name what senders of a webhook would notice", () => {
    const messages = (before: DefinitionNode["config"], after: DefinitionNode["config"]) =>
      breakingChanges(of(hook(before)), of(hook(after)), options).map(({ message }) => message);
    expect(messages({}, { methods: ["POST"] })).toEqual([
      "Requests by GET, PUT, PATCH, DELETE are refused from now on.",
    ]);
    expect(messages({ methods: ["POST"] }, {})).toEqual([]);
    expect(messages({}, { allowedAddresses: ["10.0.0.0/8"] })).toEqual([expect.stringContaining("other networks")]);
    expect(messages({ allowedAddresses: ["10.0.0.0/8"] }, {})).toEqual([]);
  });

  it("name nodes that are gone and that runs may stand at", () => {
    const before = of(hook(), node(2, "http.request"), node(3, "tools.set"), node(4, "tools.wait"));
    expect(changes(before, of(hook()))).toEqual([
      ["node_removed", 2],
      ["node_removed", 4],
    ]);
  });

  it("name a connection of another type, not another connection", () => {
    const request = (connectionId: string) => of(hook(), node(2, "http.request", { connectionId }));
    expect(changes(request("a"), request("b"))).toEqual([]);
    expect(changes(request("a"), request("c"))).toEqual([["connection_type", 2]]);
    expect(changes(request("a"), request("unknown"))).toEqual([]);
  });
});
