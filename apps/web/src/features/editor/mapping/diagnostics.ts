import type { Diagnostic } from "@codemirror/lint";
import { compileTemplate, inferTemplate } from "@patchbay/core";
import type { SourceNode } from "./samples.ts";

/**
 * What is wrong with a text's formulas: faults that keep them from being evaluated; and where there are none, fields that cannot
 * exist and values of the wrong type, as far as the nodes' shapes tell.
 */
export function diagnose(text: string, sources: readonly SourceNode[]): Diagnostic[] {
  if (!text.includes("{{")) return [];
  const { issues, parts } = compileTemplate(text);
  const clip = ({ from, to }: { from: number; to: number }) => ({
    from: Math.min(from, text.length),
    to: Math.min(to, text.length),
  });
  if (issues.length > 0) {
    return issues.map((issue) => ({ ...clip(issue), severity: "error", message: issue.message }));
  }
  const shapes = new Map(sources.map(({ id, shape }) => [id, shape]));
  const { faults } = inferTemplate(parts, (id) => shapes.get(id));
  return faults.map(({ message, replacement, ...range }) => ({
    ...clip(range),
    severity: "warning",
    message,
    ...(replacement !== undefined && { actions: [replaceAction(replacement)] }),
  }));
}

const replaceAction = (replacement: string): NonNullable<Diagnostic["actions"]>[number] => ({
  name: `Write ${replacement}`,
  apply: (view, from, to) => view.dispatch({ changes: { from, to, insert: replacement }, userEvent: "input.fix" }),
});
