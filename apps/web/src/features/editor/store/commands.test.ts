import type { Definition, DefinitionNode } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import {
  addNode,
  connect,
  moveRoute,
  refuseConnection,
  remove,
  setConfigField,
  setFallback,
  updateNode,
} from "./commands.ts";
import { flowOrder, indexDefinition } from "./definitionIndex.ts";
import { alignedPositions, freePosition } from "./placement.ts";

const node = (id: number, x = id * 180, y = 0): DefinitionNode => ({
  id,
  type: "tools.setVariables",
  typeVersion: 1,
  config: {},
  position: { x, y },
});

const chain = (): Definition => ({
  format: 1,
  nodes: [node(1), node(2), node(3)],
  edges: [
    {
      from: 1,
      to: 2,
      kind: "next",
      filter: { label: "Paid", conditions: [[{ left: "{{1.a}}", operator: "exists" }]] },
    },
    { from: 2, to: 3, kind: "next" },
  ],
});

const nothing = { nodes: new Set<number>(), edges: new Set<string>(), notes: new Set<string>() };
const ends = (definition: Definition) => definition.edges.map((edge) => `${edge.from} ${edge.kind} ${edge.to}`);

describe("addNode", () => {
  it("inserts on an edge and leaves the filter before the new node", () => {
    const next = addNode(chain(), node(4), { kind: "onEdge", edge: "1 next 2" });
    expect(ends(next)).toEqual(["1 next 4", "4 next 2", "2 next 3"]);
    expect(next.edges[0]!.filter?.label).toBe("Paid");
    expect(next.edges[1]!.filter).toBeUndefined();
  });

  it("puts a further route after the others", () => {
    const routed = addNode(chain(), node(4), { kind: "after", from: 2, output: "next" });
    expect(
      indexDefinition(routed)
        .next.get(2)!
        .map((edge) => edge.to),
    ).toEqual([3, 4]);
  });
});

describe("branching", () => {
  it("puts a router into the cable, with both nodes behind it in order", () => {
    const next = addNode(chain(), node(5), { kind: "branch", edge: "2 next 3", router: node(4) });
    expect(ends(next)).toEqual(["1 next 2", "2 next 4", "4 next 3", "4 next 5"]);
    expect(
      indexDefinition(next)
        .next.get(4)!
        .map((edge) => edge.to),
    ).toEqual([3, 5]);
  });
});

describe("remove", () => {
  it("bridges the gap a node leaves, with the filter that led to it", () => {
    const next = remove(chain(), { ...nothing, nodes: new Set([2]) });
    expect(ends(next)).toEqual(["1 next 3"]);
    expect(next.edges[0]!.filter?.label).toBe("Paid");
  });

  it("does not bridge past a router with several routes", () => {
    const routed = addNode(chain(), node(4), { kind: "after", from: 2, output: "next" });
    expect(ends(remove(routed, { ...nothing, nodes: new Set([2]) }))).toEqual([]);
  });

  it("removes an edge alone, and leaves the same node objects", () => {
    const before = chain();
    const next = remove(before, { ...nothing, edges: new Set(["2 next 3"]) });
    expect(ends(next)).toEqual(["1 next 2"]);
    expect(next.nodes[2]).toBe(before.nodes[2]);
  });
});

describe("refuseConnection", () => {
  const request = { output: "next" as const, isRouter: false, isTargetTrigger: false, isTargetMerge: false };
  it.each([
    [{ from: 1, to: 1 }, "same_node"],
    [{ from: 1, to: 2 }, "already_connected"],
    [{ from: 1, to: 3 }, "target_has_input"],
    [{ from: 1, to: 4 }, "output_taken"],
    [{ from: 3, to: 1 }, "cycle"],
    [{ from: 3, to: 4 }, null],
  ])("%j: %s", (between, refusal) => {
    const definition = { ...chain(), nodes: [...chain().nodes, node(4)] };
    expect(refuseConnection(definition, { ...request, ...between })).toBe(refusal);
  });

  it("leads several nodes to a merge, but no error output", () => {
    const definition = { ...chain(), nodes: [...chain().nodes, node(4)] };
    const toMerge = { ...request, from: 4, to: 3, isTargetMerge: true };
    expect(refuseConnection(definition, toMerge)).toBeNull();
    expect(refuseConnection(definition, { ...toMerge, output: "error" })).toBe("target_has_input");
  });

  it("never leads into a trigger", () => {
    expect(refuseConnection(chain(), { ...request, from: 3, to: 1, isTargetTrigger: true })).toBe("into_trigger");
  });

  it("connects an error output beside a taken next output", () => {
    const definition = { ...chain(), nodes: [...chain().nodes, node(4)] };
    const error = { ...request, from: 2, to: 4, output: "error" as const };
    expect(refuseConnection(definition, error)).toBeNull();
    expect(ends(connect(definition, error))).toContain("2 error 4");
  });
});

describe("routes", () => {
  const routed = () => {
    const two = addNode(chain(), node(4), { kind: "after", from: 2, output: "next" });
    return addNode(two, node(5), { kind: "after", from: 2, output: "next" });
  };
  const order = (definition: Definition) =>
    indexDefinition(definition)
      .next.get(2)!
      .map((edge) => edge.to);

  it("moves a route up and down, not over the ends", () => {
    expect(order(moveRoute(routed(), "2 next 5", -1))).toEqual([3, 5, 4]);
    expect(order(moveRoute(routed(), "2 next 3", -1))).toEqual([3, 4, 5]);
  });

  it("has one fallback at most, last and without a filter", () => {
    const once = setFallback(routed(), "2 next 3", true);
    expect(order(once)).toEqual([4, 5, 3]);
    const twice = setFallback(once, "2 next 4", true);
    expect(twice.edges.filter((edge) => edge.fallback).map((edge) => edge.to)).toEqual([4]);
  });
});

describe("nodes", () => {
  it("changes one node and keeps the others' identity", () => {
    const before = chain();
    const next = setConfigField(before, 2, "url", "https://x.test");
    expect(next.nodes[1]!.config).toEqual({ url: "https://x.test" });
    expect(next.nodes[0]).toBe(before.nodes[0]);
    expect(updateNode(next, 2, { name: undefined }).nodes[1]).not.toHaveProperty("name");
  });
});

describe("placement", () => {
  it("lists nodes along the cables", () => {
    const definition = addNode(chain(), node(4), { kind: "after", from: 1, output: "error" });
    expect(flowOrder(definition)).toEqual([1, 2, 3, 4]);
  });

  it("aligns leaves on rows of their own and parents between them", () => {
    const routed = addNode(chain(), node(4, 0, 0), { kind: "after", from: 2, output: "next" });
    const places = alignedPositions(routed);
    expect(places.get(3)!.x).toBe(places.get(4)!.x);
    expect(places.get(4)!.y - places.get(3)!.y).toBe(180);
    expect(places.get(1)!.x + 180).toBe(places.get(2)!.x);
  });

  it("finds a place that nothing covers", () => {
    expect(freePosition(chain(), { x: 180, y: 0 })).toEqual({ x: 180, y: 180 });
  });
});
