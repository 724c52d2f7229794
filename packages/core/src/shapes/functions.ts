import type { JsonValue } from "../definition/schema.ts";
import { parsePath } from "../mapping/path.ts";
import { itemOf } from "./fromSchema.ts";
import {
  alternativesOf,
  anyObject,
  anyShape,
  listOf,
  nothing,
  number,
  objectOf,
  present,
  text,
  unite,
  type ObjectShape,
  type Shape,
} from "./shape.ts";

/** A call whose result is to be described. */
export interface CallShapes {
  /** Those of the arguments; `nothing` for one that is not given. */
  args: readonly Shape[];
  /** The values of arguments that are written out. */
  literals: readonly (JsonValue | undefined)[];
  /** Follows a path inside a value, and reports where it cannot lead anywhere. */
  read(shape: Shape, path: string, argument: number): Shape;
}

type Describe = (call: CallShapes) => Shape;

const argument = ({ args }: CallShapes, index: number): Shape => args[index] ?? nothing;

/** The list that a value is turned into. */
const toList = (shape: Shape): Shape => listOf(present(itemOf(shape)));
const sameList: Describe = (call) => toList(argument(call, 0));
const bothLists: Describe = ({ args }) => listOf(unite(args.slice(0, 2).map((shape) => present(itemOf(shape)))));
const item: Describe = (call) => unite([itemOf(argument(call, 0)), nothing]);

/** The objects among the alternatives as one; of anything else nothing is known. */
function toObject(shape: Shape): ObjectShape {
  const objects = alternativesOf(shape).filter((each) => each.kind === "object");
  const united = unite(objects);
  return united.kind === "object" && !alternativesOf(shape).some(({ kind }) => kind === "any") ? united : anyObject;
}

const valuesOf = ({ fields, others }: ObjectShape): Shape =>
  unite([...fields.values(), ...(others === "none" ? [] : [others === "unseen" ? anyShape : others])]);

/** Names that are all written out, or null. */
function namesIn({ literals, args }: CallShapes): Set<string> | null {
  const given = literals.slice(1, args.length);
  return given.every((value) => typeof value === "string") ? new Set(given) : null;
}

function withFields(object: ObjectShape, keep: (name: string) => boolean): ObjectShape {
  return { ...object, fields: new Map([...object.fields].filter(([name]) => keep(name))) };
}

const emptiable: ReadonlySet<Shape["kind"]> = new Set(["nothing", "text", "date", "any"]);

/** Lists one after the other, or objects as one; what is empty counts for nothing, and a text may be empty. */
function merge({ args }: CallShapes): Shape {
  const given = args.map(present).filter(({ kind }) => kind !== "nothing");
  if (given.some(({ kind }) => kind === "any" || kind === "union")) return anyShape;
  const objects = given.filter((shape) => shape.kind === "object");
  if (objects.length === 0) return listOf(unite(given.map(itemOf)));
  if (objects.length < given.length) {
    const others = args.filter((shape) => present(shape).kind !== "object");
    const mayBeEmpty = (shape: Shape) => alternativesOf(shape).some(({ kind }) => emptiable.has(kind));
    return others.every(mayBeEmpty) ? anyShape : listOf(unite(given.map(itemOf)));
  }
  const fields = new Map<string, Shape>();
  for (const [name, shape] of objects.flatMap((object) => [...object.fields])) {
    const mayBeMissing = alternativesOf(shape).some(({ kind }) => kind === "nothing");
    fields.set(name, mayBeMissing ? unite([shape, fields.get(name) ?? nothing]) : shape);
  }
  const open = objects.find(({ others }) => others !== "none");
  return { kind: "object", fields, others: open?.others ?? "none" };
}

function set(call: CallShapes): Shape {
  const object = toObject(argument(call, 0));
  const path = call.literals[1];
  const steps = typeof path === "string" ? parsePath(path) : null;
  const [first] = steps ?? [];
  if (first?.kind !== "key") return anyObject;
  const inside = steps?.length === 1 ? argument(call, 2) : anyShape;
  return { ...object, fields: new Map([...object.fields, [first.key, inside]]) };
}

/** The cases' results, every second argument from the third; a last one alone is the default. */
function switchResults({ args }: CallShapes): Shape {
  const cases = args.slice(1);
  const results = cases.filter((_, index) => index % 2 === 1 || (index === cases.length - 1 && cases.length % 2 === 1));
  return unite([...results, ...(cases.length % 2 === 1 ? [] : [nothing])]);
}

function readLiteralPath(call: CallShapes, shape: Shape): Shape {
  const path = call.literals[1];
  if (typeof path === "number") return itemOf(shape);
  return typeof path === "string" ? call.read(shape, path, 1) : anyShape;
}

const descriptions: Record<string, Describe> = {
  if: (call) => unite([argument(call, 1), argument(call, 2)]),
  ifempty: ({ args }) => unite([...args.slice(0, -1).map(present), ...args.slice(-1)]),
  coalesce: ({ args }) => unite([...args.slice(0, -1).map(present), ...args.slice(-1)]),
  switch: switchResults,
  get: (call) => readLiteralPath(call, argument(call, 0)),
  pick: (call) => {
    const [object, names] = [toObject(argument(call, 0)), namesIn(call)];
    return names ? withFields(object, (name) => names.has(name)) : { ...object, others: anyShape };
  },
  omit: (call) => {
    const [object, names] = [toObject(argument(call, 0)), namesIn(call)];
    return names ? withFields(object, (name) => !names.has(name)) : { ...object, others: anyShape };
  },
  set,
  map: (call) => listOf(present(readLiteralPath(call, present(itemOf(argument(call, 0)))))),
  first: item,
  last: item,
  slice: sameList,
  sort: sameList,
  reverse: sameList,
  distinct: sameList,
  deduplicate: sameList,
  shuffle: sameList,
  remove: sameList,
  add: ({ args }) => listOf(unite([present(itemOf(args[0] ?? nothing)), ...args.slice(1).map(present)])),
  union: bothLists,
  intersection: bothLists,
  arrayDifference: bothLists,
  merge,
  chunk: (call) => listOf(sameList(call)),
  split: () => listOf(text),
  match: () => listOf(unite([text, nothing])),
  range: () => listOf(number),
  keys: () => listOf(text),
  values: (call) => listOf(valuesOf(toObject(argument(call, 0)))),
  toArray: (call) => listOf(objectOf({ key: text, value: valuesOf(toObject(argument(call, 0))) })),
  toCollection: (call) => {
    const [path, row] = [call.literals[2], present(itemOf(argument(call, 0)))];
    return objectOf({}, typeof path === "string" ? call.read(row, path, 2) : anyShape);
  },
  toBinary: () => objectOf({ encoding: text, sizeBytes: number, data: text }),
  min: () => unite([number, nothing]),
  max: () => unite([number, nothing]),
  flatten: (call) => {
    const inner = present(itemOf(argument(call, 0)));
    return listOf(alternativesOf(inner).some(({ kind }) => kind === "list") ? anyShape : inner);
  },
};

/** What calls give, where more is known than the type that the function declares. A map: `toString` is no key of it. */
export const resultShapes: ReadonlyMap<string, Describe> = new Map(Object.entries(descriptions));
