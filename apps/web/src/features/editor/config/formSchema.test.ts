import { manifestCatalog } from "@patchbay/catalog/manifests";
import { describe, expect, it } from "vitest";
import { fromBoxText, isShown, readForm, toBoxText } from "./formSchema.ts";

const formOf = (type: string) => readForm(manifestCatalog.getNodeKind(type)!.node.input);
const byName = (type: string, name: string) => formOf(type).find((field) => field.name === name)!;

describe("readForm", () => {
  it("reads the HTTP request's manifest", () => {
    expect(byName("http.request", "url")).toMatchObject({ label: "URL", control: "text", isRequired: true });
    expect(byName("http.request", "method")).toMatchObject({ control: "select", isRequired: false, default: "GET" });
    expect(byName("http.request", "headers").itemFields.map((field) => field.name)).toEqual(["name", "value"]);
    expect(byName("http.request", "timeoutSeconds").isAdvanced).toBe(true);
    expect(byName("http.request", "bodyType").options.map((option) => option.label)).toContain("No body");
  });

  it("shows fields when the field they depend on has one of the values, its default included", () => {
    const fields = formOf("http.request");
    const body = byName("http.request", "body");
    expect(isShown(body, fields, {})).toBe(false);
    expect(isShown(body, fields, { bodyType: "json" })).toBe(true);
    expect(isShown(body, fields, { bodyType: "{{1.type}}" })).toBe(true);
  });

  it("keeps formulas out of references to nodes", () => {
    expect(byName("tools.aggregate", "source")).toMatchObject({ control: "nodeRef", isLiteral: true });
  });

  it("reads lists of plain values", () => {
    const field = readForm({ properties: { tags: { type: "array", items: { type: "string" } } } })[0]!;
    expect(field).toMatchObject({ control: "list", itemFields: [{ name: "", control: "text" }] });
  });
});

describe("box texts", () => {
  it.each([
    ["number", "12", 12],
    ["number", "{{1.n}}", "{{1.n}}"],
    ["text", "12", "12"],
    ["json", '{ "a": "{{1.b}}" }', { a: "{{1.b}}" }],
    ["json", "{{1.items}}", "{{1.items}}"],
    ["json", "{ broken", "{ broken"],
    ["text", "", undefined],
  ] as const)("%s %j means %j", (control, box, value) => {
    expect(fromBoxText(control, box)).toEqual(value);
  });

  it("shows what is stored", () => {
    expect(toBoxText(12)).toBe("12");
    expect(toBoxText([1])).toBe("[\n  1\n]");
    expect(toBoxText(undefined)).toBe("");
  });
});
