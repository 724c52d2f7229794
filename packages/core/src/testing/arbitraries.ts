import fc from "fast-check";
import type { Definition, DefinitionNode, Edge, JsonValue } from "../definition/schema.ts";
import { edgeKey } from "../graph/graph.ts";

const key = fc.constantFrom("a", "b", "c", "name", "constructor", "toString");

/** Small JSON values with few keys, so that two of them often share some. */
export const jsonValue: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<JsonValue>(null, true, false, 0, 1, "", "x", "{{1.a}}"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

const nodeOf = (id: number): fc.Arbitrary<DefinitionNode> =>
  fc.record(
    {
      id: fc.constant(id),
      type: fc.constantFrom("tools.set", "http.request", "tools.aggregate"),
      typeVersion: fc.constantFrom(1, 2),
      config: fc.dictionary(key, jsonValue, { maxKeys: 3, noNullPrototype: true }),
      position: fc.record({ x: fc.integer({ min: 0, max: 3 }), y: fc.constant(0) }),
      name: fc.constantFrom("A", "B"),
      disabled: fc.boolean(),
      note: fc.constantFrom("n", "m"),
    },
    { requiredKeys: ["id", "type", "typeVersion", "config", "position"] },
  );

const edge: fc.Arbitrary<Edge> = fc.record(
  {
    from: fc.integer({ min: 1, max: 6 }),
    to: fc.integer({ min: 1, max: 6 }),
    kind: fc.constantFrom("next", "error"),
    order: fc.integer({ min: 0, max: 2 }),
    fallback: fc.boolean(),
    filter: fc.record({
      label: fc.constantFrom("l", "m"),
      conditions: fc.constant([[{ left: "x", operator: "exists" as const }]]),
    }),
  },
  { requiredKeys: ["from", "to", "kind"] },
);

const note = fc.record({
  id: fc.constantFrom("n1", "n2"),
  text: fc.constantFrom("t", "u"),
  position: fc.record({ x: fc.constantFrom(0, 1), y: fc.constant(0) }),
});

/** Definitions with unique ids, though not sound graphs. */
export const definition: fc.Arbitrary<Definition> = fc
  .uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 6 })
  .chain((ids) =>
    fc.record(
      {
        format: fc.constant(1 as const),
        nodes: fc.tuple(...ids.map(nodeOf)),
        edges: fc.uniqueArray(edge, { maxLength: 5, selector: edgeKey }),
        notes: fc.uniqueArray(note, { maxLength: 2, selector: ({ id }) => id }),
        settings: fc.record({ maxOperations: fc.constantFrom(1, 2) }, { requiredKeys: [] }),
      },
      { requiredKeys: ["format", "nodes", "edges"] },
    ),
  );
