import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { describe, expect, it } from "vitest";
import { completeFormula } from "./completion.ts";
import { diagnose } from "./diagnostics.ts";
import type { SourceNode } from "./samples.ts";

const source: SourceNode = {
  id: 1,
  title: "Webhook",
  subtitle: "",
  color: "#000",
  icon: "box",
  sample: { body: { total: 5 } },
  shape: {
    kind: "object",
    fields: new Map([
      ["method", { kind: "text" }],
      ["body", { kind: "object", fields: new Map([["total", { kind: "number" }]]), others: "unseen" }],
    ]),
    others: "none",
  },
  origin: "run",
};

/** Completes at the `|`. */
function complete(text: string, explicit = false) {
  const state = EditorState.create({ doc: text.replace("|", "") });
  return { state, result: completeFormula(new CompletionContext(state, text.indexOf("|"), explicit), [source]) };
}

/** The text after the first option was taken. */
function take(text: string): string | null {
  const { state, result } = complete(text);
  const option = result?.options[0];
  if (!result || typeof option?.apply !== "function") return null;
  const view = new EditorView({ state });
  option.apply(view, option, result.from, result.to ?? state.selection.main.head);
  const { doc, selection } = view.state;
  view.destroy();
  return `${doc.sliceString(0, selection.main.head)}|${doc.sliceString(selection.main.head)}`;
}

describe("completeFormula", () => {
  it.each<[string, string | null]>([
    ["{{tot|", "{{1.body.total}}|"],
    ["{{tot|}}", "{{1.body.total|}}"],
    ["{{1.me|}}", "{{1.method|}}"],
    ["{{upp|}}", "{{upper(|)}}"],
    ["{{newl|}}", "{{newline|}}"],
    ['{{startOf(now; "mo|")}}', '{{startOf(now; "month"|)}}'],
    ["tot|", null],
  ])("%s", (text, expected) => expect(take(text)).toBe(expected));

  it("offers everything behind {{ and when asked, and keeps quiet between the words of a formula", () => {
    expect(complete("{{|}}").result?.options[0]).toMatchObject({ label: "1.method", detail: "Webhook, text" });
    expect(complete("{{1 + |}}").result).toBeNull();
    expect(complete("{{1 + |}}", true).result?.options.length).toBeGreaterThan(20);
  });
});

describe("diagnose", () => {
  const found = (text: string) =>
    diagnose(text, [source]).map(({ from, to, severity, actions }) => [
      severity,
      text.slice(from, to),
      actions?.[0]?.name,
    ]);

  it.each<[string, (string | undefined)[][]]>([
    ["{{1.body.total + 1}}", []],
    ["no formula", []],
    ["a {{1.methd}} b", [["warning", "methd", "Write method"]]],
    ["{{1.body.other}}", [["warning", "other", undefined]]],
    ["{{round(1.body)}}", [["warning", "1.body", undefined]]],
    ["{{uper(1.methd)}}", [["error", "uper", undefined]]],
    ["{{2.anything}}", []],
  ])("%s", (text, expected) => expect(found(text)).toEqual(expected));

  it("puts what was probably meant in its place", () => {
    const view = new EditorView({ state: EditorState.create({ doc: "{{1.methd}}" }) });
    const [fault] = diagnose("{{1.methd}}", [source]);
    fault!.actions![0]!.apply(view, fault!.from, fault!.to);
    expect(view.state.doc.toString()).toBe("{{1.method}}");
    view.destroy();
  });
});
