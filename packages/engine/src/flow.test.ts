import { action, createEngineHost, edge, scenario, type HostOptions } from "@patchbay/testkit";
import type { Definition, JsonValue } from "@patchbay/core";
import { describe, expect, it } from "vitest";

function run(definition: Definition, bundle: JsonValue = {}, options: Partial<HostOptions> = {}) {
  return createEngineHost({ definition, ...options }).run(bundle);
}

/** `node/path` of each operation, in order; the trigger left out. */
const trail = (report: ReturnType<typeof run>) =>
  report.operations.slice(1).map(({ nodeId, bundlePath }) => `${nodeId}/${bundlePath}`);

const outputs = (report: ReturnType<typeof run>, nodeId: number) =>
  report.operations.filter((operation) => operation.nodeId === nodeId).map(({ output }) => output);

describe("a chain", () => {
  it("hands each node's bundle to the nodes after it and ends succeeded", () => {
    const definition = scenario([
      action(2, "test.echo", { config: { n: "{{1.n + 1}}" } }),
      action(3, "test.echo", { config: { sum: "{{1.n + 2.n}}" } }),
    ]);
    const report = run(definition, { n: 1 });
    expect(report.outcome).toBe("succeeded");
    expect(outputs(report, 3)).toEqual([{ sum: 3 }]);
    expect(report.operations.map((operation) => operation.id)).toEqual([1, 2, 3]);
  });

  it("records inputs, and why a value was empty", () => {
    const report = run(scenario([action(2, "test.echo", { config: { name: "{{1.who.name}}" } })]), { who: {} });
    const operation = report.operations[1];
    expect(operation?.state).toBe("succeeded");
    expect(operation?.missing).toMatchObject([{ field: ["name"], reference: expect.stringContaining("who") }]);
  });

  it("passes a disabled node through, unreadable and not counted", () => {
    const definition = scenario([
      action(2, "test.fail", { disabled: true }),
      action(3, "test.echo", { config: { a: "{{2.x}}", b: "{{1.n}}" } }),
    ]);
    const report = run(definition, { n: 7 });
    expect(report.operations.map((operation) => operation.state)).toEqual(["succeeded", "skipped", "succeeded"]);
    expect(outputs(report, 3)).toEqual([{ b: 7 }]);
  });
});

describe("iterators", () => {
  const definition = scenario([
    action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
    action(3, "test.echo", { config: { at: "{{2.index}}/{{2.total}}", value: "{{2.value}}" } }),
    action(4, "test.echo", { config: { up: "{{3.at}}" } }),
  ]);

  it("run what follows once per item, depth first and in order", () => {
    const report = run(definition, { items: ["a", "b"] });
    expect(trail(report)).toEqual(["2/1", "3/1.1", "4/1.1", "3/1.2", "4/1.2"]);
    expect(outputs(report, 3)).toEqual([
      { at: "1/2", value: "a" },
      { at: "2/2", value: "b" },
    ]);
  });

  it("end the path when there is nothing to iterate", () => {
    const report = run(definition, { items: [] });
    expect(report.outcome).toBe("succeeded");
    expect(trail(report)).toEqual(["2/1"]);
  });

  it("nest, with a bundle path that names each item", () => {
    const nested = scenario([
      action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
      action(3, "tools.iterate", { config: { array: "{{2.value}}" } }),
      action(4, "test.echo", { config: { v: "{{3.value}}{{2.index}}{{3.index}}" } }),
    ]);
    const report = run(nested, { items: [["a", "b"], [], ["c"]] });
    expect(trail(report).filter((step) => step.startsWith("4"))).toEqual(["4/1.1.1", "4/1.1.2", "4/1.3.1"]);
    expect(outputs(report, 4)).toEqual([{ v: "a11" }, { v: "b12" }, { v: "c31" }]);
  });

  it("keep the state small: what is done is forgotten", () => {
    const items = Array.from({ length: 4_000 }, (_, index) => index);
    const host = createEngineHost({ definition, steps: () => 10 });
    const report = host.run({ items });
    expect(report.operations).toHaveLength(2 + 2 * items.length);
    expect(report.largestState).toBeLessThan(JSON.stringify(items).length + 2_000);
    expect(host.stored().length).toBeLessThan(500);
  });

  it("fail the operation when the value is not a list", () => {
    const report = run(definition, { items: "x" });
    expect(report.outcome).toBe("failed");
    expect(report.error).toMatchObject({ kind: "invalid", nodeId: 2, bundlePath: "1" });
  });
});

