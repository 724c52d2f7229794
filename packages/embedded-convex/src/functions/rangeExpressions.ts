import { displayValue } from "../values/display.ts";
import type { ConvexJson } from "../values/json.ts";
import { decodeUndefined, type RangeExpression } from "./queryTypes.ts";

/** One end of a range on a field. */
export interface Bound {
  value: ConvexJson | undefined;
  inclusive: boolean;
}

/** A range expression sorted by what it says: equalities on the first fields of the index, bounds on the next one. */
export interface CompiledRange {
  equalities: { field: string; value: ConvexJson | undefined }[];
  bounds: { field: string; lower: Bound | null; upper: Bound | null } | null;
}

interface SplitRange {
  equalities: Map<string, ConvexJson | undefined>;
  bounds: CompiledRange["bounds"];
}

const MORE = "For more information see https://docs.convex.dev/using/indexes.";
const ID = "_id";

/**
 * Checks a range against the fields of an index (`_creationTime` and `_id` at their end) and sorts it. Equalities may come in
 * any order.
 *
 * @throws with the messages of the Convex backend.
 */
export function compileRange(
  name: string,
  fields: readonly string[],
  range: readonly RangeExpression[],
): CompiledRange {
  const { equalities, bounds } = split(name, range);
  const shown = list(fields.length === 1 ? fields : fields.filter((field) => field !== ID));
  for (const field of [...equalities.keys(), ...(bounds === null ? [] : [bounds.field])]) {
    if (fields.includes(field)) continue;
    throw new Error(
      `The index range included a comparison with ${JSON.stringify(field)}, but ${name} with fields ${shown} doesn't index this field. ${MORE}`,
    );
  }
  const sorted = [...equalities.keys()].sort((left, right) => fields.indexOf(left) - fields.indexOf(right));
  const used = bounds === null ? sorted : [...sorted, bounds.field];
  const wrong = used.find((field, position) => fields[position] !== field);
  if (wrong !== undefined) {
    throw new Error(
      `Tried to query index ${name} but the query didn't use the index fields in order.\nIndex fields: ${shown}\n` +
        `Query fields: ${list(used)}\nFirst incorrect field: ${JSON.stringify(wrong)}\n${MORE}`,
    );
  }
  return { equalities: sorted.map((field) => ({ field, value: equalities.get(field) })), bounds };
}

function split(name: string, range: readonly RangeExpression[]): SplitRange {
  const equalities: SplitRange["equalities"] = new Map();
  let bounds: SplitRange["bounds"] = null;
  for (const { type, fieldPath: field, value: encoded } of range) {
    const value = decodeUndefined(encoded);
    if (type === "Eq") {
      if (equalities.has(field)) throw alreadyDefined("equality", field, "==", equalities.get(field));
      equalities.set(field, value);
      continue;
    }
    const end = type === "Lt" || type === "Lte" ? "upper" : "lower";
    if (bounds !== null && bounds[end] !== null) throw alreadyDefined(end, field, COMPARATORS[type], value);
    if (bounds !== null && bounds.field !== field) {
      throw new Error(
        `Upper and lower bounds in \`range\` can only be applied to a single index field. This query against index ${name} attempted to set a range bound on both ${JSON.stringify(bounds.field)} and ${JSON.stringify(field)}. Consider using \`filter\` instead. See https://docs.convex.dev/using/indexes for more info.`,
      );
    }
    bounds ??= { field, lower: null, upper: null };
    bounds[end] = { value, inclusive: type === "Lte" || type === "Gte" };
  }
  if (bounds !== null && equalities.has(bounds.field)) {
    throw alreadyDefined("inequality", bounds.field, "==", equalities.get(bounds.field));
  }
  return { equalities, bounds };
}

const COMPARATORS = { Gt: ">", Gte: ">=", Lt: "<", Lte: "<=" } as const;

function alreadyDefined(bound: string, field: string, comparator: string, value: ConvexJson | undefined): Error {
  const shown = value === undefined ? "undefined" : displayValue(value);
  return new Error(
    `Already defined ${bound} bound in index range. Can't add ${JSON.stringify(field)} ${comparator} ${shown}.`,
  );
}

function list(fields: readonly string[]): string {
  return `[${fields.map((field) => JSON.stringify(field)).join(", ")}]`;
}
