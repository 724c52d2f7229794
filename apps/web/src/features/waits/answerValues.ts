import type { AnswerField, JsonValue } from "@patchbay/core";

export type Decision = "approved" | "rejected";

/** What stands in the form's boxes, by the name of the field. */
export type AnswerValues = Readonly<Record<string, string>>;

/** The answer that a form comes to. What was left empty is left out; what a number box holds that is no number stays text. */
export function toAnswer(
  fields: readonly Pick<AnswerField, "name" | "type">[],
  filled: { decision: Decision; values: AnswerValues; comment: string },
): { decision: Decision; fields: Record<string, JsonValue>; comment: string } {
  const entries = fields.flatMap(({ name, type }): [string, JsonValue][] => {
    const text = (filled.values[name] ?? "").trim();
    return text === "" ? [] : [[name, toValue(type, text)]];
  });
  return { decision: filled.decision, fields: Object.fromEntries(entries), comment: filled.comment.trim() };
}

function toValue(type: AnswerField["type"], text: string): JsonValue {
  if (type === "yesNo") return text === "yes";
  if (type !== "number") return text;
  // On many keyboards the comma is what is at hand.
  const number = Number(text.replace(",", "."));
  return Number.isFinite(number) ? number : text;
}
