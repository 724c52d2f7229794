import { highlightTree, tagHighlighter, tags } from "@lezer/highlight";
import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { date, listOf, nothing, number, objectOf, text, unite } from "../../shapes/shape.ts";
import { completeTemplate, type CompletionContext } from "./complete.ts";
import { findCallAt, formatSignature } from "./signature.ts";
import { highlightedMappingParser } from "./highlight.ts";
import { tokenizeTemplate } from "./tokenize.ts";
import { findFunction } from "../functions/catalog.ts";

const piecesOf = (text: string) => tokenizeTemplate(text).map(({ kind, text: piece }) => `${kind}:${piece}`);

describe("tokenizeTemplate", () => {
  it("cuts a template into pieces without gaps", () => {
    expect(piecesOf('Hi {{ if(1.a > 2 and not now; "x"; -1.b[1].`c d`) }}!')).toEqual([
      "text:Hi ",
      "open:{{",
      "space: ",
      "function:if",
      "paren:(",
      "reference:1.a",
      "space: ",
      "operator:>",
      "space: ",
      "number:2",
      "space: ",
      "operator:and",
      "space: ",
      "operator:not",
      "space: ",
      "variable:now",
      "separator:;",
      "space: ",
      'string:"x"',
      "separator:;",
      "space: ",
      "operator:-",
      "reference:1.b[1].`c d`",
      "paren:)",
      "space: ",
      "close:}}",
      "text:!",
    ]);
    expect(piecesOf("{{1 && 2 || 3}}").filter((piece) => piece.startsWith("operator"))).toEqual([
      "operator:&&",
      "operator:||",
    ]);
  });

  it("says what references read", () => {
    const references = tokenizeTemplate("{{12.body.items[].`a 1`}} {{3.*[2]}} {{4.a .b}}").filter(
      ({ kind }) => kind === "reference",
    );
    expect(references).toMatchObject([
      { nodeId: 12, path: [{ key: "body" }, { key: "items" }, { kind: "each" }, { key: "a 1" }] },
      { nodeId: 3, path: [{ kind: "item", index: 2 }] },
      { nodeId: 4, path: [{ key: "a" }, { key: "b" }] },
    ]);
  });

  it("keeps going in unfinished text", () => {
    expect(piecesOf("a {{upper(1.na")).toEqual(["text:a ", "open:{{", "function:upper", "paren:(", "reference:1.na"]);
    expect(piecesOf("{{1.a # 2}} b")).toEqual(["open:{{", "reference:1.a", "error: # 2", "close:}}", "text: b"]);
  });

  it("covers any text exactly", () => {
    const piece = fc.constantFrom(
      "{{",
      "}}",
      "1.a",
      "upper",
      "(",
      ")",
      ";",
      '"',
      "'x'",
      " ",
      "+",
      "text",
      "[1]",
      "`",
      "{",
      "é",
      "💥",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join("");
        const tokens = tokenizeTemplate(text);
        expect(tokens.map((token) => token.text).join("")).toBe(text);
        expect(tokens.every(({ from, to }) => to > from)).toBe(true);
      }),
      { numRuns: 2_000, seed: 8 },
    );
  });
});

describe("highlighting", () => {
  it("tags names, numbers and operators", () => {
    const text = 'a{{upper(1.b) + 2 = "c"}}';
    const found: string[] = [];
    const highlighter = tagHighlighter([
      { tag: tags.function(tags.variableName), class: "function" },
      { tag: tags.propertyName, class: "reference" },
      { tag: tags.number, class: "number" },
      { tag: tags.string, class: "string" },
      { tag: tags.arithmeticOperator, class: "plus" },
      { tag: tags.compareOperator, class: "compare" },
    ]);
    highlightTree(highlightedMappingParser.parse(text), highlighter, (from, to, name) =>
      found.push(`${name}:${text.slice(from, to)}`),
    );
    expect(found).toEqual(["function:upper", "reference:1.b", "plus:+", "number:2", "compare:=", 'string:"c"']);
  });
});

