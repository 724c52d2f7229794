import { describe, expect, it } from "vitest";
import { chain, define, next, node, onError, passAll, testCatalog } from "../testing/catalog.ts";
import type { Definition, DefinitionNode, Edge } from "./schema.ts";
import { emptyDefinition } from "./format.ts";
import { validateDefinition } from "./validate.ts";

const hook = node(1, "webhook.receive");
const set = (id: number, value: string | number = "x") => node(id, "tools.set", { value });

/** `code@place` of every issue, sorted. */
function codesOf(definition: Definition, connections?: { id: string; type: string }[]): string[] {
  return validateDefinition(definition, testCatalog, connections)
    .map(({ code, nodeId, edge }) => `${code}@${nodeId ?? (edge ? `${edge.from}-${edge.to}` : "")}`)
    .sort();
}

/** If/else 2 with a branch of node 3 and an empty one, merged by 4; `edges` replaces the one from 3 to 4. */
function branches(nodes: DefinitionNode[] = [], edges: Edge[] = [next(3, 4)]): Definition {
  return define(
    [hook, node(2, "router.ifElse"), set(3), node(4, "router.merge"), ...nodes],
    [next(1, 2), next(2, 3, { filter: passAll }), next(2, 4, { fallback: true }), ...edges],
  );
}

