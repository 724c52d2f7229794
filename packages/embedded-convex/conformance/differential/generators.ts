/** Generators of differential cases: schemas, and operations that fit them most of the time. */
import type { Value } from "convex/values";
import fc from "fast-check";
import { convexValues } from "../../src/values/testValues.ts";
import type {
  BinaryOperator,
  CallForm,
  CallSpec,
  Field,
  FilterExpression,
  Operand,
  Operation,
  QuerySpec,
  RangeStep,
  Taking,
} from "./operations.ts";
import type { IndexSpec, ObjectSpec, TableSpec, ValidatorSpec } from "./schemas.ts";

/** A schema, and calls of functions on it. */
export interface DifferentialCase {
  tables: TableSpec[];
  calls: CallSpec[];
}

const TABLES = ["a", "b"];
const FIELDS = ["a", "b", "c", "n"];
const NESTED_FIELDS = ["x", "y"];
const MAX_ROW = 20;

/** Few values, so that ranges and filters meet stored ones. */
const commonValues: Value[] = [
  ...[null, false, true, 0, -0, 1, 1.5, 2, NaN, Infinity, -Infinity, 0n, 1n, 2n, -1n],
  ...["", "a", "a\0", "b", "é", "🎉"],
  ...[[], [1], [1n, "a"], {}, { x: 1 }, { x: 1, y: "a" }],
  new ArrayBuffer(0),
  new ArrayBuffer(1),
];
const anyValue = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...commonValues) },
  { weight: 1, arbitrary: convexValues },
);
const row = fc.nat({ max: MAX_ROW });

const operand = (value: Value): Operand => ({ kind: "value", value });
const anyOperand: fc.Arbitrary<Operand> = anyValue.map(operand);
const rowOf = (table: string | null): fc.Arbitrary<Operand> =>
  row.map((number) => ({ kind: "row", row: number, of: table }));
const rarely = fc.nat({ max: 9 }).map((number) => number === 9);

const scalarValidator: fc.Arbitrary<ValidatorSpec> = fc.oneof(
  fc.constantFrom<ValidatorSpec>(
    { kind: "any" },
    { kind: "null" },
    { kind: "boolean" },
    { kind: "string" },
    { kind: "number" },
    { kind: "int64" },
    { kind: "bytes" },
  ),
  fc.constantFrom<ValidatorSpec>(...["a", "b", 1, 2, 1n, true].map((value) => ({ kind: "literal" as const, value }))),
);
/** Ids only where no other string can be: how they sort among those is left open. */
const idValidator = fc.constantFrom<ValidatorSpec>(...TABLES.map((table) => ({ kind: "id" as const, table })));

const { validator } = fc.letrec<{ validator: ValidatorSpec; object: ObjectSpec }>((tie) => ({
  validator: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    { weight: 6, arbitrary: scalarValidator },
    { weight: 1, arbitrary: tie("validator").map((element) => ({ kind: "array" as const, element })) },
    {
      weight: 2,
      arbitrary: fc
        .array(tie("validator"), { minLength: 1, maxLength: 3 })
        .map((members) => ({ kind: "union" as const, members })),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("record" as const),
        keys: fc.constantFrom("string" as const, "id" as const),
        keyTable: fc.constantFrom(...TABLES),
        values: tie("validator"),
      }),
    },
    { weight: 1, arbitrary: tie("object") },
  ),
  object: objectOf(NESTED_FIELDS, tie("validator")),
}));

function objectOf(names: string[], inner: fc.Arbitrary<ValidatorSpec>): fc.Arbitrary<ObjectSpec> {
  const field = (name: string) => fc.record({ name: fc.constant(name), optional: fc.boolean(), validator: inner });
  return fc
    .subarray(names, { minLength: 1 })
    .chain((chosen) => fc.tuple(...chosen.map(field)).map((fields) => ({ kind: "object" as const, fields })));
}

const documentObject = objectOf(FIELDS, validator);
const documentWithIds = objectOf(
  FIELDS,
  fc.oneof({ weight: 9, arbitrary: validator }, { weight: 2, arbitrary: idValidator }),
);
const fieldPaths = [...FIELDS, ...NESTED_FIELDS.map((name) => `n.${name}`)];
const indexFields = fc.uniqueArray(fc.constantFrom(...fieldPaths), { minLength: 1, maxLength: 3 });
const indexes: fc.Arbitrary<IndexSpec[]> = fc
  .uniqueArray(indexFields, { maxLength: 3, selector: String })
  .map((list) => list.map((fields, number) => ({ name: `by_${number}`, fields })));

