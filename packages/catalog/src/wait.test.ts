import { describeShape, shapesAt, validateDefinition, type Definition, type JsonValue } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { manifestCatalog } from "./manifests.ts";

function definitionWith(config: Record<string, JsonValue>, mapped = "x"): Definition {
  const node = (id: number, type: string, config: Record<string, JsonValue> = {}) => ({
    ...{ id, type, config, typeVersion: 1, position: { x: 0, y: 0 } },
  });
  const variables = [{ name: "mapped", value: mapped }];
  return {
    format: 1,
    nodes: [node(1, "webhook.receive"), node(2, "tools.wait", config), node(3, "tools.setVariables", { variables })],
    edges: [
      { from: 1, to: 2, kind: "next" },
      { from: 2, to: 3, kind: "next" },
    ],
  };
}

/** What is known of the Wait node's bundle behind it: `name: shape`. */
function fieldsOf(config: Record<string, JsonValue>): string[] {
  const shape = shapesAt(definitionWith(config), manifestCatalog, 3)(2);
  if (shape?.kind !== "object") throw new Error("The bundle is no object.");
  return [...shape.fields].map(([name, field]) => `${name}: ${describeShape(field)}`);
}

const issuesOf = (config: Record<string, JsonValue>, mapped?: string) =>
  validateDefinition(definitionWith(config, mapped), manifestCatalog).map(({ code, nodeId }) => `${code}@${nodeId}`);

describe("what nodes behind a Wait node can read", () => {
  const fields: JsonValue[] = [
    { name: "amount", type: "number" },
    { name: "plan", type: "choice", choices: "small, large" },
  ];

  it("follows its form", () => {
    expect(fieldsOf({ title: "x", fields })[0]).toMatch(/^decision: /);
    expect(fieldsOf({ title: "x", fields }).map((field) => field.split(":")[0])).toEqual([
      ...["decision", "fields", "comment", "timedOut", "answeredAt", "answeredBy"],
    ]);
    expect(issuesOf({ title: "x", fields }, "{{2.fields.amount}} {{2.fields.plan}}")).toEqual([]);
    expect(issuesOf({ title: "x", fields }, "{{2.fields.amonut}}")).toEqual(["field_unknown@3"]);
    expect(issuesOf({ title: "x", fields }, "{{2.body}}")).toEqual(["field_unknown@3"]);
  });

  it("is the body of an event", () => {
    const names = fieldsOf({ kind: "event", title: "x" }).map((field) => field.split(":")[0]);
    expect(names).toEqual(["body", "timedOut", "answeredAt", "answeredBy"]);
  });

  it("names what is wrong with the form itself", () => {
    expect(issuesOf({})).toEqual(["required_missing@2"]);
    expect(issuesOf({ title: "x", fields: [{ name: "the amount" }] })).toEqual(["wrong_value@2"]);
    expect(issuesOf({ title: "x", fields: [{ name: "{{1.body.x}}" }] })).toEqual(["wrong_value@2"]);
    expect(issuesOf({ title: "x", timeoutSeconds: 2_592_001 })).toEqual(["wrong_value@2"]);
  });
});
