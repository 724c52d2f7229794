import { appError } from "./errors.ts";

/** What a text from outside must be. `field` names it to the person. */
export interface TextRule {
  field: string;
  maxLength: number;
}

/** The trimmed text; throws `invalid`, naming the field, when it is empty, too long or half a character. */
export function requireText(text: string, rule: TextRule): string {
  const trimmed = text.trim();
  if (trimmed.length === 0) throw appError("invalid", `The ${rule.field} is empty.`, { field: rule.field });
  return checkText(trimmed, rule);
}

/** The text as it is; throws `invalid`, naming the field, when it is too long or not valid Unicode, which no row can hold. */
export function checkText(text: string, { field, maxLength }: TextRule): string {
  if (text.length > maxLength)
    throw appError("invalid", `The ${field} is longer than ${maxLength} characters.`, { field });
  if (!text.isWellFormed()) throw appError("invalid", `The ${field} is not valid Unicode text.`, { field });
  return text;
}
