import { mappingParser } from "@patchbay/core";

/** A stretch of a template that shows as something else than its plain characters. */
export type FormulaToken =
  /** `1.body.total`, or all of `{{1.body.total}}` where nothing else is between the braces. */
  | { kind: "pill"; from: number; to: number; nodeId: number; path: string; isWhole: boolean }
  | { kind: "brace"; from: number; to: number; formula: { from: number; to: number } }
  | { kind: "function"; from: number; to: number }
  | { kind: "close"; from: number; to: number }
  | { kind: "separator"; from: number; to: number }
  | { kind: "literal"; from: number; to: number };

/** Reads a template into what its box draws, in the order of the text. Broken formulas keep their braces visible. */
export function formulaTokens(text: string): FormulaToken[] {
  const tokens: FormulaToken[] = [];
  if (!text.includes("{{")) return tokens;
  let formula = { from: 0, to: 0, isBroken: false, wholeReference: null as { from: number; to: number } | null };
  mappingParser.parse(text).iterate({
    enter(node) {
      const { from, to, name } = node;
      switch (name) {
        case "Interpolation": {
          const first = node.node.firstChild?.nextSibling;
          const isReference = first?.name === "Reference" && first.nextSibling?.name === "Close";
          formula = {
            from,
            to,
            isBroken: hasError(node.node),
            wholeReference: isReference && first ? { from: first.from, to: first.to } : null,
          };
          if (formula.wholeReference) tokens.push(pill(text, formula.wholeReference, { from, to }));
          return formula.wholeReference === null;
        }
        case "Reference":
          tokens.push(pill(text, { from, to }, { from, to }));
          return false;
        case "Open":
        case "Close":
          if (!formula.isBroken)
            tokens.push({ kind: "brace", from, to, formula: { from: formula.from, to: formula.to } });
          return;
        case "FunctionName":
          tokens.push({ kind: "function", from, to: text[to] === "(" ? to + 1 : to });
          return;
        case "Separator":
          tokens.push({ kind: "separator", from, to });
          return;
        case "ParenClose":
          if (node.node.parent?.name === "ArgumentList") tokens.push({ kind: "close", from, to });
          return;
        case "String":
        case "Number":
        case "Variable":
          tokens.push({ kind: "literal", from, to });
          return;
        default:
          return;
      }
    },
  });
  return tokens;
}

function pill(
  text: string,
  reference: { from: number; to: number },
  range: { from: number; to: number },
): FormulaToken {
  const source = text.slice(reference.from, reference.to);
  const dot = source.indexOf(".");
  const path = source.slice(dot + 1).replaceAll("`", "");
  return {
    kind: "pill",
    ...range,
    nodeId: Number(source.slice(0, dot)),
    path: path === "*" ? "everything" : path,
    isWhole: range.from !== reference.from,
  };
}

function hasError(node: {
  cursor(): { next(): boolean; type: { isError: boolean }; from: number };
  to: number;
}): boolean {
  const cursor = node.cursor();
  do {
    if (cursor.type.isError) return true;
  } while (cursor.next() && cursor.from < node.to);
  return false;
}

/** The formula around a position, without its braces, or null in literal text. */
export function formulaAt(text: string, position: number): { from: number; to: number } | null {
  const open = text.lastIndexOf("{{", position - 1);
  if (open < 0 || open + 2 > position) return null;
  const close = text.indexOf("}}", open);
  if (close >= 0 && close < position) return null;
  return { from: open + 2, to: close < 0 ? text.length : close };
}
