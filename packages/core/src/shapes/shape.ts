import type { PathStep } from "../mapping/ast.ts";
import { suggestName } from "../mapping/functions/catalog.ts";
import { formatStep } from "../mapping/path.ts";

/** What is known of a value before the run. `date` is a text in ISO 8601; `nothing` is a value that is always empty. */
export type Shape =
  | { kind: "any" | "nothing" | "number" | "boolean" | "date" }
  /** `choices`: the only texts that it may be. */
  | { kind: "text"; choices?: readonly string[] }
  | { kind: "list"; item: Shape }
  | ObjectShape
  | { kind: "union"; of: readonly Shape[] };

export interface ObjectShape {
  kind: "object";
  fields: ReadonlyMap<string, Shape>;
  /**
   * Fields beside these: values of a shape; `none` where a schema rules them out; `unseen` where only a sample is known,
   * which had none.
   */
  others: Shape | "none" | "unseen";
}

export const anyShape: Shape = { kind: "any" };
export const nothing: Shape = { kind: "nothing" };
export const text: Shape = { kind: "text" };
export const number: Shape = { kind: "number" };
export const boolean: Shape = { kind: "boolean" };
export const date: Shape = { kind: "date" };
export const listOf = (item: Shape): Shape => ({ kind: "list", item });
export const objectOf = (fields: Record<string, Shape>, others: ObjectShape["others"] = "none"): ObjectShape => ({
  kind: "object",
  fields: new Map(Object.entries(fields)),
  others,
});
/** An object of which nothing else is known. */
export const anyObject: ObjectShape = objectOf({}, anyShape);

/** Longest list of alternatives that is worth keeping apart. */
const MAX_ALTERNATIVES = 12;

/** A value that has one of several shapes. Lists become one list of what any of them holds, objects one object. */
export function unite(shapes: readonly Shape[]): Shape {
  const members = new Map<string, Shape>();
  for (const shape of shapes.flatMap((each) => (each.kind === "union" ? each.of : [each]))) {
    if (shape.kind === "any") return anyShape;
    const known = members.get(shape.kind);
    members.set(shape.kind, known ? uniteAlike(known, shape) : shape);
  }
  if (members.delete("date")) members.set(members.has("text") ? "text" : "date", members.has("text") ? text : date);
  const [only] = members.values();
  if (!only) return nothing;
  if (members.size === 1) return only;
  return members.size > MAX_ALTERNATIVES ? anyShape : { kind: "union", of: [...members.values()] };
}

function uniteAlike(a: Shape, b: Shape): Shape {
  if (a === b) return a;
  if (a.kind === "list" && b.kind === "list") return listOf(unite([a.item, b.item]));
  if (a.kind === "object" && b.kind === "object") return uniteObjects(a, b);
  if (a.kind === "text" && b.kind === "text") {
    return a.choices && b.choices ? { kind: "text", choices: [...new Set([...a.choices, ...b.choices])] } : text;
  }
  return a;
}

function uniteObjects(a: ObjectShape, b: ObjectShape): ObjectShape {
  const fields = new Map<string, Shape>();
  for (const name of new Set([...a.fields.keys(), ...b.fields.keys()])) {
    fields.set(name, unite([a.fields.get(name) ?? otherOf(a), b.fields.get(name) ?? otherOf(b)]));
  }
  return { kind: "object", fields, others: uniteOthers(a.others, b.others) };
}

const otherOf = ({ others }: ObjectShape): Shape => (typeof others === "string" ? nothing : others);

function uniteOthers(a: ObjectShape["others"], b: ObjectShape["others"]): ObjectShape["others"] {
  if (typeof a !== "string" || typeof b !== "string") return unite([a, b].filter((each) => typeof each !== "string"));
  return a === "unseen" || b === "unseen" ? "unseen" : "none";
}

/** What a schema says, with what a sample shows where the schema says nothing. */
export function refine(shape: Shape, sample: Shape): Shape {
  if (shape.kind === "any") return sample;
  if (shape.kind === "list" && sample.kind === "list") return listOf(refine(shape.item, sample.item));
  if (shape.kind !== "object" || sample.kind !== "object") return shape;
  const fields = new Map(shape.fields);
  for (const [name, inner] of sample.fields) {
    const known = fields.get(name) ?? (shape.others === "none" ? undefined : otherOf(shape));
    if (known) fields.set(name, refine(known, inner));
  }
  // A schema that allows anything leaves the sample as the best there is.
  const others = typeof shape.others !== "string" && shape.others.kind === "any" ? "unseen" : shape.others;
  return { kind: "object", fields, others };
}

