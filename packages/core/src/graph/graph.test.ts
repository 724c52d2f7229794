import { describe, expect, it } from "vitest";
import { chain, define, next, node, onError, passAll, testCatalog } from "../testing/catalog.ts";
import { appendNode, cloneNodes, copyNodes, insertOnEdge, pasteNodes, removeNode, removeNodes } from "./edit.ts";
import { children, highestNodeId, routesOf, subtreeOf } from "./graph.ts";
import { renumberNodes } from "./renumber.ts";
import { upstreamNodes } from "./scope.ts";

const branched = define(
  [1, 2, 3, 4, 5, 6].map((id) => node(id, id === 1 ? "webhook.receive" : id === 2 ? "router.route" : "tools.set")),
  [
    next(1, 2),
    next(2, 3, { order: 2 }),
    next(2, 4, { order: 0, fallback: true }),
    next(2, 5, { order: 1 }),
    onError(3, 6),
  ],
);

describe("graph", () => {
  it("gives routes in the order in which they are tried", () => {
    expect(routesOf(branched, 2).map(({ to }) => to)).toEqual([5, 3, 4]);
    expect(children(branched, 2)).toEqual([5, 3, 4]);
    expect(children(branched, 3)).toEqual([6]);
  });

  it("walks subtrees depth first and through circles once", () => {
    expect(subtreeOf(branched, 2)).toEqual([2, 5, 3, 6, 4]);
    expect(subtreeOf(define([node(1, "tools.set"), node(2, "tools.set")], [next(1, 2), next(2, 1)]), 1)).toEqual([
      1, 2,
    ]);
    expect(subtreeOf(branched, 99)).toEqual([]);
    expect(highestNodeId(branched)).toBe(6);
  });
});

describe("upstreamNodes", () => {
  const nested = chain(
    ["tools.iterate"],
    ["tools.iterate"],
    ["tools.set"],
    ["tools.aggregate", { source: 3 }],
    ["tools.aggregate", { source: 2 }],
    ["tools.set"],
  );

  it.each([
    [1, []],
    [5, [4, 3, 2, 1]],
    [6, [5, 2, 1]],
    [7, [6, 1]],
    [99, []],
  ])("of node %i", (id, nodes) => {
    expect(upstreamNodes(nested, id)).toEqual(nodes);
    expect(upstreamNodes(nested, id, testCatalog)).toEqual(nodes);
  });

  it("includes the failed node on an error route, and ends in circles", () => {
    expect(upstreamNodes(branched, 6)).toEqual([3, 2, 1]);
    const circle = define([node(1, "tools.set"), node(2, "tools.set")], [next(1, 2), next(2, 1)]);
    expect(upstreamNodes(circle, 1)).toEqual([2, 1]);
  });

  it("ignores a source that is not before the aggregator", () => {
    expect(upstreamNodes(chain(["tools.aggregate", { source: 9 }], ["tools.set"]), 3)).toEqual([2, 1]);
  });
});