describe("validateDefinition", () => {
  it("finds nothing wrong with a sound scenario", () => {
    const definition = define(
      [
        hook,
        node(2, "tools.iterate", { array: "{{1.body.items}}" }),
        node(3, "http.request", {
          url: "https://x/{{2.value.id}}",
          method: "POST",
          bodyType: "json",
          body: "{{2.value}}",
        }),
        node(4, "tools.aggregate", { source: 2, item: "{{3.body.id}} of {{2.index}}" }),
        node(5, "router.route"),
        set(6, "{{4.array[1]}} {{1.body.x}}"),
        set(7),
        set(8, "{{3.error.message}}"),
        node(9, "error.ignore"),
        node(10, "webhook.respond"),
      ],
      [
        next(1, 2),
        next(2, 3),
        next(3, 4),
        next(4, 5),
        next(5, 6, {
          order: 0,
          filter: { conditions: [[{ left: "{{4.count}}", operator: "greaterThan", right: "1" }]] },
        }),
        next(5, 7, { order: 1, fallback: true }),
        onError(3, 8),
        next(8, 9),
        next(6, 10),
      ],
    );
    expect(validateDefinition(definition, testCatalog)).toEqual([]);
  });

  it.each<[string, Definition, string[]]>([
    ["nothing at all", emptyDefinition(), ["no_trigger@"]],
    ["no trigger", define([set(1)], []), ["no_trigger@", "orphan@1"]],
    ["two triggers", define([hook, node(2, "schedule.tick")], []), ["second_trigger@2"]],
    ["an edge into the trigger", define([hook, set(2)], [next(1, 2), next(2, 1)]), ["cycle@2", "trigger_not_first@1"]],
    ["a disabled trigger", define([{ ...hook, disabled: true }], []), ["trigger_disabled@1"]],
    ["a dangling edge", define([hook], [next(1, 9)]), ["dangling_edge@1-9"]],
    ["an edge from nowhere", define([hook, set(2)], [next(9, 2)]), ["dangling_edge@9-2", "orphan@2"]],
    [
      "branches that meet",
      define(
        [hook, node(2, "router.route"), set(3), set(4), set(5)],
        [next(1, 2), next(2, 3), next(2, 4), next(3, 5), next(4, 5)],
      ),
      ["multiple_incoming@5"],
    ],
    ["a circle off the tree", define([hook, set(2), set(3)], [next(2, 3), next(3, 2)]), ["cycle@3"]],
    ["a node behind itself", define([hook, set(2)], [next(1, 2), next(2, 2)]), ["cycle@2", "multiple_incoming@2"]],
    ["a detached part, named once", define([hook, set(2), set(3), set(4)], [next(2, 3), next(3, 4)]), ["orphan@2"]],
    ["an unknown type", define([hook, node(2, "nope.action")], [next(1, 2)]), ["unknown_type@2"]],
    [
      "an unknown type version",
      define([hook, node(2, "tools.set", {}, { typeVersion: 7 })], [next(1, 2)]),
      ["unknown_type_version@2"],
    ],
    [
      "duplicate ids",
      define([hook, set(2), set(2)], [next(1, 2), next(1, 2)]),
      ["branch_without_router@1", "duplicate_edge@1-2", "duplicate_node@2", "multiple_incoming@2"],
    ],
  ])("structure: %s", (_name, definition, codes) => {
    expect(codesOf(definition)).toEqual(codes.sort());
  });

  it.each<[string, Definition, string[]]>([
    [
      "a branch without a router",
      define([hook, set(2), set(3)], [next(1, 2), next(1, 3)]),
      ["branch_without_router@1"],
    ],
    [
      "a fallback without a router",
      define([hook, set(2)], [next(1, 2, { fallback: true })]),
      ["fallback_without_router@1-2"],
    ],
    ["a router without routes", chain(["router.route"]), ["router_without_routes@2"]],
    [
      "two fallbacks",
      define(
        [hook, node(2, "router.route"), set(3), set(4)],
        [next(1, 2), next(2, 3, { fallback: true }), next(2, 4, { fallback: true })],
      ),
      ["second_fallback@2"],
    ],
    [
      "a fallback with a filter, and one that is never reached",
      define(
        [hook, node(2, "router.route"), set(3), set(4)],
        [next(1, 2), next(2, 3), next(2, 4, { fallback: true, filter: passAll })],
      ),
      ["fallback_filter@2", "fallback_unreachable@2"],
    ],
    [
      "an error route without a directive",
      define([hook, set(2), set(3)], [next(1, 2), onError(2, 3)]),
      ["error_route_without_directive@3"],
    ],
    ["a directive on the normal route", chain(["error.resume"]), ["directive_outside_error_route@2"]],
    [
      "something behind a directive",
      define([hook, set(2), node(3, "error.ignore"), node(4, "error.ignore")], [next(1, 2), onError(2, 3), next(3, 4)]),
      ["directive_not_last@3"],
    ],
    [
      "a second error route",
      define(
        [hook, set(2), node(3, "error.ignore"), node(4, "error.break")],
        [next(1, 2), onError(2, 3), onError(2, 4)],
      ),
      ["second_error_route@2"],
    ],
    [
      "a catch-all route without a directive, which needs none",
      define([hook, set(2), set(3)], [next(1, 2), onError(1, 3)]),
      [],
    ],
    [
      "an answer without a caller",
      define([node(1, "schedule.tick"), node(2, "webhook.respond")], [next(1, 2)]),
      ["respond_without_webhook@2"],
    ],
    [
      "an answer below an iterator that processes several bundles at the same time",
      chain(["tools.iterate", { array: [1], concurrency: 3 }], ["webhook.respond"]),
      ["answer_by_chance@3"],
    ],
    [
      "an answer behind the aggregator of such an iterator, and one below an ordinary one",
      chain(
        ["tools.iterate", { array: [1], concurrency: 3 }],
        ["tools.aggregate", { source: 2, item: 1 }],
        ["webhook.respond"],
        ["tools.iterate", { array: [1], concurrency: 1 }],
        ["webhook.respond"],
      ),
      [],
    ],
    [
      "several bundles at the same time on an error route",
      define(
        [hook, set(2), node(3, "tools.iterate", { array: [1], concurrency: 3 }), node(4, "error.ignore")],
        [next(1, 2), onError(2, 3), next(3, 4)],
      ),
      ["lanes_on_error_route@3"],
    ],
    [
      "an aggregator that collects from after itself",
      chain(["tools.aggregate", { source: 3, item: 1 }], ["tools.set"]),
      ["source_not_upstream@2"],
    ],
    [
      "an aggregator that collects what another one has collected",
      chain(
        ["tools.iterate"],
        ["tools.aggregate", { source: 2, item: 1 }],
        ["tools.aggregate", { source: 2, item: 1 }],
      ),
      ["source_not_upstream@4"],
    ],
    [
      "an aggregator on an error route",
      define(
        [hook, node(2, "tools.iterate"), set(3), node(4, "tools.aggregate", { source: 2 }), node(5, "error.ignore")],
        [next(1, 2), next(2, 3), onError(3, 4), next(4, 5)],
      ),
      ["source_across_error_route@4"],
    ],
    ["a merge of if/else branches, one of them empty", branches(), []],
    ["a merge of one branch", chain(["router.ifElse"], ["tools.set"], ["router.merge"]), ["merge_of_one@4"]],
    [
      "a merge behind an aggregator that has closed its router",
      branches([node(5, "tools.aggregate", { source: 2 })], [next(3, 5), next(5, 4)]),
      ["merge_of_closed_branch@4"],
    ],
    [
      "a merge that an error route leads to",
      branches([node(5, "tools.set")], [next(3, 4), onError(3, 5), next(5, 4)]),
      ["error_route_without_directive@4", "merge_of_error_route@4"],
    ],
    [
      "a node that is no merge, where branches meet",
      branches([set(5)], [next(3, 4), next(4, 5), next(3, 5)]),
      ["branch_without_router@3", "multiple_incoming@5"],
    ],
  ])("routes: %s", (_name, definition, codes) => {
    expect(codesOf(definition)).toEqual(codes.sort());
  });

  it.each<[string, Definition, string[]]>([
    ["a syntax error", chain(["tools.set", { value: "{{1.a +}}" }]), ["formula_syntax@2"]],
    ["a node that does not exist", chain(["tools.set", { value: "{{9.a}}" }]), ["reference_unknown@2"]],
    ["itself", chain(["tools.set", { value: "{{2.a}}" }]), ["reference_not_upstream@2"]],
    ["a later node", chain(["tools.set", { value: "{{3.a}}" }], ["tools.set"]), ["reference_not_upstream@2"]],
    [
      "another branch",
      define([hook, node(2, "router.route"), set(3), set(4, "{{3.a}}")], [next(1, 2), next(2, 3), next(2, 4)]),
      ["reference_not_upstream@4"],
    ],
    [
      "what an aggregator has collected",
      chain(
        ["tools.iterate"],
        ["tools.set"],
        ["tools.aggregate", { source: 2 }],
        ["tools.set", { value: "{{2.value}} {{3.a}} {{4.array}} {{1.a}}" }],
      ),
      ["reference_collected@5", "reference_collected@5"],
    ],
    [
      "a disabled node",
      define([hook, { ...set(2), disabled: true }, set(3, "{{2.a}}")], [next(1, 2), next(2, 3)]),
      ["reference_disabled@3"],
    ],
    [
      "from a filter",
      define(
        [hook, set(2)],
        [next(1, 2, { filter: { conditions: [[{ left: "{{1.a}}{{2.b}}", operator: "equals", right: "{{" }]] } })],
      ),
      ["formula_syntax@1-2", "reference_not_upstream@1-2"],
    ],
    ["nothing, in a literal field", chain(["tools.literal", { text: "{{9.nope +}}" }]), []],
  ])("formulas that read %s", (_name, definition, codes) => {
    expect(codesOf(definition)).toEqual(codes.sort());
  });

  it("places formula issues in field and text", () => {
    const issues = validateDefinition(
      chain(["http.request", { url: "u", headers: [{ name: "a", value: "abc {{9.x}}" }] }]),
      testCatalog,
    );
    expect(issues).toMatchObject([
      { code: "reference_unknown", nodeId: 2, field: ["headers", 0, "value"], range: { from: 6, to: 9 } },
    ]);
    expect(issues[0]!.fix).toBeTruthy();
  });

  it("reads what a disabled aggregator would have collected", () => {
    const definition = chain(
      ["tools.iterate"],
      ["tools.aggregate", { source: 2 }],
      ["tools.set", { value: "{{2.value}}" }],
    );
    definition.nodes[2]!.disabled = true;
    expect(codesOf(definition)).toEqual([]);
  });

  it.each<[string, Definition, { id: string; type: string }[] | undefined, string[]]>([
    ["required inputs", chain(["http.request"]), undefined, ["required_missing@2"]],
    [
      "inputs that are shown now",
      chain(["http.request", { url: "u", bodyType: "json" }]),
      undefined,
      ["required_missing@2"],
    ],
    [
      "wrong literals",
      chain(["http.request", { url: "u", method: "YELL", timeoutMs: "soon" }]),
      undefined,
      ["wrong_type@2", "wrong_value@2"],
    ],
    ["a missing connection", chain(["http.secure"]), undefined, ["connection_missing@2"]],
    ["an unused connection", define([{ ...hook, connectionId: "c" }], []), undefined, ["connection_unused@1"]],
    [
      "an unknown connection",
      define([hook, node(2, "http.secure", {}, { connectionId: "c" })], [next(1, 2)]),
      [],
      ["connection_unknown@2"],
    ],
    [
      "a wrong connection",
      define([hook, node(2, "http.secure", {}, { connectionId: "c" })], [next(1, 2)]),
      [{ id: "c", type: "x.y" }],
      ["connection_type@2"],
    ],
    [
      "a right connection",
      define([hook, node(2, "http.secure", {}, { connectionId: "c" })], [next(1, 2)]),
      [{ id: "c", type: "http.bearer" }],
      [],
    ],
  ])("inputs: %s", (_name, definition, connections, codes) => {
    expect(codesOf(definition, connections)).toEqual(codes.sort());
  });

  it("warns of credentials in headers", () => {
    const headers = [
      { name: "Authorization", value: "Bearer abc123" },
      { name: "X-Api-Key", value: "abc" },
      { name: "Authorization", value: "Bearer {{1.token}}" },
      { name: "authorization", value: "Bearer " },
      { name: "Accept", value: "text/plain" },
      { name: "X-Idempotency-Key", value: "order-1" },
    ];
    const issues = validateDefinition(chain(["http.request", { url: "u", headers }]), testCatalog);
    expect(issues.map(({ code, severity, field }) => [code, severity, field])).toEqual([
      ["raw_secret", "warning", ["headers", 0, "value"]],
      ["raw_secret", "warning", ["headers", 1, "value"]],
    ]);
  });

  it("stays fast and does not overflow on a chain of 2,000 nodes", () => {
    const definition = chain(
      ...Array.from({ length: 1_999 }, () => ["tools.set", { value: "{{1.a}}" }] as [string, { value: string }]),
    );
    expect(validateDefinition(definition, testCatalog)).toEqual([]);
    const circle = { ...definition, edges: [...definition.edges, next(2_000, 2)] };
    expect(codesOf(circle)).toEqual(["cycle@2000", "multiple_incoming@2"]);
  });
});
