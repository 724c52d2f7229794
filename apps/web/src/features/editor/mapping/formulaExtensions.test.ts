import { forceLinting, forEachDiagnostic } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, showTooltip } from "@codemirror/view";
import { afterEach, describe, expect, it } from "vitest";
import { formulaExtensions, setSources } from "./formulaExtensions.ts";
import type { SourceNode } from "./samples.ts";

const source: SourceNode = {
  id: 1,
  title: "Webhook",
  subtitle: "",
  color: "#000",
  icon: "box",
  sample: { total: 5 },
  shape: { kind: "object", fields: new Map([["total", { kind: "number" }]]), others: "none" },
  origin: "run",
};

let view: EditorView | null = null;
afterEach(() => view?.destroy());

function open(doc: string, sources: readonly SourceNode[] = [source]): EditorView {
  const extensions = formulaExtensions({
    sources,
    isMultiline: false,
    placeholder: "",
    onChange: () => undefined,
    onFocus: () => undefined,
  });
  view = new EditorView({ state: EditorState.create({ doc, extensions }), parent: document.body });
  return view;
}

function diagnosticsOf(editor: EditorView): string[] {
  const found: string[] = [];
  forEachDiagnostic(editor.state, ({ severity }, from, to) => {
    found.push(`${severity} ${editor.state.sliceDoc(from, to)}`);
  });
  return found;
}

const tooltips = (editor: EditorView) =>
  editor.state.facet(showTooltip).flatMap((tooltip) => (tooltip ? [tooltip.create(editor).dom.textContent] : []));

describe("a formula box", () => {
  it("underlines what cannot be, once the typing pauses, and again when more is known of the nodes", async () => {
    const editor = open("{{1.totl}} {{2.x}}");
    forceLinting(editor);
    await expect.poll(() => diagnosticsOf(editor)).toEqual(["warning totl"]);
    editor.dispatch({ effects: setSources.of([{ ...source, shape: { kind: "any" } }]) });
    forceLinting(editor);
    await expect.poll(() => diagnosticsOf(editor)).toEqual([]);
  });

  it("shows the call around the cursor only while it has the focus", () => {
    const editor = open("{{round(1.total; 2)}}");
    editor.dispatch({ selection: { anchor: 17 } });
    expect(tooltips(editor)).toEqual([]);
    editor.contentDOM.dispatchEvent(new FocusEvent("focus"));
    expect(tooltips(editor)).toEqual(["round(number; decimals?)Decimals to keep; 0 when left out."]);
    editor.dispatch({ selection: { anchor: 21 } });
    expect(tooltips(editor)).toEqual([]);
  });
});