describe("editing", () => {
  it("inserts on an edge, which stays the route it was", () => {
    const definition = define(
      [node(1, "router.route"), node(2, "tools.set")],
      [next(1, 2, { order: 3, filter: passAll })],
    );
    expect(insertOnEdge(definition, next(1, 2), node(3, "tools.set")).edges).toEqual([
      next(1, 3, { order: 3, filter: passAll }),
      next(3, 2),
    ]);
    expect(insertOnEdge(definition, onError(1, 2), node(3, "tools.set"))).toBe(definition);
  });

  it("appends behind the last route", () => {
    const definition = appendNode(branched, node(7, "tools.set"), { from: 2, kind: "next" });
    expect(definition.edges.at(-1)).toEqual(next(2, 7, { order: 3 }));
    expect(appendNode(branched, node(7, "tools.set"), { from: 5, kind: "error" }).edges.at(-1)).toEqual(onError(5, 7));
    expect(appendNode(branched, node(7, "tools.set"), { from: 5, kind: "next" }).edges.at(-1)).toEqual(next(5, 7));
  });

  it("removes a node, reconnects its neighbours and drops its error route", () => {
    const definition = define(
      [1, 2, 3, 4, 5].map((id) => node(id, "tools.set")),
      [next(1, 2, { order: 1 }), next(2, 3, { filter: passAll }), onError(2, 4), next(4, 5)],
    );
    const removed = removeNode(definition, 2);
    expect(removed.nodes.map(({ id }) => id)).toEqual([1, 3]);
    expect(removed.edges).toEqual([next(1, 3, { order: 1, filter: passAll })]);
  });

  it("leaves what was behind a router alone", () => {
    const removed = removeNode(branched, 2);
    expect(removed.edges).toEqual([onError(3, 6)]);
    expect(removed.nodes).toHaveLength(5);
  });

  it("removes several nodes, also when one goes with another", () => {
    expect(removeNodes(branched, [3, 6, 4]).nodes.map(({ id }) => id)).toEqual([1, 2, 5]);
    expect(removeNode(define([node(1, "tools.set")], [next(1, 1)]), 1)).toEqual(define([], []));
  });

  it("copies nodes with new ids and lets references among the copies follow", () => {
    const definition = chain(
      ["tools.iterate", { array: "{{1.body.items}}" }],
      ["tools.set", { value: ["{{2.value.`odd 2.x`}} 2.x {{upper(2.index + 12.a)}}", { "2.a": "{{2.*}}" }] }],
      ["tools.aggregate", { source: 2, item: "{{3.a" }],
    );
    definition.edges[1] = next(2, 3, {
      filter: { conditions: [[{ left: "{{2.a}}", operator: "equals", right: "{{1.b}}" }]] },
    });
    const {
      definition: copied,
      nodeIds,
      idMap,
    } = cloneNodes(definition, [2, 3, 4], { firstId: 20, offset: { x: 5, y: 7 }, catalog: testCatalog });
    expect(nodeIds).toEqual([20, 21, 22]);
    expect([...idMap]).toEqual([
      [2, 20],
      [3, 21],
      [4, 22],
    ]);
    expect(copied.nodes.slice(4)).toMatchObject([
      { id: 20, config: { array: "{{1.body.items}}" }, position: { x: 205, y: 7 } },
      { id: 21, config: { value: ["{{20.value.`odd 2.x`}} 2.x {{upper(20.index + 12.a)}}", { "2.a": "{{20.*}}" }] } },
      { id: 22, config: { source: 20, item: "{{21.a" } },
    ]);
    expect(copied.edges.slice(3)).toEqual([
      next(20, 21, { filter: { conditions: [[{ left: "{{20.a}}", operator: "equals", right: "{{1.b}}" }]] } }),
      next(21, 22),
    ]);
    expect(definition.nodes).toHaveLength(4);
  });

  it("pastes across scenarios", () => {
    const clip = copyNodes(chain(["tools.set", { value: "{{1.a}}" }], ["tools.set", { value: "{{2.a}}" }]), [2, 3]);
    const { definition } = pasteNodes(define([], []), JSON.parse(JSON.stringify(clip)) as typeof clip, { firstId: 8 });
    expect(definition.nodes.map(({ id, config }) => [id, config.value])).toEqual([
      [8, "{{1.a}}"],
      [9, "{{8.a}}"],
    ]);
    expect(definition.edges).toEqual([next(8, 9)]);
  });

  it("renumbers without chasing its own tail", () => {
    const swapped = renumberNodes(
      chain(["tools.set", { value: "{{1.a}}" }], ["tools.aggregate", { source: 2, item: "{{2.a}}" }]),
      new Map([
        [1, 2],
        [2, 1],
      ]),
    );
    expect(swapped.nodes.map(({ id, config }) => ({ id, config }))).toEqual([
      { id: 2, config: {} },
      { id: 1, config: { value: "{{2.a}}" } },
      { id: 3, config: { source: 1, item: "{{1.a}}" } },
    ]);
    expect(swapped.edges).toEqual([next(2, 1), next(1, 3)]);
  });
});
