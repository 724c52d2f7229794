import { describe, expect, it } from "vitest";
import type { ConditionOperator, Definition, JsonValue } from "../definition/schema.ts";
import { validateDefinition } from "../definition/validate.ts";
import { createManifestCatalog } from "../manifest/catalog.ts";
import type { ActionManifest, Control, Manifest } from "../manifest/schema.ts";
import { define, next, node, onError, testCatalog } from "../testing/catalog.ts";

const closed = (properties: object) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const base = { label: "x", description: "x", typeVersion: 1 };
const action = (name: string, output?: object, control?: Control): ActionManifest => ({
  ...base,
  name,
  effect: "pure",
  input: { type: "object", properties: { source: { "x-literal": true } } },
  ...(output && { output: output as Record<string, unknown> }),
  ...(control && { control }),
});
const manifest = (name: string, actions: ActionManifest[]): Manifest => ({
  ...{ name, version: "1.0.0", label: name, description: name, color: "#000000", icon: "x", category: "core" },
  ...{ actions, triggers: [], connections: [] },
});
const receive = {
  ...base,
  name: "receive",
  kind: "webhook" as const,
  input: {},
  output: closed({ method: { type: "string", enum: ["GET", "POST"] }, body: {}, total: { type: "number" } }),
};
const catalog = createManifestCatalog([
  { ...manifest("webhook", []), triggers: [receive] },
  manifest("http", [{ ...action("send", closed({ status: { type: "number" }, body: {} })), effect: "write" }]),
  manifest("tools", [
    action("set", { type: "object", additionalProperties: {}, "x-fieldsFrom": "variables" }),
    action("iterate", closed({ value: { "x-itemOf": "array" }, index: { type: "number" } }), "iterate"),
    action("aggregate", closed({ array: { type: "array", items: { "x-valueOf": "item" } } }), "aggregate"),
    action("echo"),
  ]),
  manifest("router", [action("route", undefined, "router")]),
  manifest("error", [action("resume", undefined, "resume"), action("ignore", undefined, "ignore")]),
]);

const hook = node(1, "webhook.receive");
const set = (id: number, ...values: JsonValue[]) =>
  node(id, "tools.set", { variables: values.map((value, index) => ({ name: `v${index + 1}`, value })) });

/** `code@node "what is underlined"`; of filters, the edge and the field. */
function warningsOf(definition: Definition, samples?: Record<number, JsonValue>): string[] {
  const known = samples && new Map(Object.entries(samples).map(([id, value]) => [Number(id), value]));
  const textAt = (value: unknown, field: (string | number)[]): string =>
    String(field.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value));
  return validateDefinition(definition, catalog, undefined, known).flatMap((issue) => {
    if (issue.severity !== "warning" || !issue.range || !issue.field) return [];
    const edge = definition.edges.find(({ from, to }) => from === issue.edge?.from && to === issue.edge.to);
    const owner = edge ? edge.filter : definition.nodes.find(({ id }) => id === issue.nodeId)?.config;
    const place = edge ? `${edge.from}-${edge.to}.${issue.field.at(-1)}` : issue.nodeId;
    return [`${issue.code}@${place} ${textAt(owner, issue.field).slice(issue.range.from, issue.range.to)}`];
  });
}

