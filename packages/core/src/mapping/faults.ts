import type { Expression, TemplateIssue } from "./ast.ts";
import { constants } from "./constants.ts";
import { findFunction, suggestName } from "./functions/catalog.ts";

/** What is wrong with the name or the arguments of one expression; `null` when nothing is. */
export function findNameFault(expression: Expression): TemplateIssue | null {
  const { from, to } = expression;
  if (expression.type === "variable" && !constants.has(expression.name)) {
    return { message: describeUnknownVariable(expression.name), from, to };
  }
  if (expression.type !== "call") return null;
  const message = checkCall(expression.name, expression.args.length);
  return message === null ? null : { message, from, to: from + expression.name.length };
}

function describeUnknownVariable(name: string): string {
  if (findFunction(name)) return `${name} is a function: write ${name}(...).`;
  const suggestion = suggestName(name, [...constants.keys()]);
  if (suggestion) return `There is no value named "${name}". Did you mean ${suggestion}?`;
  return `There is no value named "${name}". Put text in quotes, and refer to a node by its number: 1.${name}.`;
}

function checkCall(name: string, count: number): string | null {
  const definition = findFunction(name);
  if (!definition) {
    const suggestion = suggestName(name);
    return `There is no function named "${name}".${suggestion ? ` Did you mean ${suggestion}?` : ""}`;
  }
  const required = definition.args.filter((argument) => !argument.optional && !argument.rest).length;
  const rest = definition.args.some((argument) => argument.rest);
  if (count < required) return `${name} needs ${countArguments(required)}, separated by ";".`;
  if (!rest && count > definition.args.length)
    return `${name} takes ${countArguments(definition.args.length)} at most.`;
  return null;
}

const countArguments = (count: number): string => `${count} argument${count === 1 ? "" : "s"}`;

/** A message for the fault at a position, from the characters found there. */
export function describeSyntaxError(text: string, from: number, to: number): TemplateIssue {
  const start = Math.min(from, Math.max(text.length - 1, 0));
  const range = { from: start, to: Math.max(to, start + 1) };
  const found = text.slice(from, from + 200).trimStart();
  if (found === "") return { ...range, message: 'This formula is not closed: "}}" is missing at its end.' };
  if (found.startsWith("}}")) return { ...range, message: "Something is missing before the end of the formula." };
  if (found.startsWith('"') || found.startsWith("'")) {
    const message = "This text is not closed, or an operator is missing before it.";
    return { ...range, message };
  }
  if (found.startsWith(",")) return { ...range, message: 'Separate arguments with ";".' };
  if (found.startsWith("[")) return { ...range, message: "Write an item as [1], counted from 1, or [] for all items." };
  if (found.startsWith("`"))
    return { ...range, message: "A name in backticks belongs after a node's number: 1.`name`." };
  if (found.startsWith("{{")) return { ...range, message: "A formula cannot contain another one." };
  return { ...range, message: `"${[...found][0]}" was not expected here.` };
}
