import { action, createEngineHost, createRandom, edge, scenario } from "@patchbay/testkit";
import { describe, expect, it } from "vitest";

/** Two ids in one operation, for each of three items, behind a filter that throws a coin. */
const definition = scenario(
  [
    action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
    action(3, "test.echo", { config: { a: "{{uuid}}", b: "{{uuid()}}", c: "{{random(1; 1000000)}}" } }),
    action(4, "test.write", { config: { id: "{{uuid}}" } }),
  ],
  [
    edge(1, 2),
    edge(2, 3, { filter: { conditions: [[{ left: "{{random}}", operator: "lessThan", right: "2" }]] } }),
    edge(3, 4),
  ],
);
const bundle = { items: ["x", "y", "z"] };
const drawn = (seed: number, more: object = {}) => {
  const random = createRandom(seed);
  const report = createEngineHost({ definition, random: () => random.next(), ...more }).run(bundle);
  return report.operations.filter(({ nodeId }) => nodeId > 2).map(({ input }) => input);
};

describe("what formulas draw by chance", () => {
  it("is the same when the run is cut into single steps and its effects are lost", () => {
    let lost = 0;
    const effects = () => (lost++ % 2 === 0 ? ("lostBefore" as const) : { ok: true as const, output: {} });
    const repeat = scenario(
      definition.nodes.slice(1).map((node) => ({ ...node, errorHandling: { whenUnknown: "repeat" as const } })),
      definition.edges,
    );
    expect(drawn(7, { definition: repeat, steps: () => 1, effects })).toEqual(drawn(7));
    expect(lost).toBeGreaterThan(3);
  });

  it("differs by call, bundle, node and run", () => {
    const values = [...drawn(7), ...drawn(8)].flatMap((input) => Object.values(input as object) as (string | number)[]);
    expect(values).toHaveLength(24);
    expect(new Set(values).size).toBe(24);
  });
});
