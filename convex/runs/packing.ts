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

/**
 * JSON text of a finished operation. The trigger's output (operation 1) is left out: it is the run's payload, which is
 * kept once, apart.
 */
export function packOperation(record: OperationRecord): string {
  const packed = record.id === 1 ? { ...record, output: null } : record;
  const text = JSON.stringify(packed);
  if (text.length <= SHOWN_CHARACTERS) return text;
  return JSON.stringify({ ...packed, input: cut(packed.input), output: cut(packed.output), error: cutError(packed) });
}

function cut(value: JsonValue): JsonValue {
  const text = JSON.stringify(value);
  if (text.length <= SHOWN_CHARACTERS) return value;
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