describe("aggregators", () => {
  const after = action(5, "test.echo", { config: { all: "{{4.array}}", count: "{{4.count}}", gone: "{{2.value}}" } });

  it("collect one item per bundle and go on once, out of the source's scope", () => {
    const definition = scenario([
      action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
      action(3, "test.echo", { config: { doubled: "{{2.value * 2}}" } }),
      action(4, "tools.aggregate", { config: { source: 2, item: "{{3.doubled}}" } }),
      after,
    ]);
    const report = run(definition, { items: [1, 2, 3] });
    expect(trail(report)).toEqual(["2/1", "3/1.1", "3/1.2", "3/1.3", "4/1", "5/1"]);
    expect(outputs(report, 5)).toEqual([{ all: [2, 4, 6], count: 3 }]);
    expect(report.operations.map((operation) => operation.id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("emit an empty list when no bundle reached them", () => {
    const definition = scenario(
      [
        action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
        action(4, "tools.aggregate", { config: { source: 2, item: "{{2.value}}" } }),
        after,
      ],
      [
        edge(1, 2),
        edge(2, 4, { filter: { conditions: [[{ left: "{{2.value}}", operator: "greaterThan", right: "9" }]] } }),
        edge(4, 5),
      ],
    );
    const report = run(definition, { items: [1, 2] });
    expect(outputs(report, 5)).toEqual([{ all: [], count: 0 }]);
  });

  it("collect per round when the source itself runs several times", () => {
    const definition = scenario([
      action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
      action(3, "tools.iterate", { config: { array: "{{2.value}}" } }),
      action(4, "tools.aggregate", { config: { source: 3, item: "{{2.index}}{{3.value}}" } }),
      action(5, "test.echo", { config: { all: "{{4.array}}", outer: "{{2.index}}" } }),
      action(6, "tools.aggregate", { config: { source: 2, item: "{{5.all}}" } }),
    ]);
    const report = run(definition, { items: [["a", "b"], ["c"]] });
    expect(outputs(report, 5)).toEqual([
      { all: ["1a", "1b"], outer: 1 },
      { all: ["2c"], outer: 2 },
    ]);
    expect(outputs(report, 6)).toEqual([{ array: [["1a", "1b"], ["2c"]], count: 2 }]);
  });

  it("emit one after the other when several collect the same source", () => {
    const definition = scenario(
      [
        action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
        action(3, "router.route"),
        action(4, "tools.aggregate", { config: { source: 2, item: "{{2.value}}" } }),
        action(5, "tools.aggregate", { config: { source: 2, item: "{{2.value * 10}}" } }),
        action(6, "test.echo", { config: { four: "{{4.array}}" } }),
        action(7, "test.echo", { config: { five: "{{5.array}}", four: "{{4.array}}" } }),
      ],
      [edge(1, 2), edge(2, 3), edge(3, 4, { order: 0 }), edge(3, 5, { order: 1 }), edge(4, 6), edge(5, 7)],
    );
    const report = run(definition, { items: [1, 2] });
    expect(outputs(report, 6)).toEqual([{ four: [1, 2] }]);
    expect(outputs(report, 7)).toEqual([{ five: [10, 20] }]);
  });

  it("fail when their source is not upstream", () => {
    const report = run(scenario([action(2, "tools.aggregate", { config: { source: 9, item: "x" } })]));
    expect(report).toMatchObject({ outcome: "failed", error: { code: "scenario_invalid", nodeId: 2 } });
  });
});

describe("routers and filters", () => {
  const above = (limit: string) => ({
    conditions: [[{ left: "{{1.n}}", operator: "greaterThan" as const, right: limit }]],
  });
  const routes = scenario(
    [action(2, "router.route"), action(3, "test.echo"), action(4, "test.echo"), action(5, "test.echo")],
    [
      edge(1, 2),
      edge(2, 5, { fallback: true, order: 0 }),
      edge(2, 4, { order: 1, filter: above("1") }),
      edge(2, 3, { order: 0, filter: above("5") }),
    ],
  );

  it("hand a bundle to every route that passes, in order", () => {
    expect(trail(run(routes, { n: 9 }))).toEqual(["2/1", "3/1", "4/1"]);
    expect(trail(run(routes, { n: 3 }))).toEqual(["2/1", "4/1"]);
  });

  it("take the fallback only when no other route did", () => {
    const report = run(routes, { n: 0 });
    expect(trail(report)).toEqual(["2/1", "5/1"]);
    expect(report.edges).toEqual({ 0: [1, 1], 1: [1, 1], 2: [1, 0], 3: [1, 0] });
  });

  it("count what came to an edge and what passed", () => {
    const definition = scenario(
      [action(2, "tools.iterate", { config: { array: "{{1.items}}" } }), action(3, "test.echo")],
      [
        edge(1, 2),
        edge(2, 3, { filter: { conditions: [[{ left: "{{2.value}}", operator: "greaterThan", right: "2" }]] } }),
      ],
    );
    const report = run(definition, { items: [1, 2, 3, 4, 5] });
    expect(report.edges).toEqual({ 0: [1, 1], 1: [5, 3] });
  });

  it("fail the node behind a filter whose formula cannot be evaluated", () => {
    const definition = scenario(
      [action(2, "test.echo")],
      [edge(1, 2, { filter: { conditions: [[{ left: "{{nonsense(", operator: "exists" }]] } })],
    );
    const report = run(definition);
    expect(report).toMatchObject({ outcome: "failed", error: { nodeId: 2 } });
    expect(report.operations.at(-1)).toMatchObject({ nodeId: 2, state: "failed" });
  });
});

describe("delay and respond", () => {
  it("waits until its time and passes on when it went on", () => {
    const definition = scenario([
      action(2, "tools.delay", { config: { seconds: 90 } }),
      action(3, "test.echo", { config: { at: "{{2.resumedAt}}", s: "{{2.seconds}}" } }),
    ]);
    const report = run(definition, {}, { startMs: 0 });
    expect(report.waits).toEqual([{ reason: "delay", durationMs: 90_000 }]);
    expect(outputs(report, 3)).toEqual([{ at: "1970-01-01T00:01:30.000Z", s: 90 }]);
    expect(report.operations[1]).toMatchObject({ nodeId: 2, durationMs: 90_000 });
  });

  it("answers the caller once", () => {
    const config = { status: 201, headers: [{ name: "X-A", value: "{{1.n}}" }], body: { n: "{{1.n}}" } };
    const definition = scenario([action(2, "webhook.respond", { config }), action(3, "webhook.respond", { config })]);
    const report = run(definition, { n: 5 });
    expect(report.responses).toEqual([{ status: 201, headers: [{ name: "X-A", value: "5" }], body: { n: 5 } }]);
    expect(outputs(report, 2)).toEqual([{ status: 201, sent: true }]);
    expect(outputs(report, 3)).toEqual([{ status: 201, sent: false }]);
  });
});

describe("limits", () => {
  it("stop a run at its number of operations, error routes or not", () => {
    const definition = scenario(
      [
        action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
        action(3, "test.echo"),
        action(4, "error.ignore"),
      ],
      [edge(1, 2), edge(2, 3), edge(3, 4, { kind: "error" })],
      { maxOperations: 5 },
    );
    const report = run(definition, { items: [1, 2, 3, 4, 5] });
    expect(report).toMatchObject({
      outcome: "failed",
      error: { code: "scenario_limit", nodeId: 3, bundlePath: "1.4" },
    });
  });

  it("pause after the steps that were given, and go on", () => {
    const definition = scenario([
      action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
      action(3, "test.echo", { config: { v: "{{2.value}}" } }),
    ]);
    const whole = run(definition, { items: [1, 2, 3] });
    const sliced = run(definition, { items: [1, 2, 3] }, { steps: () => 1 });
    expect(sliced.advances).toBeGreaterThan(5);
    expect(sliced.operations).toEqual(whole.operations);
  });
});