describe("what nodes can read", () => {
  it("flows through variables, iterators and aggregators", () => {
    const definition = define(
      [
        hook,
        set(2, "{{1.total * 2}}", "text {{1.method}}", '{{split("a,b"; ",")}}'),
        node(3, "tools.iterate", { array: "{{2.v3}}" }),
        set(4, "{{3.value}}", "{{3.value.x}}", "{{3.index + 2.v1}}", "{{2.v2 + 1}}", "{{2.v4}}"),
        node(5, "tools.aggregate", { source: 3, item: { n: "{{4.v3}}", t: "{{4.v1}}" } }),
        set(6, "{{sum(5.array[].n)}}", "{{5.array[1].t}}", "{{5.array[1].m}}", "{{5.array.n}}", "{{5.list}}"),
      ],
      [next(1, 2), next(2, 3), next(3, 4), next(4, 5), next(5, 6)],
    );
    expect(warningsOf(definition)).toEqual([
      "field_unknown@4 x",
      "field_unknown@4 v4",
      "field_unknown@6 m",
      "field_unknown@6 n",
      "field_unknown@6 list",
    ]);
  });

  it("is seen in filters, also which conditions never hold", () => {
    const to = (id: number, left: string, operator: ConditionOperator, right?: string) =>
      next(2, id, { order: id, filter: { conditions: [[{ left, operator, ...(right !== undefined && { right }) }]] } });
    const definition = define(
      [hook, node(2, "router.route"), ...Array.from({ length: 13 }, (_, index) => set(index + 3))],
      [
        next(1, 2),
        to(3, "{{1.totl}}", "greaterThan", "5"),
        to(4, "{{1.method}}", "equals", "PSOT"),
        to(5, "{{1.total}}", "equals", "many"),
        to(6, '{{split("a"; ",")}}', "greaterThan", "2"),
        to(7, "{{1.total > 3}}", "notEquals", "yes"),
        to(8, "{{1.method}}", "equals", "post"),
        to(9, "{{1.body.x}}", "equals", "anything"),
        to(10, "{{2.x}}", "exists"),
        to(11, "{{1.total}}", "laterThan", "2026-01-01"),
        to(12, "{{now}}", "earlierThan", "tomorrow"),
        to(13, "{{1.body}}", "longerThan", "many"),
        to(14, "{{now}}", "laterThan", "2026-01-01"),
        to(15, "{{1.body}}", "shorterThan", "3"),
      ],
    );
    expect(warningsOf(definition)).toEqual([
      "field_unknown@2-3.left totl",
      "condition_never@2-4.right PSOT",
      "condition_never@2-5.right many",
      'condition_never@2-6.left {{split("a"; ",")}}',
      "condition_always@2-7.right yes",
      "field_unknown@2-10.left x",
      "condition_never@2-11.left {{1.total}}",
      "condition_never@2-12.right tomorrow",
      "condition_never@2-13.right many",
    ]);
  });

  it("is the error on an error route, and open where the node may be given other output", () => {
    const definition = define(
      [
        hook,
        node(2, "http.send"),
        set(3, "{{2.error.mesage}}", "{{2.status}}", "{{1.error}}"),
        node(4, "error.resume", { output: { other: 1 } }),
        set(5, "{{2.other}}", "{{2.error}}", "{{2.status.x}}"),
        node(6, "http.send"),
        node(7, "error.ignore", { x: "{{6.error.code}} {{2.other}} {{6.status}}" }),
        set(8, "{{6.error}}"),
        set(9, "{{1.error.code}}", "{{1.total}}", "{{1.errors}}"),
      ],
      [next(1, 2), onError(2, 3), next(3, 4), next(2, 5), next(5, 6), onError(6, 7), next(6, 8), onError(1, 9)],
    );
    expect(warningsOf(definition)).toEqual([
      "field_unknown@3 mesage",
      "field_unknown@3 status",
      "field_unknown@3 error",
      "field_unknown@5 x",
      "field_unknown@7 status",
      "field_unknown@8 error",
      "field_unknown@9 errors",
    ]);
  });

  it("learns from samples", () => {
    const definition = define(
      [
        hook,
        set(2, "{{1.body.items[].title}}", "{{1.body.item}}", "{{1.body.items[1].x}}"),
        node(3, "tools.echo"),
        set(4, "{{3.b}}"),
      ],
      [next(1, 2), next(2, 3), next(3, 4)],
    );
    expect(warningsOf(definition)).toEqual([]);
    const samples = { 1: { body: { items: [{ title: "Pen" }] } }, 3: { a: 1 } };
    expect(warningsOf(definition, samples)).toEqual(["field_unseen@2 item", "field_unseen@2 x", "field_unseen@4 b"]);
  });

  it("is not known where names are formulas, the list is one, or nodes lead back to themselves", () => {
    const variables = [{ name: "{{1.method}}", value: 1 }];
    const definition = define(
      [
        hook,
        node(2, "tools.set", { variables }),
        node(3, "tools.set", { variables: "{{1.body}}" }),
        set(4, "{{2.x}} {{3.x}}"),
        set(5, "{{6.v1}}"),
        set(6, "{{5.v1}}"),
      ],
      [next(1, 2), next(2, 3), next(3, 4), next(5, 6), next(6, 5)],
    );
    expect(warningsOf(definition).filter((warning) => warning.startsWith("field"))).toEqual([]);
  });

  it("follows a change, and forgets nothing that has not changed", () => {
    const before = define([hook, set(2, "{{1.total}}"), set(3, "{{2.v1 + 1}}")], [next(1, 2), next(2, 3)]);
    expect(warningsOf(before)).toEqual([]);
    const [first, , last] = before.nodes;
    const after = { ...before, nodes: [first!, set(2, '{{split("a"; ",")}}'), last!] };
    expect(warningsOf(after)).toEqual(["operand_type@3 2.v1"]);
    expect(warningsOf(before)).toEqual([]);
  });

  it("works along a chain of a thousand nodes in any order", () => {
    const count = 1_000;
    const nodes = Array.from({ length: count }, (_, index) =>
      set(index + 2, `{{${index + 1}.${index === 0 ? "total" : "v1"}}}`),
    );
    const edges = nodes.map(({ id }) => next(id - 1, id));
    const last = set(count + 2, `{{${count + 1}.v2}}`);
    expect(warningsOf(define([hook, ...nodes, last], [...edges, next(count + 1, count + 2)]))).toEqual([
      `field_unknown@${count + 2} v2`,
    ]);
    expect(
      warningsOf(define([last, ...nodes.toReversed(), hook], [...edges, next(count + 1, count + 2)])),
    ).toHaveLength(1);
  });

  it("is compared with what a field takes, where the field is one formula", () => {
    const text = { url: "x", method: "GET" };
    const warnings = (timeoutMs: string) =>
      validateDefinition(define([hook, node(2, "http.request", { ...text, timeoutMs })], [next(1, 2)]), testCatalog)
        .filter(({ severity }) => severity === "warning")
        .map(({ code, message }) => `${code}: ${message}`);
    expect(warnings('{{split("a"; ",")}}')).toEqual([
      "input_type: Timeout must be a whole number, but this is a list.",
    ]);
    expect(warnings("{{1.x = 2}}")).toEqual(["input_type: Timeout must be a whole number, but this is yes or no."]);
    for (const fine of ["{{1.x}}", "{{1 + 1}}", '{{upper("7")}}', "{{ignore}}", "{{if(1.x; 5; true)}}", "1{{true}}"]) {
      expect(warnings(fine), fine).toEqual([]);
    }
  });
});
