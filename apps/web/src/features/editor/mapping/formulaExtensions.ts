import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { linter } from "@codemirror/lint";
import { EditorState, Facet, StateEffect, StateField } from "@codemirror/state";
import type { Extension, Range } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  WidgetType,
  drawSelection,
  keymap,
  placeholder as placeholderOf,
} from "@codemirror/view";
import type { DecorationSet } from "@codemirror/view";
import { completeFormula } from "./completion.ts";
import { diagnose } from "./diagnostics.ts";
import { formulaTokens } from "./formulaTokens.ts";
import type { FormulaToken } from "./formulaTokens.ts";
import type { SourceNode } from "./samples.ts";
import { signatureHelp } from "./signatureHelp.ts";

/** What pills and completions know about the nodes; replaced as a whole when it changes. */
export const setSources = StateEffect.define<readonly SourceNode[]>();
const initialSources = Facet.define<readonly SourceNode[], readonly SourceNode[]>({
  combine: (values) => values[0] ?? [],
});
const setFocused = StateEffect.define<boolean>();

export interface FormulaBoxSetup {
  sources: readonly SourceNode[];
  isMultiline: boolean;
  placeholder: string;
  onChange: (text: string) => void;
  onFocus: () => void;
}

/** Everything that makes a CodeMirror editor a formula box. */
export function formulaExtensions({
  sources,
  isMultiline,
  placeholder,
  onChange,
  onFocus,
}: FormulaBoxSetup): Extension[] {
  return [
    initialSources.of(sources),
    sourcesField,
    focusField,
    pillField,
    EditorView.atomicRanges.of((view) => view.state.field(pillField).atoms),
    history(),
    drawSelection(),
    EditorView.lineWrapping,
    EditorState.allowMultipleSelections.of(false),
    isMultiline ? [] : singleLine,
    placeholderOf(placeholder),
    autocompletion({
      override: [(context) => completeFormula(context, context.state.field(sourcesField))],
      icons: false,
      closeOnBlur: true,
    }),
    signatureHelp((state) => state.field(focusField)),
    // Both wait until the typing pauses.
    linter((view) => diagnose(view.state.doc.toString(), view.state.field(sourcesField)), {
      delay: 250,
      needsRefresh: ({ transactions }) =>
        transactions.some(({ effects }) => effects.some((effect) => effect.is(setSources))),
    }),
    keymap.of([
      ...completionKeymap,
      ...historyKeymap,
      ...defaultKeymap.filter((binding) => isMultiline || binding.key !== "Enter"),
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
    EditorView.domEventHandlers({
      focus: (_event, view) => {
        onFocus();
        view.dispatch({ effects: setFocused.of(true) });
      },
      blur: (_event, view) => {
        view.dispatch({ effects: setFocused.of(false) });
      },
    }),
    theme,
  ];
}

/** Line breaks become spaces, also in what is pasted. */
const singleLine = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || transaction.newDoc.lines === 1) return transaction;
  const text = transaction.newDoc.toString();
  return [
    {
      changes: { from: 0, to: transaction.startState.doc.length, insert: text.replaceAll(/\s*\n\s*/g, " ") },
      selection: { anchor: Math.min(transaction.newSelection.main.head, text.length) },
    },
  ];
});

const sourcesField = StateField.define<readonly SourceNode[]>({
  create: (state) => state.facet(initialSources),
  update: (value, transaction) =>
    transaction.effects.reduce((current, effect) => (effect.is(setSources) ? effect.value : current), value),
});

const focusField = StateField.define<boolean>({
  create: () => false,
  update: (value, transaction) =>
    transaction.effects.reduce((current, effect) => (effect.is(setFocused) ? effect.value : current), value),
});

interface Pills {
  decorations: DecorationSet;
  atoms: DecorationSet;
}

const pillField = StateField.define<Pills>({
  create: build,
  update: (value, transaction) => {
    const isSame = !transaction.docChanged && transaction.effects.length === 0 && !transaction.selection;
    return isSame ? value : build(transaction.state);
  },
  provide: (field) => EditorView.decorations.from(field, (pills) => pills.decorations),
});

const marks = {
  function: Decoration.mark({ class: "pb-formula-function" }),
  close: Decoration.mark({ class: "pb-formula-function" }),
  separator: Decoration.mark({ class: "pb-formula-separator" }),
  literal: Decoration.mark({ class: "pb-formula-literal" }),
};
const dimBrace = Decoration.mark({ class: "pb-formula-brace" });
const hidden = Decoration.replace({});

function build(state: EditorState): Pills {
  const sources = state.field(sourcesField, false) ?? state.facet(initialSources);
  const isFocused = state.field(focusField, false) ?? false;
  const { from, to } = state.selection.main;
  const decorations: Range<Decoration>[] = [];
  const atoms: Range<Decoration>[] = [];
  for (const token of formulaTokens(state.doc.toString())) {
    // A reference that is being typed stays text, so that its letters can be corrected one by one.
    if (token.kind === "pill" && !token.isWhole && isFocused && from === to && to === token.to) continue;
    const decoration = decorationOf(token, sources, isFocused && touches(token, from, to));
    const range = decoration.range(token.from, token.to);
    decorations.push(range);
    if (token.kind === "pill") atoms.push(range);
  }
  return { decorations: Decoration.set(decorations, true), atoms: Decoration.set(atoms, true) };
}

/** Braces show while the cursor is inside their formula, so that one sees where it ends. */
function touches(token: FormulaToken, from: number, to: number): boolean {
  return token.kind === "brace" && to > token.formula.from && from < token.formula.to;
}

function decorationOf(token: FormulaToken, sources: readonly SourceNode[], isTouched: boolean): Decoration {
  if (token.kind === "brace") return isTouched ? dimBrace : hidden;
  if (token.kind !== "pill") return marks[token.kind];
  const source = sources.find((each) => each.id === token.nodeId);
  return Decoration.replace({
    widget: new PillWidget(token.nodeId, token.path, source?.color ?? null, source?.title ?? null),
  });
}

/** A reference as a pill: the node's id in its colour, then the path. Red where no such node comes before this one. */
class PillWidget extends WidgetType {
  private readonly nodeId: number;
  private readonly path: string;
  private readonly color: string | null;
  private readonly title: string | null;

  constructor(nodeId: number, path: string, color: string | null, title: string | null) {
    super();
    this.nodeId = nodeId;
    this.path = path;
    this.color = color;
    this.title = title;
  }

  override eq(other: PillWidget): boolean {
    return (
      other.nodeId === this.nodeId &&
      other.path === this.path &&
      other.color === this.color &&
      other.title === this.title
    );
  }

  override toDOM(): HTMLElement {
    const pill = document.createElement("span");
    pill.className = this.color === null ? "pb-pill pb-pill-broken" : "pb-pill";
    if (this.color !== null) pill.style.setProperty("--pill", this.color);
    pill.title =
      this.title === null ? `Node ${this.nodeId} does not come before this one.` : `${this.title}: ${this.path}`;
    const id = document.createElement("span");
    id.className = "pb-pill-id";
    id.textContent = String(this.nodeId);
    const path = document.createElement("span");
    path.className = "pb-pill-path";
    path.textContent = this.path;
    pill.append(id, path);
    return pill;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

/** Layout only; what has a colour is in mapping.css, on the theme's tokens. */
const theme = EditorView.theme({
  "&": { fontSize: "inherit", outline: "none" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "24px", overflowX: "hidden", maxHeight: "220px" },
  ".cm-content": { padding: "3px 0", caretColor: "var(--color-ink)" },
  ".cm-line": { padding: "0 8px" },
});
