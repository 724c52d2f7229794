import { action, createEngineHost, edge, scenario, testCatalog, testPorts } from "@patchbay/testkit";
import type { JsonValue } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { advance } from "./advance.ts";
import type { Event } from "./events.ts";
import { compilePlan } from "./plan.ts";
import { createState } from "./state.ts";

type Host = ReturnType<typeof createEngineHost>;

const alone = (host: Host, nodeId: number, bundles: Record<number, JsonValue>) =>
  host.send({
    kind: "startNode",
    nodeId,
    bundles: new Map(Object.entries(bundles).map(([id, bundle]) => [Number(id), bundle])),
  });

describe("a single node", () => {
  const definition = scenario([
    action(2, "test.read"),
    action(3, "test.write", { config: { a: "{{1.a}}", b: "{{2.b}}" } }),
    action(4, "test.write", { config: { again: "{{3.x}}" } }),
  ]);
  const host = (spec: Partial<Parameters<typeof createEngineHost>[0]> = {}) =>
    createEngineHost({ definition, effects: () => ({ ok: true, output: { x: 7 } }), ...spec });

  it("is executed on the given bundles, and nothing before or after it is", () => {
    const report = alone(host(), 3, { 1: { a: 1 }, 2: { b: 2 } });
    expect(report.outcome).toBe("succeeded");
    expect(report.operations).toMatchObject([{ id: 2, nodeId: 3, input: { a: 1, b: 2 }, output: { x: 7 } }]);
    expect(report.performed.map(({ key }) => key)).toEqual(["run1:3:1"]);
    expect(report.edges).toEqual({});
  });

  it("says what was empty where a bundle was not given", () => {
    const [operation] = alone(host(), 3, { 1: { a: 1 } }).operations;
    expect(operation).toMatchObject({ input: { a: 1 }, missing: [{ field: ["b"] }] });
  });

  it("keeps its retries, and takes no error route", () => {
    const edges = [edge(1, 2), edge(2, 3), edge(3, 4, { kind: "error" })];
    const failing = host({
      definition: scenario(definition.nodes.slice(1), edges),
      effects: () => ({ ok: false, error: { kind: "retryable", code: "c", message: "no", notPerformed: true } }),
    });
    const report = alone(failing, 3, { 1: {}, 2: {} });
    expect(report).toMatchObject({ outcome: "failed", error: { nodeId: 3, code: "c" } });
    expect(report.operations).toHaveLength(1);
    expect(report.operations[0]?.attempts).toHaveLength(3);
  });

  it("is unknown when the result of its write is lost, and repeated when a person says so", () => {
    let lost = true;
    const losing = host({ effects: () => (lost ? "lostAfter" : { ok: true, output: 1 }) });
    expect(alone(losing, 3, { 1: {} }).outcome).toBe("parked");
    lost = false;
    expect(losing.send({ kind: "retry" }).outcome).toBe("succeeded");
  });

  it("is executed even where it is disabled", () => {
    const disabled = scenario([action(2, "test.read", { disabled: true })]);
    expect(alone(host({ definition: disabled }), 2, {}).operations).toMatchObject([{ state: "succeeded" }]);
  });

  it("may be an iterator or an aggregator: it emits, and that is all", () => {
    const loop = scenario([
      action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
      action(3, "tools.aggregate", { config: { source: 2, item: "{{2.value}}" } }),
      action(4, "test.write"),
    ]);
    const first = alone(host({ definition: loop }), 2, { 1: { items: [5, 6] } });
    expect(first.operations).toMatchObject([{ nodeId: 2, output: { value: 5, index: 1, total: 2 } }]);
    const second = alone(host({ definition: loop }), 3, { 2: { value: 5, index: 1, total: 1 } });
    expect(second.operations).toMatchObject([{ nodeId: 3, output: { array: [5] } }]);
    expect([...first.performed, ...second.performed]).toEqual([]);
  });
});

describe("a dry run", () => {
  const compiled = compilePlan(
    scenario([
      action(2, "tools.delay", { config: { seconds: 60 } }),
      action(3, "test.write"),
      action(4, "test.echo", { config: { x: "{{3.x}}" } }),
    ]),
    testCatalog,
  );
  if (!compiled.ok) throw new Error("not compiled");
  const { plan } = compiled;
  const host = { ports: testPorts({ nowMs: 5_000 }), budget: { steps: 100 } };

  it("waits for no delay, and marks what was simulated", () => {
    const first = advance(plan, createState(), { kind: "start", bundle: {}, dryRun: true }, host);
    expect(first.commands).toMatchObject([{ kind: "perform", nodeId: 3 }]);
    expect(first.operations).toMatchObject([{ nodeId: 1 }, { nodeId: 2, simulated: "wait", output: { seconds: 60 } }]);
    const result: Event = {
      kind: "result",
      operationId: 3,
      attempt: 1,
      startedAtMs: 5_000,
      endedAtMs: 5_000,
      outcome: { ok: true, output: { x: 1 } },
      simulated: "example",
    };
    const second = advance(plan, first.state, result, host);
    expect(second.commands).toEqual([{ kind: "finish", outcome: "succeeded" }]);
    expect(second.operations[0]).toMatchObject({ nodeId: 3, simulated: "example" });
    expect(second.operations[1]).toMatchObject({ nodeId: 4, output: { x: 1 } });
    expect(second.operations[1]).not.toHaveProperty("simulated");
  });
});