/** The shape without "nothing" among its alternatives. */
export function present(shape: Shape): Shape {
  return shape.kind === "union" ? unite(shape.of.filter(({ kind }) => kind !== "nothing")) : shape;
}

/** The alternatives of a shape; of one that is no union, itself. */
export const alternativesOf = (shape: Shape): readonly Shape[] => (shape.kind === "union" ? shape.of : [shape]);

/** Why a path cannot lead anywhere. */
export interface PathFault {
  /** Which step it is. */
  step: number;
  message: string;
  /** Whether a schema rules it out; otherwise the sample at hand just does not have it. */
  isCertain: boolean;
  /** What was probably meant in place of that step. */
  suggestion?: PathStep;
}

export type PathReading = { shape: Shape; fault?: undefined } | { shape: Shape; fault: PathFault };

/** Follows a path. `place` is how the value is written, for messages: `1` or `This value`. */
export function readShape(shape: Shape, path: readonly PathStep[], place: string): PathReading {
  let current = shape;
  for (const [index, step] of path.entries()) {
    const next = readStep(current, step, () => place + path.slice(0, index).map(formatStep).join(""));
    if (next.fault) return { shape: nothing, fault: { ...next.fault, step: index } };
    if (step.kind === "each") return readEach(next.shape, path, index, place);
    current = next.shape;
  }
  return { shape: current };
}

/** The rest of the path, for all items. */
function readEach(item: Shape, path: readonly PathStep[], index: number, place: string): PathReading {
  const rest = path.slice(index + 1);
  const written =
    place +
    path
      .slice(0, index + 1)
      .map(formatStep)
      .join("");
  const found = readShape(item, rest, written);
  // What every item lacks leaves an empty list.
  if (found.fault) return { shape: listOf(nothing), fault: { ...found.fault, step: found.fault.step + index + 1 } };
  // Lists within lists become one.
  return { shape: rest.some(({ kind }) => kind === "each") ? found.shape : listOf(present(found.shape)) };
}

function readStep(shape: Shape, step: PathStep, place: () => string): PathReading {
  if (shape.kind === "any" || shape.kind === "nothing") return { shape };
  if (shape.kind === "union") return readAlternatives(shape.of, step, place);
  if (step.kind === "key") return readField(shape, step.key, place);
  if (shape.kind === "list") return { shape: shape.item };
  return fault(`${place()} is ${describeShape(shape)}, not a list.`, true);
}

/** Right when it is right for one of the alternatives. */
function readAlternatives(shapes: readonly Shape[], step: PathStep, place: () => string): PathReading {
  const readings = shapes.filter(({ kind }) => kind !== "nothing").map((shape) => readStep(shape, step, place));
  const sound = readings.filter((reading) => !reading.fault);
  if (sound.length > 0) return { shape: unite(sound.map((reading) => reading.shape)) };
  return readings[0] ?? { shape: nothing };
}

function readField(
  shape: Exclude<Shape, { kind: "any" | "nothing" | "union" }>,
  key: string,
  place: () => string,
): PathReading {
  if (shape.kind === "list") {
    return fault(`${place()} is a list: take an item with [1] or all of them with [].`, true, { kind: "each" });
  }
  if (shape.kind !== "object") return fault(`${place()} is ${describeShape(shape)} and has no fields.`, true);
  const found = shape.fields.get(key) ?? (typeof shape.others === "string" ? undefined : shape.others);
  if (found) return { shape: found };
  const names = [...shape.fields.keys()];
  const similar = suggestName(key, names);
  const hint = similar === undefined ? listNames(names) : ` Did you mean ${similar}?`;
  const message =
    shape.others === "none"
      ? `${place()} has no field "${key}".${hint}`
      : `The last value of ${place()} had no field "${key}".${hint}`;
  return fault(message, shape.others === "none", similar === undefined ? undefined : { kind: "key", key: similar });
}

const listNames = (names: string[]): string =>
  names.length === 0 ? "" : ` It has ${names.slice(0, 8).join(", ")}${names.length > 8 ? " and more" : ""}.`;

const fault = (message: string, isCertain: boolean, suggestion?: PathStep): PathReading => ({
  shape: nothing,
  fault: { step: 0, message, isCertain, ...(suggestion && { suggestion }) },
});

const labels = { any: "anything", nothing: "empty", number: "a number", boolean: "yes or no", date: "a date" } as const;

/** For people: `a list of texts` is a list to them. */
export function describeShape(shape: Shape): string {
  switch (shape.kind) {
    case "text":
      return "a text";
    case "list":
      return "a list";
    case "object":
      return "an object";
    case "union":
      return shape.of.map(describeShape).join(" or ");
    default:
      return labels[shape.kind];
  }
}
