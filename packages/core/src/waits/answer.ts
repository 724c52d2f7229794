/** Checks what comes in as the answer to a waiting run. */
import type { JsonValue } from "../definition/schema.ts";
import type { AnswerField, BodyField, WaitForm } from "./form.ts";

/** What an answer that fits comes to: part of the bundle that the Wait node emits. */
export type WaitAnswer =
  { body: JsonValue } | { decision: "approved" | "rejected"; fields: Record<string, JsonValue>; comment: string };

/** What is wrong with one field of an answer; `field` is its path, empty for the answer as a whole. */
export interface AnswerFault {
  field: string;
  message: string;
}

export type CheckedAnswer = { ok: true; answer: WaitAnswer } | { ok: false; faults: AnswerFault[] };

const MAX_TEXT_CHARACTERS = 20_000;
const MAX_SHORT_TEXT_CHARACTERS = 1_000;

/** Checks an answer, JSON as it came in. What a form does not ask for is refused, so that a misspelt field is noticed. */
export function checkAnswer(form: WaitForm, given: JsonValue): CheckedAnswer {
  return form.kind === "event" ? checkBody(form.bodyFields, given) : checkDecision(form.fields, given);
}

function checkBody(fields: readonly BodyField[], body: JsonValue): CheckedAnswer {
  const faults = fields.flatMap(({ name, type }): AnswerFault[] => {
    const value = valueAt(body, name.split("."));
    if (value === undefined || value === null) return [{ field: name, message: `${name} is missing.` }];
    return bodyTypes[type](value) ? [] : [{ field: name, message: `${name} must be ${bodyTypeNames[type]}.` }];
  });
  return faults.length === 0 ? { ok: true, answer: { body } } : { ok: false, faults };
}

function valueAt(body: JsonValue, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = body;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, JsonValue>)[key];
  }
  return value;
}

const bodyTypes: Record<BodyField["type"], (value: JsonValue) => boolean> = {
  any: () => true,
  text: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  yesNo: (value) => typeof value === "boolean",
  list: (value) => Array.isArray(value),
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};
const bodyTypeNames: Record<BodyField["type"], string> = {
  any: "there",
  text: "text",
  number: "a number",
  yesNo: "true or false",
  list: "a list",
  object: "an object",
};

function checkDecision(form: readonly AnswerField[], given: JsonValue): CheckedAnswer {
  if (!isObject(given)) return failed("", 'The answer must be an object: { "decision": "approved", "fields": { } }.');
  const { decision, fields = {}, comment = "", ...others } = given;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return failed(unknown, `There is no field "${unknown}" in an answer.`);
  if (decision !== "approved" && decision !== "rejected") {
    return failed("decision", 'decision must be "approved" or "rejected".');
  }
  if (typeof comment !== "string" || comment.length > MAX_TEXT_CHARACTERS) {
    return failed("comment", `comment must be a text of ${MAX_TEXT_CHARACTERS} characters at most.`);
  }
  if (!isObject(fields)) return failed("fields", "fields must be an object.");
  const faults: AnswerFault[] = Object.keys(fields)
    .filter((name) => !form.some((field) => field.name === name))
    .map((name) => ({ field: `fields.${name}`, message: `The form has no field "${name}".` }));
  const read: Record<string, JsonValue> = {};
  for (const field of form) {
    const value = Object.hasOwn(fields, field.name) ? fields[field.name] : undefined;
    const message = checkField(field, value, decision);
    if (message !== null) faults.push({ field: `fields.${field.name}`, message });
    else if (!isAbsent(value)) read[field.name] = value!;
  }
  return faults.length === 0 ? { ok: true, answer: { decision, fields: read, comment } } : { ok: false, faults };
}

const failed = (field: string, message: string): CheckedAnswer => ({ ok: false, faults: [{ field, message }] });

const isAbsent = (value: JsonValue | undefined): boolean => value === undefined || value === null || value === "";

/** Who rejects need not fill in the form. */
function checkField(
  field: AnswerField,
  value: JsonValue | undefined,
  decision: "approved" | "rejected",
): string | null {
  if (isAbsent(value)) return field.required && decision === "approved" ? `${field.label} is required.` : null;
  switch (field.type) {
    case "text":
      return isText(value, MAX_SHORT_TEXT_CHARACTERS)
        ? null
        : `${field.label} must be a text of ${MAX_SHORT_TEXT_CHARACTERS} characters at most.`;
    case "longText":
      return isText(value, MAX_TEXT_CHARACTERS)
        ? null
        : `${field.label} must be a text of ${MAX_TEXT_CHARACTERS} characters at most.`;
    case "number":
      return typeof value === "number" ? null : `${field.label} must be a number.`;
    case "choice":
      return typeof value === "string" && field.choices.includes(value)
        ? null
        : `${field.label} must be one of: ${field.choices.join(", ")}.`;
    case "yesNo":
      return typeof value === "boolean" ? null : `${field.label} must be true or false.`;
    case "date":
      return isDate(value) ? null : `${field.label} must be a date such as 2026-03-14.`;
  }
}

const isText = (value: JsonValue | undefined, maxCharacters: number): boolean =>
  typeof value === "string" && value.length <= maxCharacters;

/** A day of the calendar: 30 February is none. */
function isDate(value: JsonValue | undefined): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const ms = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value);
}

const isObject = (value: JsonValue | undefined): value is Record<string, JsonValue> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
