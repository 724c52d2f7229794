/** Checks of what functions pass to `ctx.db`, with the messages of the Convex backend. */
import { identifierProblem } from "../values/identifiers.ts";
import { idProblem } from "../values/ids.ts";
import { isJsonObject, type ConvexJson, type ConvexJsonObject } from "../values/json.ts";

/** @throws unless `name` can be a table's. Names with an underscore are the system's. */
export function checkTableName(name: string, method: string): void {
  const problem = identifierProblem(name);
  if (problem !== null) throw new Error(`Invalid argument \`table\` for \`db.${method}\`: ${problem}`);
  if (name.startsWith("_")) throw new Error("System tables (prefixed with `_`) are read-only.");
}

/** @throws unless `value` is an object, and not the encoding of a scalar. */
export function checkFields(value: ConvexJson, method: string): ConvexJsonObject {
  if (isJsonObject(value) && !Object.keys(value).some((name) => name.startsWith("$"))) return value;
  throw new Error(`Invalid argument \`value\` for \`db.${method}\`: Value must be an Object`);
}

/** Why the text is refused as an id. */
export function refusedId(id: string, method: string): Error {
  const problem = idProblem(id) ?? "Invalid table number";
  return new Error(`Invalid argument \`id\` for \`db.${method}\`: Unable to decode ID: ${problem}`);
}
