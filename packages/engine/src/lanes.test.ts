import { action, createEngineHost, edge, scenario, type EffectScript, type HostOptions } from "@patchbay/testkit";
import type { Definition, DefinitionNode, Edge, JsonValue } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { MAX_LANES } from "./lanes.ts";

const items = (count: number) => Array.from({ length: count }, (_, index) => `i${index + 1}`);
const iterate = (concurrency: number, id = 2) =>
  action(id, "tools.iterate", { config: { array: "{{1.items}}", concurrency } });
const write = action(3, "test.write", { config: { value: "{{2.value}}", at: "{{2.index}}/{{2.total}}" } });
const collect = action(4, "tools.aggregate", { config: { source: 2, item: "{{3.value}}" } });

const fail = { ok: false as const, error: { kind: "terminal" as const, code: "refused", message: "no" } };
const fine = (value: JsonValue) => ({ ok: true as const, output: value });

/** The last of the attempts that are with the host ends first. */
const backwards = { nextToEnd: (inFlight: readonly unknown[]) => inFlight.length - 1 };

function run(definition: Definition, bundle: JsonValue, options: Partial<HostOptions> = {}) {
  return createEngineHost({ definition, ...options }).run(bundle);
}

const trail = (report: ReturnType<typeof run>, nodeId: number) =>
  report.operations
    .filter((operation) => operation.nodeId === nodeId)
    .map((each) => `${each.bundlePath} ${each.state}`);
const outputOf = (report: ReturnType<typeof run>, nodeId: number) =>
  report.operations.find((operation) => operation.nodeId === nodeId)?.output;

describe("bundles processed side by side", () => {
  it("are as many as the iterator says, and leave in their order however they end", () => {
    const report = run(scenario([iterate(3), write, collect]), { items: items(7) }, backwards);
    expect(report.mostInFlight).toBe(3);
    expect(trail(report, 3)[0]).toBe("1.3 succeeded");
    expect(outputOf(report, 4)).toEqual({ array: items(7), count: 7 });
  });

  it("know their number and how many there are", () => {
    const report = run(scenario([iterate(3), write]), { items: items(2) }, backwards);
    const inputs = report.operations.filter(({ nodeId }) => nodeId === 3).map(({ input }) => input);
    expect(inputs).toEqual([
      { value: "i2", at: "2/2" },
      { value: "i1", at: "1/2" },
    ]);
  });

  it("go on one after the other where nothing is asked of the host", () => {
    const definition = scenario([iterate(3), action(3, "test.echo", { config: { value: "{{2.value}}" } }), collect]);
    const report = run(definition, { items: items(4) });
    expect(trail(report, 3)).toEqual(["1.1", "1.2", "1.3", "1.4"].map((path) => `${path} succeeded`));
    expect(outputOf(report, 4)).toEqual({ array: items(4), count: 4 });
  });

  it("multiply when iterators are nested, up to a limit for the whole run", () => {
    const inner = action(5, "tools.iterate", { config: { array: "{{1.items}}", concurrency: 20 } });
    const leaf = action(6, "test.read", { config: { value: "{{2.value}}{{5.value}}" } });
    const outside = action(7, "tools.aggregate", { config: { source: 2, item: "{{6.value}}" } });
    const report = run(scenario([iterate(20), inner, leaf, outside]), { items: items(20) }, backwards);
    expect(report.mostInFlight).toBeGreaterThan(20);
    expect(report.mostInFlight).toBeLessThanOrEqual(MAX_LANES);
    const expected = items(20).flatMap((left) => items(20).map((right) => `${left}${right}`));
    expect(outputOf(report, 7)).toEqual({ array: expected, count: 400 });
  });

  it("each wait and try again on their own", () => {
    let refused = 0;
    const busy = { kind: "retryable" as const, code: "busy", message: "later", notPerformed: true };
    const effects: EffectScript = ({ bundlePath, input }) =>
      bundlePath === "1.1" && refused++ < 2 ? { ok: false, error: busy } : fine(input);
    const report = run(scenario([iterate(2), write, collect]), { items: items(4) }, { effects });
    expect(trail(report, 3).at(-1)).toBe("1.1 succeeded");
    expect(outputOf(report, 4)).toEqual({ array: items(4), count: 4 });
  });

  it("keep the state small", () => {
    const definition = scenario([iterate(5), write]);
    const report = run(definition, { items: items(2_000) }, { ...backwards, steps: () => 10 });
    expect(report.operations).toHaveLength(2 + 2_000);
    expect(report.largestState).toBeLessThan(JSON.stringify(items(2_000)).length + 10_000);
  });

  it("go one by one on an error route, whose directive is for what failed before", () => {
    const nodes = [action(2, "test.fail"), { ...iterate(3, 5), config: { array: "{{1.items}}", concurrency: 3 } }];
    const more = [action(6, "test.read"), action(7, "error.ignore")];
    const edges: Edge[] = [edge(1, 2), edge(2, 5, { kind: "error" }), edge(5, 6), edge(6, 7)];
    const report = run(scenario([...nodes, ...more], edges), { items: items(3) });
    expect(report).toMatchObject({ outcome: "succeeded", mostInFlight: 1 });
    expect(trail(report, 6)).toEqual(["1.1 succeeded"]);
  });
});

