import { manifestCatalog } from "@patchbay/catalog/manifests";
import type { JsonLike } from "@patchbay/ui";
import { readCut, type Operation, type RunDetail } from "./runModel.ts";

/** One field of the stopped operation's input, as a box to edit. */
export interface InputBox {
  field: string;
  label: string;
  /** Texts are edited as they are, everything else as JSON. */
  kind: "text" | "json";
  /** As it was filled in; empty for a field that the operation did not have. */
  before: string;
  text: string;
}

/**
 * The input of the operation that stopped, field by field; fields of the node's form that were empty come after. An input that is too
 * large to show gives empty boxes: what is not filled in stays as it is.
 */
export function toBoxes(run: Pick<RunDetail, "definition" | "stopped">, operation: Operation | undefined): InputBox[] {
  const node = run.definition.nodes.find((each) => each.id === run.stopped?.nodeId);
  const schema = node && manifestCatalog.getNodeKind(node.type, node.typeVersion)?.node.input;
  const properties = (schema?.properties ?? {}) as Record<string, { title?: string; type?: string }>;
  const input = fieldsOf(operation?.input);
  const names = [...Object.keys(input), ...Object.keys(properties).filter((name) => !Object.hasOwn(input, name))];
  return names.map((field) => {
    const value = input[field];
    const isText = typeof value === "string" || (value === undefined && properties[field]?.type === "string");
    const before = value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value, null, 2);
    return { field, label: properties[field]?.title ?? field, kind: isText ? "text" : "json", before, text: before };
  });
}

function fieldsOf(input: JsonLike | undefined): Record<string, JsonLike> {
  if (input === undefined || input === null || typeof input !== "object" || Array.isArray(input)) return {};
  return readCut(input) ? {} : (input as Record<string, JsonLike>);
}

export type Changes =
  | { ok: true; count: number; /** Of the changed fields. */ json: string }
  | { ok: false; field: string; message: string };

/** What was changed; a box that was emptied makes its field empty. */
export function changesOf(boxes: readonly InputBox[]): Changes {
  const changed: Record<string, unknown> = {};
  for (const { field, label, kind, before, text } of boxes) {
    if (text === before) continue;
    if (kind === "text") changed[field] = text;
    else if (text.trim() === "") changed[field] = null;
    else {
      const read = readOutput(text);
      if (!read.ok) return { ok: false, field, message: `${label}: ${read.message}` };
      changed[field] = read.value;
    }
  }
  return { ok: true, count: Object.keys(changed).length, json: JSON.stringify(changed) };
}

/** JSON as somebody typed it. */
export function readOutput(text: string): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, message: 'This is not JSON. Texts need quotes: “"like this"”.' };
  }
}
