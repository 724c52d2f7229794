/** How operations are written into log rows and read back. */
import type { JsonValue } from "@patchbay/core";
import type { OperationRecord } from "@patchbay/engine";
import { SHOWN_CHARACTERS } from "./limits.ts";

/** What stands for a value that is too large to show: how large it is, and how it begins. */
export interface CutValue {
  _cut: true;
  characters: number;
  start: string;
}

/** A value that was too large to show, whole: JSON text. */
export interface LargeValue {
  operationId: number;
  field: ValueField;
  text: string;
}
export type ValueField = "input" | "output";

/**
 * JSON text of a finished operation. The trigger's output (operation 1) is left out: it is the run's payload, which is
 * kept once, apart. Values that it cuts are added to `large`.
 */
export function packOperation(record: OperationRecord, large: LargeValue[] = []): string {
  const packed = record.id === 1 ? { ...record, output: null } : record;
  const text = JSON.stringify(packed);
  if (text.length <= SHOWN_CHARACTERS) return text;
  const keep = (field: ValueField) => (whole: string) => large.push({ operationId: record.id, field, text: whole });
  const input = cut(packed.input, keep("input"));
  const output = cut(packed.output, keep("output"));
  return JSON.stringify({ ...packed, input, output, error: cutError(packed) });
}

function cut(value: JsonValue, keep?: (whole: string) => void): JsonValue {
  const text = JSON.stringify(value);
  if (text.length <= SHOWN_CHARACTERS) return value;
  keep?.(text);
  const mark: CutValue = { _cut: true, characters: text.length, start: text.slice(0, SHOWN_CHARACTERS).toWellFormed() };
  return { ...mark };
}

function cutError({ error }: OperationRecord): OperationRecord["error"] {
  if (!error) return null;
  return { ...error, message: error.message.slice(0, 10_000), details: cut(error.details ?? null) };
}

/** Whether a logged value stands for one that was too large to show. */
export function isCut(value: JsonValue): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && value._cut === true;
}

/** Reads the operations of one log row. */
export function unpackOperations(text: string): OperationRecord[] {
  return JSON.parse(`[${text}]`) as OperationRecord[];
}