describe("completeTemplate", () => {
  const context: CompletionContext = {
    nodes: [
      { id: 2, name: "Set", sample: { total: 5, "odd name": 1 } },
      {
        id: 1,
        name: "Webhook",
        sample: { body: { name: "Ada", items: [{ title: "Pen" }], address: { zip: "N" } }, headers: {} },
      },
      { id: 3, name: "No sample" },
    ],
  };
  /** Completes at the `|`. */
  const complete = (text: string) => {
    const position = text.indexOf("|");
    return completeTemplate(text.replace("|", ""), position, context);
  };
  const labels = (text: string) => complete(text)?.options.map(({ label }) => label) ?? null;

  it.each([["Hel|lo"], ["{{1.a}} x|"], ['{{"te|xt"}}'], ["|{{1.a}}"], ["{|"]])("offers nothing in %s", (text) => {
    expect(complete(text)).toBeNull();
  });

  it("offers everything at the start of a formula, nearest node first", () => {
    const result = labels("{{|}}")!;
    expect(result.slice(0, 4)).toEqual(["2.total", "2.`odd name`", "2.*", "1.body"]);
    expect(result).toContain("if");
  });

  it.each<[string, string[]]>([
    ["{{1.|", ["1.body", "1.headers"]],
    ["{{upper(1.b|", ["1.body"]],
    ["{{1.body.|}}", ["1.body.name", "1.body.items", "1.body.address"]],
    ["{{1.body.items|", ["1.body.items"]],
    ["{{1.body.items[|", ["1.body.items[]", "1.body.items[1]"]],
    ["{{1.body.items[].t|", ["1.body.items[].title"]],
    ["{{1.body.items[1].|", ["1.body.items[1].title"]],
    ["{{2.`odd|", ["2.`odd name`"]],
    ["{{9.|", []],
    ["{{3.|", []],
    ["{{1.body.name.|", []],
  ])("completes %s", (text, expected) => {
    expect(labels(text)).toEqual(expected);
  });

  it("finds fields by name, then functions and values that begin with what was typed", () => {
    expect(labels("{{nam|")!.slice(0, 2)).toEqual(["2.`odd name`", "1.body.name"]);
    expect(labels("{{up|")![0]).toBe("upper");
    expect(labels("{{emp|")!.slice(0, 2)).toEqual(["emptystring", "emptyarray"]);
    expect(labels("{{address|")).toEqual(["1.body.address"]);
  });

  it("says what to insert and where", () => {
    expect(complete("a {{upp|er}}")).toMatchObject({
      from: 4,
      to: 7,
      options: [{ insert: "upper()", caret: 6, detail: "upper(text)" }],
    });
    expect(complete("{{2.t|")).toMatchObject({
      from: 2,
      to: 5,
      options: [{ insert: "2.total", detail: "Set", info: "5" }],
    });
  });

  it("writes signatures", () => {
    expect(formatSignature(findFunction("round")!)).toBe("round(number; decimals?)");
    expect(formatSignature(findFunction("sum")!)).toBe("sum(values...)");
  });
});

describe("completing from what is known before any run", () => {
  const item = objectOf({ sku: text, qty: number });
  const shape = objectOf({ list: listOf(item), total: unite([number, nothing]), at: date, "odd name": text }, "unseen");
  const context: CompletionContext = {
    nodes: [{ id: 1, name: "Shop", shape, sample: { list: [{ sku: "A" }], extra: true } }],
  };
  const complete = (template: string) => {
    const position = template.indexOf("|");
    return completeTemplate(template.replace("|", ""), position, context);
  };
  const options = (template: string) =>
    complete(template)?.options.map(({ label, type }) => `${label}${type === undefined ? "" : ` ${type}`}`.trim()) ??
    null;

  it.each<[string, string[]]>([
    ["{{1.|", ["1.list list", "1.total number", "1.at date", "1.`odd name` text", "1.extra yes or no"]],
    ["{{1.list[|", ["1.list[] object", "1.list[1] object"]],
    ["{{1.list[].|", ["1.list[].sku text", "1.list[].qty number"]],
    ["{{upper(1.list[1].s|)}}", ["1.list[1].sku text"]],
    ["{{qty|", ["1.list[].qty number"]],
    ["{{1.at.|", []],
  ])("%s", (template, expected) => expect(options(template)).toEqual(expected));

  it.each<[string, string[] | null]>([
    ['{{startOf(now; "m|")}}', ["month"]],
    ["{{sha256(1.a; '|')}}", ["utf8", "hex", "base64"]],
    ['{{formatDate(now; "x"; "europe/pra|")}}', ["Europe/Prague"]],
    ['{{startOf(now; "mo|', ["month"]],
    ["{{startOf(now; 'mo|", ["month"]],
    ['{{upper("m|")}}', null],
    ['{{upper("m|', null],
    ['{{"m"|}}', null],
  ])("offers what an argument may be: %s", (template, expected) => {
    expect(options(template)?.slice(0, 3) ?? null).toEqual(expected);
  });

  it("replaces the whole quoted text", () => {
    expect(complete('{{startOf(now; "mo|nth")}}')).toMatchObject({
      from: 15,
      to: 22,
      options: [{ insert: '"month"' }],
    });
  });
});

describe("findCallAt", () => {
  const call = (template: string) => {
    const found = findCallAt(template.replace("|", ""), template.indexOf("|"));
    return found && `${found.doc.name} ${found.index} ${found.argument?.name ?? "none"}`;
  };

  it.each<[string, string | null]>([
    ["{{round(|", "round 0 number"],
    ["{{round(1.5; |)}}", "round 1 decimals"],
    ["{{round(1.5; 2; |)}}", "round 2 none"],
    ["{{round(sum(1; 2|); 3)}}", "sum 1 values"],
    ["{{round(sum(1; 2)|; 3)}}", "round 0 number"],
    ["{{round((1 + |2))}}", "round 0 number"],
    ["{{sum(1; 2; 3; |", "sum 3 values"],
    ["{{round|(1)}}", null],
    ["{{round(1)|}}", null],
    ["{{round(1)}} and |", null],
    ["{{nope(|)}}", null],
    ['{{upper("a; (|b")}}', "upper 0 text"],
    ["{{round(1}} {{sum(|", "sum 0 values"],
    ["plain ( |", null],
  ])("%s", (template, expected) => expect(call(template)).toBe(expected));
});
