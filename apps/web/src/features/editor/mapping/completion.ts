import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { completeTemplate } from "@patchbay/core";
import type { Completion as FormulaCompletion, JsonValue } from "@patchbay/core";
import type { SourceNode } from "./samples.ts";

/** Offers values, functions and what arguments may be, as core knows them, inside formulas and after `{{`. */
export function completeFormula(context: CompletionContext, sources: readonly SourceNode[]): CompletionResult | null {
  const text = context.state.doc.toString();
  const nodes = sources.map(({ id, title, sample, shape }) => ({ id, name: title, sample, shape }));
  const found = completeTemplate(text, context.pos, { nodes });
  if (!found) return null;
  const isAsked = context.explicit || found.from < context.pos || text.slice(0, context.pos).endsWith("{{");
  if (!isAsked) return null;
  const isUnclosed = text.indexOf("}}", context.pos) < 0;
  const options = found.options.map((option) => toOption(option, isUnclosed));
  // Core has chosen and sorted already.
  return { from: found.from, to: found.to, options, filter: false };
}

function toOption(
  { kind, label, insert, caret, detail, type, info }: FormulaCompletion,
  isUnclosed: boolean,
): Completion {
  const isReference = kind === "reference";
  return {
    label,
    detail: type ? `${detail}, ${type}` : detail,
    ...(info && { info }),
    type: isReference ? "value" : kind,
    apply: (view, _completion, from, to) => {
      const closed = isReference && isUnclosed ? `${insert}}}` : insert;
      view.dispatch({
        changes: { from, to, insert: closed },
        selection: { anchor: from + (isReference ? closed.length : caret) },
        userEvent: "input.complete",
      });
    },
  };
}

/** A value as one short line. */
export function sampleText(value: JsonValue | undefined): string {
  if (value === undefined) return "empty";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
