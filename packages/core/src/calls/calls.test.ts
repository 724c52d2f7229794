import { describe, expect, it } from "vitest";
import type { Definition, DefinitionNode, JsonValue } from "../definition/schema.ts";
import { validateDefinition } from "../definition/validate.ts";
import { createManifestCatalog } from "../manifest/catalog.ts";
import type { Manifest } from "../manifest/schema.ts";
import { describeShape } from "../shapes/shape.ts";
import { shapesAt } from "../shapes/flow.ts";
import { next, node } from "../testing/catalog.ts";
import { readDeclaredInputs, takeInputs, type DeclaredInput } from "./inputs.ts";
import { calledScenarios, callInterfaceOf, type CallableScenario } from "./interface.ts";

const base = { label: "x", description: "x", typeVersion: 1, input: {} };
const manifest: Manifest = {
  ...{ name: "scenario", version: "1.0.0", label: "x", description: "x", color: "#000000", icon: "x" },
  category: "flow",
  actions: [
    { ...base, name: "call", effect: "pure", control: "call" },
    { ...base, name: "return", effect: "pure", control: "return" },
  ],
  triggers: [{ ...base, name: "start", kind: "call" }],
  connections: [],
};
const catalog = createManifestCatalog([manifest]);

const define = (...nodes: DefinitionNode[]): Definition => ({
  format: 1,
  nodes,
  edges: nodes.slice(1).map((to, index) => next(nodes[index]!.id, to.id)),
});
const start = (...rows: JsonValue[]) => node(1, "scenario.start", { inputs: rows });
const call = (id: number, config: Record<string, JsonValue>) =>
  node(id, "scenario.call", { scenarioId: "s1", ...config });
const declare = (name: string, more: Partial<DeclaredInput> = {}): DeclaredInput => ({
  ...{ name, type: "text", required: false, description: "" },
  ...more,
});
const callee = (more: Partial<CallableScenario> = {}): CallableScenario => ({
  ...{ id: "s1", name: "Invoice", status: "ready", inputs: [], outputs: [] },
  ...more,
});

describe("inputs of a scenario", () => {
  it("are read from the rows of its start node, those without a name left out", () => {
    const rows: JsonValue[] = [
      { name: " n ", type: "number", required: true },
      { name: "" },
      5,
      { name: "n" },
      { name: "t", type: "?" },
    ];
    expect(readDeclaredInputs(rows)).toEqual([declare("n", { type: "number", required: true }), declare("t")]);
    expect(readDeclaredInputs("{{1}}")).toEqual([]);
  });

  it.each<[DeclaredInput["type"], JsonValue, JsonValue]>([
    ["text", 5, "5"],
    ["text", "", ""],
    ["number", " 1.5 ", 1.5],
    ["boolean", "False", false],
    ["date", "2026-01-15", "2026-01-15"],
    ["list", [1], [1]],
    ["object", { a: 1 }, { a: 1 }],
    ["object", "", null],
  ])("of the type %s take %j as %j", (type, given, taken) => {
    const result = takeInputs([declare("x", { type })], { x: given });
    expect(result).toEqual({ inputs: { x: taken }, faults: [], unknown: [] });
  });

  it.each<[DeclaredInput["type"], JsonValue]>([
    ["text", ["a"]],
    ["number", "many"],
    ["number", true],
    ["boolean", 1],
    ["date", "soon"],
    ["list", "a"],
    ["object", []],
  ])("of the type %s refuse %j, by name", (type, given) => {
    const { faults } = takeInputs([declare("x", { type })], { x: given });
    expect(faults).toEqual([{ name: "x", message: expect.stringMatching(/^The input "x" must be /) as string }]);
  });

  it("may be required; others become empty, and what is not declared is told", () => {
    const declared = [declare("a", { required: true }), declare("b"), declare("__proto__")];
    const values = JSON.parse('{"c": 1, "__proto__": "own", "constructor": 2}') as Record<string, JsonValue>;
    const { inputs, faults, unknown } = takeInputs(declared, values);
    expect(Object.entries(inputs)).toEqual([
      ["a", null],
      ["b", null],
      ["__proto__", "own"],
    ]);
    expect(faults.map(({ name }) => name)).toEqual(["a"]);
    expect(unknown).toEqual(["c", "constructor"]);
    expect(takeInputs(declared, { a: "" }).faults).toHaveLength(1);
  });
});

