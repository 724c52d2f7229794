import { action, createEngineHost, edge, scenario, testCatalog, testPorts } from "@patchbay/testkit";
import { describe, expect, it } from "vitest";
import { advance } from "./advance.ts";
import { compilePlan, type Plan } from "./plan.ts";
import { canTransition, endedRunStates, isEnded, liveRunStates, runStates, transition } from "./runStates.ts";
import { pendingCommands, pendingOperations } from "./pending.ts";
import { createState, packState, unpackState, type RunState } from "./state.ts";

function plan(definition: ReturnType<typeof scenario>): Plan {
  const compiled = compilePlan(definition, testCatalog);
  if (!compiled.ok) throw new Error("not compiled");
  return compiled.plan;
}

const host = { ports: testPorts({ nowMs: 5_000 }), budget: { steps: 100 } };
const started = (of: Plan, bundle = {}) => advance(of, createState(), { kind: "start", bundle }, host);

describe("advance", () => {
  const writing = plan(scenario([action(2, "test.write", { config: { a: "{{1.a}}" }, connectionId: "c1" })]));

  it("asks for an effect, and the stored state asks for the same", () => {
    const { state, commands } = started(writing, { a: 1 });
    expect(commands).toEqual([
      {
        kind: "perform",
        nodeId: 2,
        bundlePath: "1",
        type: "test.write",
        typeVersion: 1,
        input: { a: 1 },
        connectionId: "c1",
        effect: "write",
        operationId: 2,
        attempt: 1,
        timeoutMs: 30_000,
      },
    ]);
    const read = unpackState(packState(state), () => ({ a: 1 }));
    expect(read).toEqual(state);
    expect(pendingCommands(writing, read)).toEqual(commands);
    expect(pendingOperations(read, 5_100)).toMatchObject([{ nodeId: 2, state: "running", durationMs: 100 }]);
  });

  it("changes neither the state it is given nor the plan", () => {
    const loop = plan(
      scenario([
        action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
        action(3, "test.read"),
        action(4, "tools.aggregate", { config: { source: 2, item: "{{3.x}}" } }),
      ]),
    );
    let state: RunState = started(loop, { items: [1, 2, 3] }).state;
    for (let attempt = 0; attempt < 3; attempt++) {
      const before = JSON.stringify(state);
      const outcome = { ok: true as const, output: { x: attempt } };
      const operationId = state.pending?.id ?? 0;
      const event = { kind: "result" as const, operationId, attempt: 1, startedAtMs: 1, endedAtMs: 2, outcome };
      const next = advance(loop, state, event, host);
      expect(JSON.stringify(state)).toBe(before);
      expect(next).toEqual(advance(loop, JSON.parse(before) as RunState, event, host));
      state = next.state;
    }
    expect(state.phase).toBe("ended");
  });

  it.each([
    { kind: "start", bundle: {} },
    { kind: "continue" },
    { kind: "timer" },
    { kind: "retry" },
    { kind: "lost", operationId: 2, attempt: 7 },
    { kind: "result", operationId: 2, attempt: 2, startedAtMs: 0, endedAtMs: 0, outcome: { ok: true, output: {} } },
  ] as const)("takes no notice of $kind while an effect is under way that it does not fit", (event) => {
    const { state } = started(writing);
    const late = advance(writing, state, event, host);
    expect(late).toEqual({ accepted: false, state, commands: [], operations: [] });
    expect(late.state).toBe(state);
  });

  it("takes no notice of anything after the end", () => {
    const { state } = advance(writing, started(writing).state, { kind: "cancel" }, host);
    expect(state.phase).toBe("ended");
    expect(advance(writing, state, { kind: "cancel" }, host).accepted).toBe(false);
    expect(advance(writing, state, { kind: "start", bundle: {} }, host).accepted).toBe(false);
  });

  it("asks again for the rest of a wait when the timer comes early", () => {
    const delaying = plan(scenario([action(2, "tools.delay", { config: { seconds: 10 } })]));
    const { state } = started(delaying);
    const early = advance(delaying, state, { kind: "timer" }, { ...host, ports: testPorts({ nowMs: 14_999 }) });
    expect(early.commands).toEqual([{ kind: "wait", dueMs: 15_000, reason: "delay" }]);
    const due = advance(delaying, early.state, { kind: "timer" }, { ...host, ports: testPorts({ nowMs: 15_000 }) });
    expect(due.commands).toEqual([{ kind: "finish", outcome: "succeeded" }]);
  });

  it("says so when state and plan do not belong together", () => {
    const other = plan(scenario([]));
    const { state } = started(writing);
    expect(() => advance(other, state, { kind: "lost", operationId: 2, attempt: 1 }, host)).toThrow(
      /do not belong together/,
    );
  });
});

describe("packState", () => {
  it("leaves the run's event out", () => {
    const secret = { a: "payload".repeat(10) };
    const { state } = started(plan(scenario([action(2, "test.write")])), secret);
    expect(packState(state)).not.toContain("payload");
  });
});

describe("compilePlan", () => {
  it("refuses unknown types and a wrong number of triggers, naming the node", () => {
    const none = compilePlan({ format: 1, nodes: [action(1, "test.echo")], edges: [] }, testCatalog);
    expect(none).toMatchObject({ ok: false, issues: [{ code: "no_trigger" }] });
    const two = compilePlan(scenario([action(2, "test.receive")]), testCatalog);
    expect(two).toMatchObject({ ok: false, issues: [{ code: "second_trigger" }] });
    const unknown = compilePlan(
      scenario([action(2, "no.such"), action(3, "test.echo", { typeVersion: 9 })]),
      testCatalog,
    );
    expect(unknown).toMatchObject({ ok: false, issues: [{ code: "unknown_type", nodeId: 2 }, { nodeId: 3 }] });
  });

  it.each([
    [{}, "write"],
    [{ method: "GET" }, "read"],
    [{ method: "get" }, "read"],
    [{ method: "PUT" }, "idempotent"],
    [{ method: "{{1.method}}" }, "write"],
  ])("takes the effect from the config %o: %s", (config, effect) => {
    expect(plan(scenario([action(2, "test.send", { config })])).nodes.get(2)?.effect).toBe(effect);
  });

  it("leaves out edges to nodes that do not exist", () => {
    const compiled = plan(scenario([action(2, "test.echo")], [edge(1, 2), edge(2, 9), edge(8, 2)]));
    expect(compiled.nodes.get(2)?.next).toEqual([]);
  });

  it("knows whether the scenario answers its caller", () => {
    expect(plan(scenario([action(2, "webhook.respond")])).responds).toBe(true);
    expect(plan(scenario([action(2, "webhook.respond", { disabled: true })])).responds).toBe(false);
  });
});

describe("run states", () => {
  it("end once", () => {
    expect(endedRunStates).toEqual(["succeeded", "failed", "cancelled"]);
    for (const end of endedRunStates) for (const to of runStates) expect(canTransition(end, to)).toBe(false);
    expect(liveRunStates).toEqual(["queued", "running", "waiting", "incomplete"]);
    expect(isEnded("incomplete")).toBe(false);
  });

  it("allow what the table says and refuse the rest", () => {
    expect(transition("incomplete", "queued")).toBe("queued");
    expect(() => transition("incomplete", "succeeded")).toThrow("from incomplete to succeeded");
    for (const live of liveRunStates) expect(canTransition(live, "cancelled")).toBe(true);
  });
});

describe("the host in memory", () => {
  it("refuses a definition that cannot run", () => {
    expect(() => createEngineHost({ definition: scenario([action(2, "no.such")]) })).toThrow(/no.such/);
  });
});