const table = (name: string): fc.Arbitrary<TableSpec> =>
  fc.record({
    name: fc.constant(name),
    document: fc.oneof(
      { weight: 3, arbitrary: fc.constant({ kind: "any" as const }) },
      { weight: 4, arbitrary: documentWithIds },
      {
        weight: 1,
        arbitrary: fc
          .array(documentObject, { minLength: 2, maxLength: 2 })
          .map((members) => ({ kind: "union" as const, members })),
      },
    ),
    indexes,
  });

/** Values for a validator: mostly ones that match. */
function operandFor(spec: ValidatorSpec): fc.Arbitrary<Operand> {
  return fc.oneof({ weight: 40, arbitrary: matching(spec) }, { weight: 1, arbitrary: anyOperand });
}

function matching(spec: ValidatorSpec): fc.Arbitrary<Operand> {
  const common = (accept: (value: Value) => boolean) => fc.constantFrom(...commonValues.filter(accept)).map(operand);
  switch (spec.kind) {
    case "any":
      return anyOperand;
    case "null":
      return fc.constant(operand(null));
    case "boolean":
    case "string":
    case "number":
      return common((value) => typeof value === spec.kind);
    case "int64":
      return common((value) => typeof value === "bigint");
    case "bytes":
      return common((value) => value instanceof ArrayBuffer);
    case "literal":
      return fc.constant(operand(spec.value));
    case "id":
      return fc.oneof({ weight: 12, arbitrary: rowOf(spec.table) }, { weight: 1, arbitrary: rowOf(null) });
    case "array":
      return fc.array(matching(spec.element), { maxLength: 3 }).map((items) => ({ kind: "list", items }));
    case "union":
      return fc.oneof(...spec.members.map(matching));
    case "record":
      return fc
        .uniqueArray(fc.record({ name: fc.constantFrom("x", "y", "a b"), value: matching(spec.values) }), {
          maxLength: 2,
          selector: ({ name }) => name,
        })
        .map((fields) => ({ kind: "object", fields }));
    case "object":
      return fieldsFor(spec).map((fields) => ({ kind: "object", fields }));
  }
}

function fieldsFor({ fields }: ObjectSpec): fc.Arbitrary<Field[]> {
  const each = fields.map(({ name, optional, validator: inner }) => {
    const value = operandFor(inner).map((found): Field[] => [{ name, value: found }]);
    const absent = fc.constantFrom<Field[]>([], [{ name, value: { kind: "undefined" } }]);
    return fc.oneof({ weight: optional ? 2 : 50, arbitrary: value }, { weight: 1, arbitrary: absent });
  });
  return fc.tuple(...each).map((lists) => lists.flat());
}

const freeFields: fc.Arbitrary<Field[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom(...FIELDS),
    value: fc.oneof(
      { weight: 5, arbitrary: anyOperand },
      { weight: 1, arbitrary: fc.constant<Operand>({ kind: "undefined" }) },
    ),
  }),
  { maxLength: FIELDS.length, selector: ({ name }) => name },
);

function documentFor({ document }: TableSpec): fc.Arbitrary<Field[]> {
  if (document.kind === "any") return freeFields;
  const fitting = document.kind === "union" ? fc.oneof(...document.members.map(fieldsFor)) : fieldsFor(document);
  return fc.oneof({ weight: 25, arbitrary: fitting }, { weight: 1, arbitrary: freeFields });
}

/** Some of a document's fields, some of them removed. */
function patchFor(spec: TableSpec): fc.Arbitrary<Field[]> {
  return documentFor(spec).chain((fields) =>
    fc
      .tuple(fc.subarray(fields), fc.subarray(FIELDS, { maxLength: 1 }))
      .map(([kept, removed]) => [
        ...kept.filter(({ name }) => !removed.includes(name)),
        ...removed.map((name): Field => ({ name, value: { kind: "undefined" } })),
      ]),
  );
}

const forms = fc.constantFrom<CallForm>("id", "tableFirst", "scoped");
const order = fc.constantFrom<QuerySpec["order"]>(null, "asc", "desc");
const taking: fc.Arbitrary<Taking> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom<Taking>({ kind: "collect" }, { kind: "first" }, { kind: "unique" }, { kind: "iterate" }),
  },
  { weight: 1, arbitrary: fc.constant<Taking>({ kind: "count" }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("take" as const, "break" as const), count: fc.nat({ max: 4 }) }),
  },
);

/** Whose ids a field holds, or null. */
function idsIn({ name, document }: TableSpec, field: string): string | null {
  if (field === "_id") return name;
  const found = document.kind === "object" ? document.fields.find((candidate) => candidate.name === field) : undefined;
  return found?.validator.kind === "id" ? found.validator.table : null;
}