describe("a run that ends before its last bundle", () => {
  const failing =
    (path: string): EffectScript =>
    ({ bundlePath, input }) =>
      bundlePath === path ? fail : fine(input);

  it("ends with the earliest bundle's error; what was written meanwhile is recorded", () => {
    const report = run(scenario([iterate(3), write]), { items: items(9) }, { effects: failing("1.2") });
    expect(report).toMatchObject({ outcome: "failed", error: { nodeId: 3, bundlePath: "1.2" } });
    expect(trail(report, 3)).toContain("1.1 succeeded");
    expect(trail(report, 3)).toContain("1.3 succeeded");
    expect(trail(report, 3).length).toBeLessThan(9);
  });

  it("gives up reads of later bundles, and waits for writes", () => {
    const read = action(3, "test.read", { config: { value: "{{2.value}}" } });
    const given = { effects: failing("1.1") };
    const reading = run(scenario([iterate(3), read]), { items: items(3) }, given);
    expect(trail(reading, 3)).toEqual(["1.1 failed", "1.2 failed", "1.3 failed"]);
    expect(reading.operations.at(-1)?.error).toMatchObject({ kind: "cancelled" });
    expect(reading.nowMs).toBe(1_000_010);
    const writing = run(scenario([iterate(3), write]), { items: items(3) }, given);
    expect(trail(writing, 3)).toEqual(["1.1 failed", "1.2 succeeded", "1.3 succeeded"]);
  });

  it("tells of a write that was lost then that nobody knows", () => {
    const effects: EffectScript = (call) => (call.bundlePath === "1.1" ? fail : "lostAfter");
    const report = run(scenario([iterate(2), write]), { items: items(2) }, { effects });
    expect(report).toMatchObject({ outcome: "failed", error: { bundlePath: "1.1" } });
    expect(trail(report, 3)).toEqual(["1.1 failed", "1.2 unknown"]);
  });

  it("is not ended by a later bundle while an earlier one may still end it otherwise", () => {
    const commit = action(5, "error.commit");
    const edges: Edge[] = [edge(1, 2), edge(2, 3), edge(3, 5, { kind: "error", filter: onlyFirst })];
    const report = run(
      scenario([iterate(2), write, commit], edges),
      { items: items(2) },
      { ...backwards, effects: () => fail },
    );
    expect(report.outcome).toBe("succeeded");
    expect(trail(report, 3)).toEqual(["1.2 failed", "1.1 handled"]);
  });

  it("returns what the last bundle in order returned", () => {
    const give: DefinitionNode = action(5, "scenario.return", {
      config: { outputs: [{ name: "v", value: "{{2.value}}" }] },
    });
    const report = run(scenario([iterate(3), write, give]), { items: items(3) }, backwards);
    expect(report.returned).toEqual({ v: "i3" });
  });
});

const onlyFirst = { conditions: [[{ left: "2", operator: "greaterThan" as const, right: "{{2.index}}" }]] };

describe("lanes that stop", () => {
  const lost: EffectScript = ({ bundlePath, attempt, input }) =>
    ["1.1", "1.3"].includes(bundlePath) && attempt === 1 ? "lostAfter" : fine(input);

  it("keep their place while others go on; the run parks when none can, and a retry goes on with all", () => {
    const host = createEngineHost({ definition: scenario([iterate(2), write, collect]), effects: lost });
    const parked = host.run({ items: items(5) });
    expect(parked).toMatchObject({ outcome: "parked", error: { bundlePath: "1.1" } });
    expect(trail(parked, 3)).toEqual(["1.2 succeeded"]);
    const done = host.send({ kind: "retry", by: "somebody" });
    expect(done.outcome).toBe("succeeded");
    expect(outputOf(done, 4)).toEqual({ array: items(5), count: 5 });
    expect(done.performed.filter(({ key }) => key.endsWith(":1.1"))).toHaveLength(2);
    expect(done.performed.filter(({ key }) => key.endsWith(":1.2"))).toHaveLength(1);
  });

  it("take changes and an output that is given one at a time, the first first", () => {
    const host = createEngineHost({ definition: scenario([iterate(2), write, collect]), effects: lost });
    host.run({ items: items(3) });
    const one = host.send({ kind: "resolve", output: { value: "given" }, by: "somebody" });
    expect(one).toMatchObject({ outcome: "parked", error: { bundlePath: "1.3" } });
    const done = host.send({ kind: "retry", by: "somebody", changes: { value: "edited" } });
    expect(outputOf(done, 4)).toEqual({ array: ["given", "i2", "edited"], count: 3 });
  });

  it("are not tried again by themselves where a write is unknown", () => {
    const breaks = [edge(1, 2), edge(2, 3), edge(3, 5, { kind: "error" as const })];
    const route = action(5, "error.break", { config: { attempts: 3, intervalSeconds: 60 } });
    const effects: EffectScript = ({ bundlePath, delivered, input }) =>
      bundlePath === "1.1" ? "lostAfter" : delivered === 0 ? fail : fine(input);
    const report = run(scenario([iterate(2), write, route], breaks), { items: items(2) }, { effects });
    expect(report.outcome).toBe("parked");
    expect(trail(report, 3)).toEqual(["1.2 handled", "1.2 succeeded"]);
    expect(report.performed.filter(({ key }) => key.endsWith(":1.1"))).toHaveLength(1);
  });
});
