import { action, createEngineHost, edge, scenario, testCatalog, testPorts } from "@patchbay/testkit";
import { describe, expect, it } from "vitest";
import { advance } from "./advance.ts";
import { compilePlan } from "./plan.ts";
import { pendingCalls, pendingOperations } from "./pending.ts";
import { createState, packState, unpackState } from "./state.ts";

const call = (id: number, config = {}, spec = {}) =>
  action(id, "scenario.call", { config: { scenarioId: "child", inputs: { n: "{{1.n}}" }, ...config }, ...spec });
const giveBack = (id: number, value: string) =>
  action(id, "scenario.return", { config: { outputs: [{ name: "total", value }] } });
const later = { retry: { attempts: 2, initialDelayMs: 1_000, maxDelayMs: 1_000 } };

const doubling = scenario([giveBack(2, "{{1.n * 2}}")]);
const failing = scenario([action(2, "test.fail", { config: { why: "no" } })]);

describe("a call of another scenario", () => {
  it("hands its inputs over, waits, and goes on with what was returned", () => {
    const definition = scenario([call(2), action(3, "test.echo", { config: { got: "{{2.outputs.total + 1}}" } })]);
    const report = createEngineHost({ definition, scenarios: { child: doubling } }).run({ n: 5 });
    expect(report.outcome).toBe("succeeded");
    expect(report.calls[0]?.command).toMatchObject({ scenarioId: "child", inputs: { n: 5 }, mode: "wait", attempt: 1 });
    expect(report.operations.at(-1)).toMatchObject({ nodeId: 3, output: { got: 11 } });
    expect(report.operations.find(({ nodeId }) => nodeId === 2)?.attempts).toHaveLength(1);
  });

  it("gets no outputs of a scenario that returns nothing", () => {
    const definition = scenario([call(2)]);
    const report = createEngineHost({ definition, scenarios: { child: scenario([]) } }).run({ n: 5 });
    expect(report.operations.at(-1)?.output).toEqual({ outputs: {} });
  });

  it("is made once for each bundle of an iterator, in order", () => {
    const nodes = [
      action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
      call(3, { inputs: { n: "{{2.value}}" } }),
      action(4, "tools.aggregate", { config: { source: 2, item: "{{3.outputs.total}}" } }),
    ];
    const report = createEngineHost({ definition: scenario(nodes), scenarios: { child: doubling } }).run({
      items: [1, 2, 3],
    });
    expect(report.calls.map(({ command }) => command.bundlePath)).toEqual(["1.1", "1.2", "1.3"]);
    expect(report.operations.at(-1)?.output).toEqual({ array: [2, 4, 6], count: 3 });
  });

  it("lets the last return count", () => {
    const child = scenario([giveBack(2, "first"), giveBack(3, "{{2.total}} and last")]);
    const report = createEngineHost({ definition: child }).run({});
    expect(report.returned).toEqual({ total: "first and last" });
  });

  it("returns nothing where the run fails after all", () => {
    const child = scenario([giveBack(2, "x"), action(3, "test.fail")]);
    expect(createEngineHost({ definition: child }).run({})).toMatchObject({ outcome: "failed", returned: null });
  });
});

describe("a call that fails", () => {
  it("fails the node; an error route takes it", () => {
    const nodes = [call(2), action(3, "error.resume", { config: { output: { outputs: { total: 0 } } } })];
    const after = action(4, "test.echo", { config: { got: "{{2.outputs.total}}" } });
    const edges = [edge(1, 2), edge(2, 4), edge(2, 3, { kind: "error" })];
    const definition = scenario([...nodes, after], edges);
    const report = createEngineHost({ definition, scenarios: { child: failing } }).run({});
    expect(report.outcome).toBe("succeeded");
    expect(report.operations.find(({ nodeId }) => nodeId === 2)?.error).toMatchObject({ code: "scenario_failed" });
    expect(report.operations.at(-1)?.output).toEqual({ got: 0 });
  });

  it("is made once, unless its node says otherwise: then a new run is called", () => {
    const once = createEngineHost({ definition: scenario([call(2)]), scenarios: { child: failing } }).run({});
    expect(once).toMatchObject({ outcome: "failed", error: { nodeId: 2, kind: "terminal" } });
    expect(once.calls).toHaveLength(1);
    const definition = scenario([call(2, {}, { errorHandling: later })]);
    const twice = createEngineHost({ definition, scenarios: { child: failing } }).run({});
    expect(twice.calls.map(({ command }) => command.attempt)).toEqual([1, 2]);
    expect(twice.operations.at(-1)?.attempts.map(({ error }) => error?.code)).toEqual(Array(2).fill("scenario_failed"));
  });

  it("is not repeated where it could not be made at all", () => {
    const definition = scenario([call(2, { scenarioId: "gone" }, { errorHandling: later })]);
    const report = createEngineHost({ definition }).run({});
    expect(report.calls).toHaveLength(1);
    expect(report.error).toMatchObject({ kind: "invalid", code: "scenario_not_found" });
  });

  it("is made anew when a run that was broken off there is retried", () => {
    const definition = scenario([call(2), action(3, "error.break")], [edge(1, 2), edge(2, 3, { kind: "error" })]);
    const host = createEngineHost({ definition, scenarios: { child: failing } });
    expect(host.run({}).outcome).toBe("parked");
    expect(host.send({ kind: "retry" }).calls.map(({ command }) => command.attempt)).toEqual([1, 2]);
  });
});

describe("a run that waits for one that it called", () => {
  const compiled = compilePlan(scenario([call(2)]), testCatalog);
  if (!compiled.ok) throw new Error("The definition cannot be compiled.");
  const host = { ports: testPorts({ nowMs: 1_000 }), budget: { steps: 100 } };
  const begun = advance(compiled.plan, createState(), { kind: "start", bundle: { n: 1 } }, host);
  const waiting = unpackState(packState(begun.state), () => ({ n: 1 }));
  const resumed = { kind: "resumed" as const, operationId: 2, attempt: 1, outcome: { ok: true as const, output: {} } };
  const send = (event: Parameters<typeof advance>[2], state = waiting) => advance(compiled.plan, state, event, host);

  it("shows the call after a restart", () => {
    expect(pendingCalls(waiting)).toEqual(begun.commands);
    expect(pendingOperations(waiting, 1_500)).toMatchObject([{ nodeId: 2, state: "waiting", durationMs: 500 }]);
  });

  it.each([
    ["another operation's end", { ...resumed, operationId: 1 }],
    ["an earlier attempt's end", { ...resumed, attempt: 0 }],
    ["a continue", { kind: "continue" as const }],
    ["a lost performer", { kind: "lost" as const, operationId: 2, attempt: 1 }],
    ["a retry", { kind: "retry" as const }],
  ])("ignores %s", (_name, event) => {
    expect(send(event)).toMatchObject({ accepted: false, commands: [] });
  });

  it("takes the end once", () => {
    const ended = send(resumed);
    expect(ended.commands.at(-1)).toEqual({ kind: "finish", outcome: "succeeded" });
    expect(send(resumed, ended.state).accepted).toBe(false);
  });

  it("can be stopped", () => {
    const stopped = send({ kind: "cancel" });
    expect(stopped.commands).toEqual([{ kind: "finish", outcome: "cancelled" }]);
    expect(stopped.operations[0]).toMatchObject({ nodeId: 2, state: "failed", error: { code: "run_cancelled" } });
  });
});