describe("what concerns other scenarios", () => {
  const giveBack = (id: number, ...names: string[]) =>
    node(id, "scenario.return", { outputs: names.map((name) => ({ name, value: "" })) });

  it("is what the start node takes and all return nodes give", () => {
    const definition = define(start({ name: "n" }), giveBack(2, "a", "b"), giveBack(3, "b", "{{1}}", " "));
    expect(callInterfaceOf(definition, catalog)).toEqual({ inputs: [declare("n")], outputs: ["a", "b"] });
    expect(callInterfaceOf(define(), catalog)).toBeNull();
  });

  it("is whom enabled nodes call, each once", () => {
    const disabled = { ...call(4, { scenarioId: "s3" }), disabled: true };
    const definition = define(start(), call(2, {}), call(3, {}), disabled, call(5, { scenarioId: "" }));
    expect(calledScenarios(definition, catalog)).toEqual(["s1"]);
  });
});

describe("a call", () => {
  const codesOf = (config: Record<string, JsonValue>, ...callables: CallableScenario[]) =>
    validateDefinition(
      define(start({ name: "n", type: "number" }), call(2, config)),
      catalog,
      undefined,
      undefined,
      new Map(callables.map((each) => [each.id, each])),
    ).map(({ code, severity, field }) => `${severity} ${code} ${(field ?? []).join(".")}`);

  it.each(["off", "unpublished", "otherTrigger", "deleted"] as const)("of one that is %s is an error", (status) => {
    expect(codesOf({}, callee({ status }))).toEqual(["error call_unavailable scenarioId"]);
  });

  it("of one that does not exist is an error, and nothing is said before the scenarios are known", () => {
    expect(codesOf({ scenarioId: "s9" }, callee())).toEqual(["error call_unknown scenarioId"]);
    expect(validateDefinition(define(start(), call(2, { scenarioId: "s9" })), catalog)).toEqual([]);
  });

  it("needs the required inputs, of their types; formulas are taken on trust", () => {
    const inputs = [declare("a", { required: true }), declare("n", { type: "number" }), declare("l", { type: "list" })];
    const invoice = callee({ inputs });
    expect(codesOf({}, invoice)).toEqual(["error call_input inputs.a"]);
    expect(codesOf({ inputs: { a: "x", n: "many" } }, invoice)).toEqual(["error call_input inputs.n"]);
    expect(codesOf({ inputs: { a: "{{1.inputs.n}}", n: "{{1.inputs.n}}", l: ["{{1.inputs.n}}"] } }, invoice)).toEqual(
      [],
    );
    expect(codesOf({ inputs: { a: "x", gone: 1 } }, invoice)).toEqual(["warning call_input_unknown inputs.gone"]);
  });

  it("that leads back to its caller is a warning", () => {
    expect(codesOf({}, callee({ recursion: ["Invoice", "Order"] }))).toEqual(["warning call_recursion scenarioId"]);
  });

  it("shows what the called scenario returns, or only its run where nobody waits", () => {
    const shape = (config: Record<string, JsonValue>, nodeId: number) => {
      const definition = define(start({ name: "n", type: "number", required: true }), call(2, config), node(3, "x.y"));
      const callables = new Map([["s1", callee({ outputs: ["total"] })]]);
      const found = shapesAt(definition, catalog, 3, undefined, callables)(nodeId);
      return found && describeFields(found);
    };
    expect(shape({}, 2)).toEqual({ runId: "a text", outputs: ["total"] });
    expect(shape({ mode: "start" }, 2)).toEqual({ runId: "a text" });
    expect(shape({}, 1)).toEqual({ inputs: ["n"] });
  });

  it("warns of outputs that the called scenario does not return", () => {
    const definition = define(
      start(),
      call(2, {}),
      node(3, "scenario.return", { outputs: [{ name: "a", value: "{{2.outputs.totl}}" }] }),
    );
    const callables = new Map([["s1", callee({ outputs: ["total"] })]]);
    const issues = validateDefinition(definition, catalog, undefined, undefined, callables);
    expect(issues.map(({ code, nodeId }) => `${code}@${nodeId}`)).toEqual(["field_unknown@3"]);
  });
});

describe("a start node", () => {
  it("has inputs with names of their own", () => {
    const issues = validateDefinition(define(start({ name: "a" }, { name: "b" }, { name: " a" })), catalog);
    expect(issues.map(({ code, field }) => [code, field])).toEqual([["duplicate_input", ["inputs", 2, "name"]]]);
  });
});

function describeFields(shape: ReturnType<ReturnType<typeof shapesAt>> & object) {
  if (shape.kind !== "object") return shape;
  return Object.fromEntries(
    [...shape.fields].map(([name, field]) => [
      name,
      field.kind === "object" ? [...field.fields.keys()] : describeShape(field),
    ]),
  );
}
