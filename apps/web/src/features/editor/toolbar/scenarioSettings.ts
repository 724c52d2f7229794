import { parseSensitiveField, type Definition } from "@patchbay/core";

export type Limit = { ok: true; value: number | undefined } | { ok: false; message: string };

/** A whole number from 1 to `highest` as it was typed; empty stands for no limit of one's own. */
export function readLimit(text: string, highest: number): Limit {
  const trimmed = text.trim();
  if (trimmed === "") return { ok: true, value: undefined };
  const value = Number(trimmed);
  if (Number.isInteger(value) && value >= 1 && value <= highest) return { ok: true, value };
  return { ok: false, message: `Enter a whole number from 1 to ${highest.toLocaleString("en")}, or leave it empty.` };
}

export type SensitiveFields = { ok: true; value: string[] | undefined } | { ok: false; message: string };

const MAX_SENSITIVE_FIELDS = 100;

/** Sensitive fields as they were typed, one per line; none where there is nothing. */
export function readSensitiveFields(text: string): SensitiveFields {
  const lines = [...new Set(text.split("\n").map((line) => line.trim()))].filter((line) => line !== "");
  const wrong = lines.find((line) => line.length > 500 || parseSensitiveField(line) === null);
  if (wrong !== undefined) {
    return {
      ok: false,
      message: `“${wrong.slice(0, 60)}” is no field. Write a node's number and a path: 1.body.card.`,
    };
  }
  if (lines.length > MAX_SENSITIVE_FIELDS)
    return { ok: false, message: `No more than ${MAX_SENSITIVE_FIELDS} fields.` };
  return { ok: true, value: lines.length > 0 ? lines : undefined };
}

export const lifeUnits = [
  { unit: "days", seconds: 86_400 },
  { unit: "hours", seconds: 3_600 },
  { unit: "minutes", seconds: 60 },
] as const;
/** A span as it is typed: a number and its unit. */
export interface Life {
  text: string;
  unit: (typeof lifeUnits)[number]["unit"];
}

const MAX_LIFE_SECONDS = 90 * 86_400;

/** A span in the largest unit that shows it whole. */
export function showLife(seconds: number | undefined): Life {
  if (seconds === undefined) return { text: "", unit: "days" };
  const whole = lifeUnits.find((each) => seconds % each.seconds === 0) ?? lifeUnits[2];
  return { text: String(Math.max(1, Math.round(seconds / whole.seconds))), unit: whole.unit };
}

/** Seconds of a span from a minute to 90 days; empty stands for no limit of one's own. */
export function readLife({ text, unit }: Life): Limit {
  const { seconds } = lifeUnits.find((each) => each.unit === unit) ?? lifeUnits[0];
  const read = readLimit(text, MAX_LIFE_SECONDS / seconds);
  return read.ok && read.value !== undefined ? { ok: true, value: read.value * seconds } : read;
}

/** The definition with settings replaced; `undefined` removes one, and without any there is no `settings`. */
export function withSettings(
  definition: Definition,
  changed: {
    [Name in keyof NonNullable<Definition["settings"]>]: NonNullable<Definition["settings"]>[Name] | undefined;
  },
): Definition {
  const { settings: before, ...rest } = definition;
  const kept = Object.entries({ ...before, ...changed }).filter(([, value]) => value !== undefined);
  return kept.length === 0 ? rest : { ...rest, settings: Object.fromEntries(kept) };
}