function rangeStep(spec: TableSpec, field: string, operator: RangeStep["operator"]): fc.Arbitrary<RangeStep> {
  const idsOf = idsIn(spec, field);
  const times = row.map((number): Operand => ({ kind: "time", row: number }));
  const absent = fc.constant<Operand>({ kind: "undefined" });
  const value =
    idsOf !== null
      ? // How an id sorts among ids of another table is left open: the references have different ids.
        rowOf(idsOf)
      : field === "_creationTime"
        ? fc.oneof(times, anyOperand)
        : fc.oneof({ weight: 6, arbitrary: anyOperand }, { weight: 1, arbitrary: absent });
  return value.map((bound) => ({ operator, field, value: bound }));
}

function rangeOn(spec: TableSpec, fields: readonly string[]): fc.Arbitrary<RangeStep[]> {
  return fc.nat({ max: Math.min(2, fields.length - 1) }).chain((equalities) => {
    const bounded = fields[equalities]!;
    const one = (...operators: RangeStep["operator"][]) =>
      fc.oneof(...operators.map((operator) => rangeStep(spec, bounded, operator))).map((bound) => [bound]);
    const lower = one("gt", "gte");
    const upper = one("lt", "lte");
    const both = fc.tuple(lower, upper).map(([low, high]) => [...low, ...high]);
    const bounds = fc.oneof(fc.constant<RangeStep[]>([]), lower, upper, both);
    return fc
      .tuple(fc.tuple(...fields.slice(0, equalities).map((field) => rangeStep(spec, field, "eq"))), bounds)
      .map(([equal, others]) => [...equal, ...others]);
  });
}

const comparisons = ["eq", "neq", "lt", "lte", "gt", "gte"] as const satisfies BinaryOperator[];
const arithmetic = ["add", "sub", "mul", "div", "mod"] as const satisfies BinaryOperator[];
const literal: fc.Arbitrary<FilterExpression> = fc
  .oneof({ weight: 8, arbitrary: anyOperand }, { weight: 1, arbitrary: fc.constant<Operand>({ kind: "undefined" }) })
  .map((value) => ({ kind: "literal", value }));

const filtersByPaths = new Map<string, fc.Arbitrary<FilterExpression>>();

/** Filters over fields that hold no ids. */
function filterOn(spec: TableSpec): fc.Arbitrary<FilterExpression> {
  const paths = [...fieldPaths, "_creationTime"].filter((path) => idsIn(spec, path) === null);
  const key = paths.join();
  const known = filtersByPaths.get(key) ?? filterOver(paths);
  filtersByPaths.set(key, known);
  return known;
}

function filterOver(paths: readonly string[]): fc.Arbitrary<FilterExpression> {
  const field = fc.constantFrom(...paths).map((path): FilterExpression => ({ kind: "field", path }));
  const term = fc.oneof(field, literal);
  const { filter } = fc.letrec<{ filter: FilterExpression; number: FilterExpression }>((tie) => {
    const binary = (operators: readonly BinaryOperator[]) =>
      fc.record({
        kind: fc.constant("binary" as const),
        operator: fc.constantFrom(...operators),
        left: tie("number"),
        right: tie("number"),
      });
    const operands = fc.array(tie("filter"), { maxLength: 3 });
    return {
      number: fc.oneof(
        { maxDepth: 2, depthSize: "small" },
        { weight: 6, arbitrary: term },
        { weight: 1, arbitrary: binary(arithmetic) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant("neg" as const), operand: tie("number") }) },
      ),
      filter: fc.oneof(
        { maxDepth: 2, depthSize: "small" },
        { weight: 8, arbitrary: binary(comparisons) },
        { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("and" as const, "or" as const), operands }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant("not" as const), operand: tie("filter") }) },
        // What is not a boolean is an error where one is needed.
        { weight: 1, arbitrary: term },
      ),
    };
  });
  return filter;
}

function queryOn(spec: TableSpec, filtered: boolean): fc.Arbitrary<QuerySpec> {
  const { name, indexes: declared } = spec;
  const known: { index: string | null; fields: string[] }[] = [
    { index: null, fields: ["_creationTime"] },
    { index: "by_creation_time", fields: ["_creationTime", "_id"] },
    { index: "by_id", fields: ["_id"] },
    ...declared.map((index) => ({ index: index.name, fields: [...index.fields, "_creationTime", "_id"] })),
  ];
  const weighted = known.map((one, number) => ({ weight: number < 3 ? 1 : 4, arbitrary: fc.constant(one) }));
  return fc.oneof(...weighted).chain(({ index, fields }) =>
    fc.record({
      table: fc.constant(name),
      index: fc.constant(index),
      keyFields: fc.constant(fields.includes("_id") ? fields : [...fields, "_id"]),
      range: index === null ? fc.constant([]) : rangeOn(spec, fields),
      order,
      filters: filtered ? fc.array(filterOn(spec), { maxLength: 2 }) : fc.constant([]),
    }),
  );
}

