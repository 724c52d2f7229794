import { describe, expect, it } from "vitest";
import type { JsonValue } from "../definition/schema.ts";
import { compileTemplate } from "../mapping/template.ts";
import { exampleBundle } from "../mapping/functions/define.ts";
import { functionCatalog } from "../mapping/functions/catalog.ts";
import { evaluateTemplate } from "../mapping/template.ts";
import { shapeOfSchema } from "./fromSchema.ts";
import { shapeOfValue } from "./fromValue.ts";
import { inferTemplate } from "./infer.ts";
import { anyShape, refine, unite, type Shape } from "./shape.ts";
import { fits } from "../testing/shapes.ts";

/** Short: `{a: text, b?: [number], ...}`. */
function show(shape: Shape): string {
  switch (shape.kind) {
    case "text":
      return shape.choices ? shape.choices.map((choice) => `"${choice}"`).join("|") : "text";
    case "list":
      return `[${show(shape.item)}]`;
    case "union":
      return shape.of.map(show).join("|");
    case "object": {
      const fields = [...shape.fields].map(([name, inner]) => `${name}: ${show(inner)}`);
      const others =
        typeof shape.others === "string" ? { none: "", unseen: "..." }[shape.others] : `...${show(shape.others)}`;
      return `{${[...fields, ...(others ? [others] : [])].join(", ")}}`;
    }
    default:
      return shape.kind;
  }
}

const webhook = shapeOfSchema({
  type: "object",
  properties: {
    method: { type: "string", enum: ["GET", "POST"] },
    headers: { type: "object", additionalProperties: { type: "string" } },
    body: {},
    total: { type: ["number", "null"] },
    at: { type: "string", format: "date-time" },
    items: {
      type: "array",
      items: {
        type: "object",
        properties: { title: { type: "string" }, price: { type: "number" } },
        required: ["title", "price"],
        additionalProperties: false,
      },
    },
    customer: { $ref: "#/$defs/customer" },
  },
  required: ["method", "headers", "body", "total", "at", "items", "customer"],
  additionalProperties: false,
  $defs: { customer: { type: "object", properties: { email: { type: "string" } }, additionalProperties: false } },
});

const infer = (formula: string, shape: Shape = webhook) =>
  inferTemplate(compileTemplate(`{{${formula}}}`).parts, (id) => (id === 1 ? shape : undefined));
/** `code "the text it underlines" -> replacement`. */
const faultsIn = (formula: string, shape?: Shape) =>
  infer(formula, shape).faults.map(
    ({ code, from, to, replacement }) =>
      `${code} ${`{{${formula}}}`.slice(from, to)}${replacement === undefined ? "" : ` -> ${replacement}`}`,
  );

