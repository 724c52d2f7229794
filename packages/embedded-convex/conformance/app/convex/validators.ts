import {
  defineSchema,
  defineTable,
  docValidator,
  mutationGeneric,
  paginationOptsValidator,
  paginationResultValidator,
  queryGeneric,
} from "convex/server";
import type { GenericValidator } from "convex/values";
import { asObjectValidator, v } from "convex/values";

/** One query per validator, which gives back its argument; `returned` has the same validators for results. */

const person = v.object({ name: v.string(), age: v.optional(v.number()), tags: v.array(v.string()) });
const schema = defineSchema({ pets: defineTable({ name: v.string() }) });

const takes = (validator: GenericValidator) =>
  queryGeneric({ args: { value: validator }, handler: (_ctx, { value }) => (value as unknown) ?? null });

export const anything = takes(v.any());
export const nothing = takes(v.null());
export const number = takes(v.number());
export const float64 = takes(v.float64());
export const int64 = takes(v.int64());
export const bigint = takes(v.bigint());
export const boolean = takes(v.boolean());
export const string = takes(v.string());
export const bytes = takes(v.bytes());
export const id = takes(v.id("items"));
export const storageId = takes(v.id("_storage"));
export const literalText = takes(v.literal("a"));
export const literalNumber = takes(v.literal(1));
export const literalInt64 = takes(v.literal(1n));
export const literalBoolean = takes(v.literal(true));
export const array = takes(v.array(v.number()));
export const object = takes(person);
export const record = takes(v.record(v.string(), v.number()));
export const recordOfIds = takes(v.record(v.id("items"), v.boolean()));
export const union = takes(v.union(v.string(), v.number(), v.object({ kind: v.literal("x"), x: v.int64() })));
export const emptyUnion = takes(v.union());
export const oneUnion = takes(v.union(v.string()));
export const optional = takes(v.optional(v.string()));
export const optionalMethod = takes(v.string().optional());
export const nullable = takes(v.nullable(v.string()));
export const commitTs = takes(v.commitTs());
export const picked = takes(person.pick("name", "age"));
export const omitted = takes(person.omit("tags"));
export const partial = takes(person.partial());
export const extended = takes(person.extend({ email: v.string() }));
export const nested = takes(v.array(v.object({ people: v.record(v.string(), v.union(person, v.null())) })));
export const paginationOptions = takes(paginationOptsValidator);
export const paginationResult = takes(paginationResultValidator(v.string()));
export const schemaDocument = takes(schema.doc("pets"));
export const tableDocument = takes(docValidator("pets", schema.tables.pets));
export const schemaId = takes(schema.id("pets"));
export const asObject = takes(asObjectValidator({ a: v.number() }));

/** Every validator's optional form, in one object. */
const every = {
  any: v.any(),
  null: v.null(),
  number: v.number(),
  int64: v.int64(),
  boolean: v.boolean(),
  string: v.string(),
  bytes: v.bytes(),
  id: v.id("items"),
  literal: v.literal("a"),
  array: v.array(v.null()),
  object: v.object({}),
  record: v.record(v.string(), v.null()),
  union: v.union(v.null(), v.string()),
  commitTs: v.commitTs(),
};
const methods = Object.entries(every) as [string, GenericValidator & { optional(): GenericValidator }][];
export const optionals = takes(v.object(Object.fromEntries(methods.map(([name, one]) => [name, one.optional()]))));
export const asOptionals = takes(
  v.object(Object.fromEntries(methods.map(([name, one]) => [name, (one as unknown as typeof every.any).asOptional()]))),
);

/** Arguments as one validator instead of an object of them. */
export const wholeArguments = queryGeneric({
  args: v.object({ a: v.number() }),
  handler: (_ctx, args) => args,
});

const gives = (validator: GenericValidator) =>
  queryGeneric({ args: { value: v.any() }, returns: validator, handler: (_ctx, { value }) => value as never });

export const givesString = gives(v.string());
export const givesNull = gives(v.null());
export const givesPerson = gives(person);
export const givesId = gives(v.id("items"));
export const givesRecord = gives(v.record(v.string(), v.number()));
export const givesUnion = gives(v.union(v.literal("a"), v.literal("b")));

/** Writes, then returns what it must not: nothing may be written. */
export const writesAndGivesWrong = mutationGeneric({
  args: { tag: v.string() },
  returns: v.string(),
  handler: async (ctx, { tag }) => {
    await ctx.db.insert("items", { tag, value: "with a wrong result" });
    return 1 as unknown as string;
  },
});

export const insertTyped = mutationGeneric({
  args: { table: v.string(), fields: v.any() },
  handler: (ctx, { table, fields }) => ctx.db.insert(table, fields as object),
});
