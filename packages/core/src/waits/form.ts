/**
 * What a Wait node asks for, read from its config: the form that a person fills in, or what a program has to send. Only what is
 * written out counts; these parts of the config take no formulas, so that an answer which comes before the run can be checked too.
 */
import type { JsonValue } from "../definition/schema.ts";

export const answerFieldTypes = ["text", "longText", "number", "choice", "yesNo", "date"] as const;
export type AnswerFieldType = (typeof answerFieldTypes)[number];

/** A field of the form that a person fills in. */
export interface AnswerField {
  /** What formulas read it by: `{{5.fields.amount}}`. */
  name: string;
  label: string;
  type: AnswerFieldType;
  required: boolean;
  /** Of a choice: what may be chosen. */
  choices: string[];
}

export const bodyFieldTypes = ["any", "text", "number", "yesNo", "list", "object"] as const;
export type BodyFieldType = (typeof bodyFieldTypes)[number];

/** A field that must be in the JSON which a program sends. */
export interface BodyField {
  /** With dots for fields inside of fields: `order.id`. */
  name: string;
  type: BodyFieldType;
}

export type WaitForm = { kind: "approval"; fields: AnswerField[] } | { kind: "event"; bodyFields: BodyField[] };

type Config = Readonly<Record<string, JsonValue>>;

/** The form of a Wait node's config, or of the input that was made of it. */
export function readWaitForm(config: Config): WaitForm {
  if (config.kind === "event") return { kind: "event", bodyFields: rowsOf(config.bodyFields).flatMap(readBodyField) };
  return { kind: "approval", fields: readAnswerFields(config.fields) };
}

/** The fields of a form that can be filled in: those with a name. */
export function readAnswerFields(rows: JsonValue | undefined): AnswerField[] {
  const seen = new Set<string>();
  return rowsOf(rows).flatMap((row): AnswerField[] => {
    const name = textOf(row.name).trim();
    if (name === "" || name === "__proto__" || seen.has(name)) return [];
    seen.add(name);
    const label = textOf(row.label).trim();
    const written = textOf(row.choices)
      .split(/[\n,]/)
      .map((choice) => choice.trim());
    const choices = [...new Set(written)].filter((choice) => choice !== "");
    const type = oneOf(answerFieldTypes, row.type) ?? "text";
    return [
      {
        name,
        label: label === "" ? name : label,
        // With nothing to choose from nobody could answer.
        type: type === "choice" && choices.length === 0 ? "text" : type,
        required: row.required === true || row.required === "true",
        choices,
      },
    ];
  });
}

function readBodyField(row: Record<string, JsonValue>): BodyField[] {
  const name = textOf(row.name).trim();
  return name === "" ? [] : [{ name, type: oneOf(bodyFieldTypes, row.type) ?? "any" }];
}

function rowsOf(rows: JsonValue | undefined): Record<string, JsonValue>[] {
  if (!Array.isArray(rows)) return [];
  return rows.flatMap((row) => (typeof row === "object" && row !== null && !Array.isArray(row) ? [row] : []));
}

const textOf = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");

const oneOf = <Choice extends string>(choices: readonly Choice[], value: JsonValue | undefined): Choice | undefined =>
  choices.find((choice) => choice === value);