describe("shapes of schemas and values", () => {
  it("reads what zod writes", () => {
    expect(show(webhook)).toBe(
      '{method: "GET"|"POST", headers: {...text}, body: any, total: number|nothing, at: date, items: [{title: text, price: number}], customer: {email: text|nothing}}',
    );
  });

  it("takes a schema that refers to itself, or that is a choice of everything, for anything", () => {
    const $defs = {
      json: {
        anyOf: [
          ...["string", "number", "boolean", "null"].map((type) => ({ type })),
          { type: "array", items: { $ref: "#/$defs/json" } },
          { type: "object", additionalProperties: { $ref: "#/$defs/json" } },
        ],
      },
      tree: { type: "object", properties: { left: { $ref: "#/$defs/tree" } }, additionalProperties: false },
    };
    expect(show(shapeOfSchema({ $ref: "#/$defs/json", $defs }))).toBe("any");
    expect(show(shapeOfSchema({ $ref: "#/$defs/tree", $defs }))).toMatch(/^\{left: \{left: .*any/);
    expect(show(shapeOfSchema({ $ref: "#/$defs/none" }))).toBe("any");
  });

  it("learns from a sample what the schema leaves open", () => {
    const sample: JsonValue = {
      method: "POST",
      headers: { a: "b" },
      body: { id: 7, tags: ["x"], none: null },
      extra: 1,
    };
    const refined = refine(webhook, shapeOfValue(sample, "unseen"));
    expect(show(refined)).toContain("body: {id: number, tags: [text], none: any, ...}");
    expect(show(refined)).toContain("headers: {a: text, ...text}");
    expect(show(refined)).not.toContain("extra");
  });

  it("unites alternatives of one kind", () => {
    const items = shapeOfValue([{ a: 1 }, { a: "x", b: true }, { a: "2026-01-01" }], "none");
    expect(show(items)).toBe("[{a: number|text, b: nothing|boolean}]");
    expect(show(unite([anyShape, items]))).toBe("any");
  });
});

describe("what formulas give", () => {
  it.each<[formula: string, shape: string]>([
    ["1.total", "number|nothing"],
    ["1.total + 1", "number"],
    ["1.items[].price", "[number]"],
    ["1.items[1].title", "text"],
    ["1.headers.host", "text"],
    ["1.body.x.y", "any"],
    ["if(1.total > 1; 1.items; 'none')", "[{title: text, price: number}]|text"],
    ["ifempty(1.total; 0)", "number"],
    ["first(1.items)", "{title: text, price: number}|nothing"],
    ["sort(1.items; 'asc'; 'price')", "[{title: text, price: number}]"],
    ["map(1.items; 'price')", "[number]"],
    ["get(1.customer; 'email')", "text|nothing"],
    ["pick(first(1.items); 'title')", "{title: text}"],
    ["omit(first(1.items); 'title')", "{price: number}"],
    ["set(1.customer; 'age'; 5)", "{email: text|nothing, age: number}"],
    ["merge(1.customer; first(1.items))", "{email: text|nothing, title: text, price: number}"],
    ["merge(1.items; 1.items)", "[{title: text, price: number}]"],
    ["keys(1.customer)", "[text]"],
    ["toArray(1.customer)", "[{key: text, value: text|nothing}]"],
    ["toCollection(1.items; 'title'; 'price')", "{...number}"],
    ["switch(1.method; 'GET'; 1; 'POST'; 'x')", "number|text|nothing"],
    ["switch(1.method; 'GET'; 1; true)", "number|boolean"],
    ["addDays(1.at; 1)", "date"],
    ["formatDate(1.at; 'YYYY')", "text"],
    ["split('a'; ',')", "[text]"],
    ["not 1.total", "boolean"],
    ["2.anything", "any"],
    ["now", "date"],
    ["ignore", "nothing"],
  ])("%s: %s", (formula, shape) => {
    const inferred = infer(formula);
    expect(inferred.faults).toEqual([]);
    expect(show(inferred.shape)).toBe(shape);
  });

  it("is true of every example of every function", () => {
    const scope = { getBundle: () => exampleBundle, nowMs: 1_773_480_413_000 };
    for (const { examples } of functionCatalog) {
      for (const { formula } of examples) {
        const template = compileTemplate(`{{${formula}}}`);
        const result = evaluateTemplate(template, scope);
        const { shape, faults } = infer(formula, shapeOfValue(exampleBundle, "unseen"));
        expect(
          faults.filter(({ code }) => code !== "field_unseen"),
          formula,
        ).toEqual([]);
        expect(result.ok && fits(result.value, shape), `${formula}: ${show(shape)}`).toBe(true);
      }
    }
  });
});

describe("faults", () => {
  it.each<[formula: string, faults: string[]]>([
    ["1.boddy.x", ["field_unknown boddy -> body"]],
    ["1.items[1].titel", ["field_unknown titel -> title"]],
    ["1.items.title", ["field_unknown title"]],
    ["1.items[].colour", ["field_unknown colour"]],
    ["1.method.length", ["field_unknown length"]],
    ["1.method[1]", ["field_unknown [1]"]],
    ["upper(1.customer.emial)", ["field_unknown emial -> email"]],
    ["get(1.customer; 'emial')", ["field_unknown 'emial' -> \"email\""]],
    ["map(1.items; 'pirce')", ["field_unknown 'pirce' -> \"price\""]],
    ["1.items + 1", ["operand_type 1.items"]],
    ["'a' + 1", ["argument_value 'a'"]],
    ["-true", ["operand_type true"]],
    ["1.customer > 1", ["operand_type 1.customer"]],
    ["1.items = 'x'", ["operand_type 1.items = 'x'"]],
    ["round(1.items)", ["argument_type 1.items"]],
    ["round('many')", ["argument_value 'many'"]],
    ["addDays(5; 1)", ["argument_type 5"]],
    ["addDays('soon'; 1)", ["argument_value 'soon'"]],
    ["keys('x')", ["argument_type 'x'"]],
    ["startOf(now; 'mnoth')", ["argument_value 'mnoth' -> \"month\""]],
    ["sha256('x'; 'UTF-8')", []],
    ["round(1.total)", []],
    ["round('12')", []],
    ["upper(1.items)", []],
    ["1.total = 'x'", []],
    ["3.x + 1", []],
    ["upper(1.a; )", ["field_unknown a"]],
  ])("%s", (formula, faults) => {
    // A name of one letter is close to nothing: no suggestion is asked of it.
    expect(
      faultsIn(formula).map((fault) => (formula.startsWith("upper(1.a") ? fault.replace(/ -> .*/, "") : fault)),
    ).toEqual(faults);
  });

  it("speaks differently of what only a sample lacks, and infers nothing from it", () => {
    const sample = shapeOfValue({ body: { name: "Ada" } }, "unseen");
    expect(faultsIn("upper(1.body.nmae)", sample)).toEqual(["field_unseen nmae -> name"]);
    expect(show(infer("1.body.nmae", sample).shape)).toBe("any");
    expect(infer("1.body.nmae", sample).faults[0]?.message).toBe(
      'The last value of 1.body had no field "nmae". Did you mean name?',
    );
  });
});
