import { describe, expect, it } from "vitest";
import { rewriteReferences } from "../../mapping/rewrite.ts";
import { define, next, node, onError, testCatalog } from "../../testing/catalog.ts";
import type { Definition, DefinitionNode, JsonValue } from "../schema.ts";
import { validateDefinition } from "../validate.ts";

const hook = node(1, "webhook.receive");
const set = (id: number, value: JsonValue) => node(id, "tools.set", { value });
const wait = (id: number, kind = "approval") => node(id, "tools.wait", { kind });
const iterate = node(2, "tools.iterate", { array: "{{1.body}}" });
const aggregate = (id: number, groupBy?: string) =>
  node(id, "tools.aggregate", { source: 2, ...(groupBy !== undefined && { groupBy }) });

const codesOf = (definition: Definition) =>
  validateDefinition(definition, testCatalog)
    .filter(({ code }) => code.startsWith("address_"))
    .map(({ code, nodeId, edge, field }) => `${code}@${nodeId ?? `${edge?.from}-${edge?.to}`}.${field?.[0]}`);

describe("checkAddresses", () => {
  const url = "See {{approvalUrl(4)}}";

  it.each<[string, DefinitionNode[], string[]]>([
    ["a later Wait node", [set(2, url), set(3, "{{resumeUrl(4)}}"), wait(4)], []],
    [
      "the node itself",
      [set(2, 1), set(3, 1), node(4, "tools.wait", { kind: "event", title: "{{resumeUrl(4)}}" })],
      [],
    ],
    ["no node", [set(2, url)], ["address_of_no_wait@2.value"]],
    ["a node that does not wait", [set(2, url), set(4, 1)], ["address_of_no_wait@2.value"]],
    ["an earlier one", [wait(4), set(2, url)], ["address_not_downstream@2.value"]],
    ["a mapped number", [set(2, "{{resumeUrl(1.body.n)}}"), wait(4)], ["address_not_written@2.value"]],
    ["no number", [set(2, '{{resumeUrl("4")}}'), wait(4)], ["address_not_written@2.value"]],
    ["the page of an event", [set(2, url), wait(4, "event")], ["address_of_event@2.value"]],
    ["a disabled node", [set(2, url), { ...wait(4), disabled: true }], ["address_disabled@2.value"]],
    ["each item, from before", [set(3, url), iterate, wait(4)], ["address_before_loop@3.value"]],
    [
      "each item, from the iterator itself",
      [node(2, "tools.iterate", { array: "{{split(approvalUrl(4); 1)}}" }), wait(4)],
      ["address_before_loop@2.array"],
    ],
    ["each item, from inside", [iterate, set(3, url), wait(4)], []],
    ["a node behind the loop, from before", [set(3, url), iterate, aggregate(5), wait(4)], []],
    ["a node behind the loop, from inside", [iterate, set(3, url), aggregate(5), wait(4)], []],
    ["each group", [iterate, set(3, url), aggregate(5, "{{2.value}}"), wait(4)], ["address_before_loop@3.value"]],
  ])("knows %s", (_what, nodes, codes) => {
    const inRow = [hook, ...nodes];
    const edges = nodes.map(({ id }, index) => next(inRow[index]!.id, id));
    expect(codesOf(define(inRow, edges))).toEqual(codes);
  });

  it("knows other branches, error routes and filters", () => {
    const branches = define(
      [hook, node(2, "router.route"), set(3, url), wait(4)],
      [next(1, 2), next(2, 3), next(2, 4, { order: 1 })],
    );
    expect(codesOf(branches)).toEqual(["address_not_downstream@3.value"]);
    const routed = define(
      [hook, set(2, url), wait(4), node(5, "error.ignore")],
      [next(1, 2), onError(2, 4), next(4, 5)],
    );
    expect(codesOf(routed)).toEqual([]);
    const filter = { conditions: [[{ left: url, operator: "exists" as const }]] };
    expect(codesOf(define([hook, set(2, 1), wait(4)], [next(1, 2, { filter }), next(2, 4)]))).toEqual([]);
    expect(codesOf(define([hook, wait(4), set(2, 1)], [next(1, 4), next(4, 2, { filter })]))).toEqual([
      "address_not_downstream@4-2.conditions",
    ]);
  });
});

describe("rewriteReferences", () => {
  const map = new Map([
    [4, 40],
    [5, 50],
  ]);

  it.each([
    ["{{resumeUrl(4)}} {{approvalUrl( 5 )}}", "{{resumeUrl(40)}} {{approvalUrl( 50 )}}"],
    ["{{upper(resumeUrl(4))}}?{{4.a}}", "{{upper(resumeUrl(40))}}?{{40.a}}"],
    ["{{abs(4)}} {{resumeUrl(6)}} resumeUrl(4)", "{{abs(4)}} {{resumeUrl(6)}} resumeUrl(4)"],
    ["{{resumeUrl(4", "{{resumeUrl(40"],
  ])("moves the nodes of %s", (text, moved) => {
    expect(rewriteReferences(text, map)).toBe(moved);
  });
});