/** The same query in every call: rows and times are counted, so that what they stand for changes as rows are inserted. */
function steady(query: QuerySpec): QuerySpec {
  const isSteady = query.range.every(({ value }) => value.kind === "value" || value.kind === "undefined");
  return isSteady ? query : { ...query, range: [] };
}

/** A list that is paged through in the course of the case. */
interface ListSpec {
  query: QuerySpec;
  numItems: number;
}

function insertInto(tables: readonly TableSpec[]): fc.Arbitrary<Operation> {
  const inserts = tables.map((spec) =>
    fc.record({
      kind: fc.constant("insert" as const),
      table: fc.constant(spec.name),
      fields: documentFor(spec),
      form: forms,
    }),
  );
  return fc.oneof(...inserts);
}

function operationOn(tables: readonly TableSpec[], lists: readonly ListSpec[], depth: number): fc.Arbitrary<Operation> {
  const onTable = <Result>(build: (spec: TableSpec) => fc.Arbitrary<Result>) =>
    fc.oneof(...tables.map((spec) => build(spec)));
  const insert = insertInto(tables);
  const change = onTable((spec) => {
    const common = { row, table: fc.constant(spec.name), any: rarely, form: forms };
    return fc.oneof(
      fc.record({ kind: fc.constant("patch" as const), fields: patchFor(spec), ...common }),
      fc.record({ kind: fc.constant("replace" as const), fields: documentFor(spec), ...common }),
    );
  });
  const touch = fc.record({
    kind: fc.constantFrom("remove" as const, "get" as const, "get" as const),
    row,
    table: fc.constantFrom(...tables.map(({ name }) => name)),
    any: rarely,
    form: forms,
  });
  const normalize = fc.record({
    kind: fc.constant("normalize" as const),
    row,
    table: fc.constantFrom(...tables.map(({ name }) => name)),
    any: rarely,
  });
  const query = onTable((spec) =>
    fc.record({ kind: fc.constant("query" as const), query: queryOn(spec, true), taking }),
  );
  const page = fc
    .tuple(fc.nat({ max: lists.length - 1 }), fc.boolean())
    .map(([slot, again]): Operation => ({ kind: "page", slot, again, ...lists[slot]! }));
  const operations: fc.WeightedArbitrary<Operation>[] = [
    { weight: 8, arbitrary: insert },
    { weight: 4, arbitrary: change },
    { weight: 3, arbitrary: touch },
    { weight: 1, arbitrary: normalize },
    { weight: 6, arbitrary: query },
    { weight: 2, arbitrary: page },
  ];
  if (depth > 0) {
    const inner = fc.array(operationOn(tables, lists, depth - 1), { minLength: 1, maxLength: 3 });
    operations.push(
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("nested" as const), operations: inner, fails: fc.boolean() }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("nestedQuery" as const), operations: inner, stale: fc.boolean() }),
      },
    );
  }
  return fc.oneof(...operations);
}

/** Whole cases. */
export const differentialCases: fc.Arbitrary<DifferentialCase> = fc
  .tuple(table("a"), table("b"))
  .chain((tables) => {
    const list = fc
      .oneof(...tables.map((spec) => queryOn(spec, false)))
      .chain((query) => fc.record({ query: fc.constant(steady(query)), numItems: fc.integer({ min: 1, max: 3 }) }));
    return fc.tuple(fc.constant(tables), fc.tuple(list, list));
  })
  .chain(([tables, lists]) => {
    const operation = operationOn(tables, lists, 2);
    const mutation = fc.record({
      kind: fc.constant("mutation" as const),
      operations: fc.array(operation, { minLength: 1, maxLength: 8 }),
      fails: rarely,
    });
    const query = fc.record({
      kind: fc.constant("query" as const),
      operations: fc.array(operation, { minLength: 1, maxLength: 4 }),
      fails: fc.constant(false),
    });
    const calls = fc.array(fc.oneof({ weight: 3, arbitrary: mutation }, { weight: 1, arbitrary: query }), {
      minLength: 1,
      maxLength: 7,
      size: "max",
    });
    const filling = fc.record({
      kind: fc.constant("mutation" as const),
      operations: fc.array(insertInto(tables), { minLength: 1, maxLength: 8, size: "max" }),
      fails: fc.constant(false),
    });
    return fc.record({
      tables: fc.constant([...tables]),
      calls: fc.tuple(filling, calls).map(([first, others]) => [first, ...others]),
    });
  });
