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
const rowOperand: fc.Arbitrary<Operand> = row.map((number) => ({ kind: "row", row: number }));

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
  fc.constantFrom<ValidatorSpec>(
    ...["a", "b", 1, 2, 1n, true].map((value) => ({ kind: "literal" as const, value })),
    ...TABLES.map((table) => ({ kind: "id" as const, table })),
  ),
);

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
      { weight: 4, arbitrary: documentObject },
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
  return fc.oneof({ weight: 12, arbitrary: matching(spec) }, { weight: 1, arbitrary: anyOperand });
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
      return rowOperand;
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
    return fc.oneof({ weight: optional ? 2 : 20, arbitrary: value }, { weight: 1, arbitrary: absent });
  });
  return fc.tuple(...each).map((lists) => lists.flat());
}

const freeFields: fc.Arbitrary<Field[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom(...FIELDS),
    value: fc.oneof(
      { weight: 5, arbitrary: anyOperand },
      { weight: 1, arbitrary: rowOperand },
      { weight: 1, arbitrary: fc.constant<Operand>({ kind: "undefined" }) },
    ),
  }),
  { maxLength: FIELDS.length, selector: ({ name }) => name },
);

function documentFor({ document }: TableSpec): fc.Arbitrary<Field[]> {
  if (document.kind === "any") return freeFields;
  const fitting = document.kind === "union" ? fc.oneof(...document.members.map(fieldsFor)) : fieldsFor(document);
  return fc.oneof({ weight: 10, arbitrary: fitting }, { weight: 1, arbitrary: freeFields });
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

/** A value for a bound on an index's field. */
function boundOn(field: string): fc.Arbitrary<Operand> {
  if (field === "_id") return rowOperand;
  if (field === "_creationTime")
    return fc.oneof(
      row.map((number): Operand => ({ kind: "time", row: number })),
      anyOperand,
    );
  return fc.oneof(
    { weight: 6, arbitrary: anyOperand },
    { weight: 1, arbitrary: fc.constant<Operand>({ kind: "undefined" }) },
  );
}

function rangeOn(fields: readonly string[]): fc.Arbitrary<RangeStep[]> {
  return fc.nat({ max: Math.min(2, fields.length - 1) }).chain((equalities) => {
    const step = (field: string, operator: RangeStep["operator"]) =>
      boundOn(field).map((value): RangeStep => ({ operator, field, value }));
    const bounded = fields[equalities]!;
    const lower = fc.oneof(step(bounded, "gt"), step(bounded, "gte")).map((bound) => [bound]);
    const upper = fc.oneof(step(bounded, "lt"), step(bounded, "lte")).map((bound) => [bound]);
    const both = fc.tuple(lower, upper).map(([low, high]) => [...low, ...high]);
    const bounds = fc.oneof(fc.constant<RangeStep[]>([]), lower, upper, both);
    return fc
      .tuple(fc.tuple(...fields.slice(0, equalities).map((field) => step(field, "eq"))), bounds)
      .map(([equal, others]) => [...equal, ...others]);
  });
}

const comparisons = ["eq", "neq", "lt", "lte", "gt", "gte"] as const satisfies BinaryOperator[];
const arithmetic = ["add", "sub", "mul", "div", "mod"] as const satisfies BinaryOperator[];
const term: fc.Arbitrary<FilterExpression> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...fieldPaths, "_creationTime").map((path) => ({ kind: "field" as const, path })),
  },
  {
    weight: 4,
    arbitrary: fc
      .oneof(
        { weight: 8, arbitrary: anyOperand },
        { weight: 1, arbitrary: fc.constant<Operand>({ kind: "undefined" }) },
      )
      .map((value) => ({ kind: "literal" as const, value })),
  },
);

const { filter } = fc.letrec<{ filter: FilterExpression; number: FilterExpression }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    { weight: 6, arbitrary: term },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("binary" as const),
        operator: fc.constantFrom(...arithmetic),
        left: tie("number"),
        right: tie("number"),
      }),
    },
    { weight: 1, arbitrary: tie("number").map((inner) => ({ kind: "neg" as const, operand: inner })) },
  ),
  filter: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant("binary" as const),
        operator: fc.constantFrom(...comparisons),
        left: tie("number"),
        right: tie("number"),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        operands: fc.array(tie("filter"), { maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: tie("filter").map((inner) => ({ kind: "not" as const, operand: inner })) },
    // What is not a boolean is an error where one is needed.
    { weight: 1, arbitrary: term },
  ),
}));

function queryOn({ name, indexes: declared }: TableSpec, filtered: boolean): fc.Arbitrary<QuerySpec> {
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
      range: index === null ? fc.constant([]) : rangeOn(fields),
      order,
      filters: filtered ? fc.array(filter, { maxLength: 2 }) : fc.constant([]),
    }),
  );
}

/** A list that is paged through in the course of the case. */
interface ListSpec {
  query: QuerySpec;
  numItems: number;
}

function operationOn(tables: readonly TableSpec[], lists: readonly ListSpec[], depth: number): fc.Arbitrary<Operation> {
  const onTable = <Result>(build: (spec: TableSpec) => fc.Arbitrary<Result>) =>
    fc.oneof(...tables.map((spec) => build(spec)));
  const insert = onTable((spec) =>
    fc.record({
      kind: fc.constant("insert" as const),
      table: fc.constant(spec.name),
      fields: documentFor(spec),
      form: forms,
    }),
  );
  const change = onTable((spec) => {
    const common = { row, table: fc.constant(spec.name), form: forms };
    return fc.oneof(
      fc.record({ kind: fc.constant("patch" as const), fields: patchFor(spec), ...common }),
      fc.record({ kind: fc.constant("replace" as const), fields: documentFor(spec), ...common }),
    );
  });
  const touch = fc.record({
    kind: fc.constantFrom("remove" as const, "get" as const, "get" as const),
    row,
    table: fc.constantFrom(...tables.map(({ name }) => name)),
    form: forms,
  });
  const normalize = fc.record({
    kind: fc.constant("normalize" as const),
    row,
    table: fc.constantFrom(...tables.map(({ name }) => name)),
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
      .chain((query) => fc.record({ query: fc.constant(query), numItems: fc.integer({ min: 1, max: 3 }) }));
    return fc.tuple(fc.constant(tables), fc.tuple(list, list));
  })
  .chain(([tables, lists]) => {
    const operation = operationOn(tables, lists, 2);
    const mutation = fc.record({
      kind: fc.constant("mutation" as const),
      operations: fc.array(operation, { minLength: 1, maxLength: 8 }),
      fails: fc.nat({ max: 9 }).map((number) => number === 9),
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
    return fc.record({ tables: fc.constant([...tables]), calls });
  });
