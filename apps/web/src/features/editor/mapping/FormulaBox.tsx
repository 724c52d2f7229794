"use client";

import "./mapping.css";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { cx } from "@patchbay/ui";
import { useEffect, useMemo, useRef } from "react";
import { formulaAt } from "./formulaTokens.ts";
import { formulaExtensions, setSources } from "./formulaExtensions.ts";
import { FormulaPreview } from "./FormulaPreview.tsx";
import { useMappingScope } from "./MappingContext.tsx";
import type { MappingTarget } from "./MappingContext.tsx";
import type { MappingFieldProps } from "./MappingField.tsx";

/** A text box with formulas shown as pills. The text is the owner's; the editor only keeps up with it. */
export default function FormulaBox(props: MappingFieldProps) {
  const {
    id,
    label,
    value,
    isMultiline = false,
    placeholder = "",
    isInvalid = false,
    describedBy,
    autoFocus = false,
    hasPreview = false,
  } = props;
  const { sources, setTarget, clearTarget } = useMappingScope();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const target = useMemo<MappingTarget>(
    () => ({ insert: (formula) => view.current && insertFormula(view.current, formula) }),
    [],
  );

  useEffect(() => {
    const editor = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          formulaExtensions({
            sources,
            isMultiline,
            placeholder,
            onChange: (text) => latest.current.onChange(text),
            onFocus: () => setTarget(target),
          }),
          EditorView.contentAttributes.of({ id, "aria-label": label, "aria-multiline": String(isMultiline) }),
        ],
      }),
    });
    view.current = editor;
    if (autoFocus) editor.focus();
    return () => {
      clearTarget(target);
      editor.destroy();
    };
    // The editor lives as long as the field does; what changes meanwhile reaches it through the effects below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, isMultiline]);

  useEffect(() => {
    view.current?.dispatch({ effects: setSources.of(sources) });
  }, [sources]);

  useEffect(() => {
    const editor = view.current;
    if (
      !editor ||
      editor.state.doc.toString() === value ||
      (editor.hasFocus && isSameMeaning(editor.state.doc.toString(), value))
    )
      return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const content = view.current?.contentDOM;
    if (!content) return;
    content.setAttribute("aria-invalid", String(isInvalid));
    if (describedBy) content.setAttribute("aria-describedby", describedBy);
  }, [isInvalid, describedBy]);

  return (
    <div className="min-w-0">
      <div
        ref={host}
        className={cx(
          "pb-formula-box w-full rounded-control border bg-surface text-sm text-ink transition-colors focus-within:outline-1",
          isMultiline ? "[&_.cm-content]:min-h-22" : "",
          isInvalid ? "border-bad-mark outline-bad-mark" : "border-control outline-signal focus-within:border-signal",
        )}
      />
      {hasPreview ? <FormulaPreview text={value} isInvalid={isInvalid} /> : null}
    </div>
  );
}

/** While typing JSON, the owner's text is our own one, laid out again: the cursor must not jump for that. */
function isSameMeaning(shown: string, value: string): boolean {
  try {
    return JSON.stringify(JSON.parse(shown)) === JSON.stringify(JSON.parse(value));
  } catch {
    return false;
  }
}

/** Inserts at the cursor: bare inside a formula, with braces outside of one. A function leaves the cursor between its parentheses. */
function insertFormula(view: EditorView, formula: string): void {
  const { from, to } = view.state.selection.main;
  const isInside = formulaAt(view.state.doc.toString(), from) !== null;
  const insert = isInside ? formula : `{{${formula}}}`;
  const isCall = formula.endsWith("()");
  const back = isCall ? (isInside ? 1 : 3) : 0;
  view.dispatch({
    changes: { from, to, insert },
    selection: { anchor: from + insert.length - back },
    userEvent: "input",
  });
  view.focus();
}
