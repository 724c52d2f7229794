import { appError } from "./errors.ts";

/** The trimmed text; throws `invalid`, naming the field, when it is empty or too long. */
export function requireText(text: string, rule: { field: string; maxLength: number }): string {
  const trimmed = text.trim();
  if (trimmed.length === 0) throw appError("invalid", `The ${rule.field} is empty.`, { field: rule.field });
  if (trimmed.length > rule.maxLength) {
    const message = `The ${rule.field} is longer than ${rule.maxLength} characters.`;
    throw appError("invalid", message, { field: rule.field });
  }
  return trimmed;
}
