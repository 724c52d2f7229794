import type { Definition, DefinitionNode, Edge, JsonValue } from "@patchbay/core";
import { action, createEngineHost, edge, scenario, testCatalog, testPorts, type AnswerScript } from "@patchbay/testkit";
import { describe, expect, it } from "vitest";
import { advance } from "./advance.ts";
import type { Event } from "./events.ts";
import { compilePlan } from "./plan.ts";
import { createState, packState, unpackState, type RunState } from "./state.ts";
import { pendingAsks } from "./waits.ts";

const wait = (id: number, config: Record<string, JsonValue> = {}, spec: Partial<DefinitionNode> = {}) =>
  action(id, "tools.wait", { ...spec, config: { kind: "approval", timeoutSeconds: 60, ...config } });
const echo = (id: number, value: string) => action(id, "test.echo", { config: { value } });

const approved = { decision: "approved", fields: { amount: 7 }, comment: "", answeredAt: "t", answeredBy: "Ada" };

function run(definition: Definition, answers?: AnswerScript, bundle: JsonValue = { items: ["a", "b"] }) {
  return createEngineHost({ definition, ...(answers && { answers }) }).run(bundle);
}

const outputOf = (report: ReturnType<typeof run>, nodeId: number) =>
  report.operations.filter((operation) => operation.nodeId === nodeId).map(({ output }) => output);

describe("a Wait node", () => {
  it("goes on with the answer", () => {
    const report = run(scenario([wait(2), echo(3, "{{2.fields.amount}} {{2.decision}}")]), () => approved);
    expect(report).toMatchObject({ outcome: "succeeded", asked: ["2:1"] });
    expect(outputOf(report, 2)).toEqual([{ ...approved, timedOut: false }]);
    expect(outputOf(report, 3)).toEqual([{ value: "7 approved" }]);
    expect(report.waits).toEqual([{ reason: "approval", durationMs: 60_000 }]);
  });

  it("goes on without an answer when its time is over, or a person says so", () => {
    const definition = scenario([wait(2), wait(3, { kind: "event" })]);
    for (const answers of [undefined, (() => "skip") satisfies AnswerScript]) {
      const report = run(definition, answers);
      expect(outputOf(report, 2)).toMatchObject([{ decision: null, fields: {}, timedOut: true }]);
      expect(outputOf(report, 3)).toMatchObject([{ body: null, timedOut: true }]);
    }
  });

  it("fails when nobody answers, where that is wanted, and takes its error route", () => {
    const fails = wait(2, { onTimeout: "fail" });
    expect(run(scenario([fails]))).toMatchObject({
      outcome: "failed",
      error: { kind: "timeout", code: "wait_timed_out", nodeId: 2 },
    });
    const routed = scenario(
      [fails, action(3, "error.resume", { config: { output: "{{2.error.kind}}" } }), echo(4, "{{2.*}}")],
      [edge(1, 2), edge(2, 3, { kind: "error" }), edge(2, 4)],
    );
    expect(outputOf(run(routed), 4)).toEqual([{ value: "timeout" }]);
    expect(
      outputOf(
        run(scenario([fails]), () => "skip"),
        2,
      ),
    ).toMatchObject([{ timedOut: true }]);
  });

  it("waits for each item of an iterator, one after the other", () => {
    const each = scenario([action(2, "tools.iterate", { config: { array: "{{1.items}}" } }), wait(3)]);
    const report = run(each, (key) => ({ body: key }));
    expect(report.asked).toEqual(["3:1.1", "3:1.2"]);
    expect(outputOf(report, 3)).toEqual([
      { body: "run1:3:1.1", timedOut: false },
      { body: "run1:3:1.2", timedOut: false },
    ]);
  });

  it("waits again where an error route broke off and the run is retried", () => {
    const broken = scenario(
      [action(2, "test.write"), wait(3), action(4, "error.break", { config: { attempts: 1, intervalSeconds: 1 } })],
      [edge(1, 2), edge(2, 3, { kind: "error" }), edge(3, 4)],
    );
    const error = { kind: "terminal", code: "refused", message: "no" } as const;
    const host = createEngineHost({
      definition: broken,
      effects: ({ delivered }) => (delivered < 2 ? { ok: false, error } : { ok: true, output: {} }),
      answers: () => approved,
    });
    expect(host.run({}).asked).toEqual(["3:1", "3:1"]);
    expect(host.send({ kind: "retry" })).toMatchObject({ outcome: "succeeded" });
  });
});

describe("the address of a Wait node", () => {
  const url = (id: number) => `{{resumeUrl(${id})}}`;
  const iterate = action(2, "tools.iterate", { config: { array: "{{1.items}}" } });
  const aggregate = (id: number) => action(id, "tools.aggregate", { config: { source: 2, item: "{{2.value}}" } });

  it.each<[string, DefinitionNode[], Edge[] | undefined, string[]]>([
    ["in a chain", [echo(2, url(4)), echo(3, "x"), wait(4)], undefined, ["4:1"]],
    ["of each item", [iterate, echo(3, url(4)), wait(4)], undefined, ["4:1.1", "4:1.2"]],
    [
      "behind an aggregator, asked for before its iterator",
      [action(7, "test.echo", { config: { value: url(4) } }), iterate, aggregate(3), wait(4)],
      [edge(1, 7), edge(7, 2), edge(2, 3), edge(3, 4)],
      ["4:1"],
    ],
    [
      "behind an aggregator, asked for in its loop",
      [iterate, echo(5, url(4)), aggregate(3), wait(4)],
      undefined,
      ["4:1"],
    ],
    [
      "behind a merge, asked for in a branch",
      [action(2, "router.route"), echo(3, url(6)), echo(4, "y"), action(5, "router.merge"), wait(6)],
      [edge(1, 2), edge(2, 3), edge(2, 4, { order: 1 }), edge(3, 5), edge(4, 5), edge(5, 6)],
      ["6:1"],
    ],
    [
      "on an error route",
      [action(2, "test.fail", { config: { a: url(4) } }), echo(3, url(4)), wait(4), action(5, "error.ignore")],
      [edge(1, 2), edge(2, 3, { kind: "error" }), edge(3, 4), edge(4, 5)],
      ["4:1"],
    ],
    [
      "on the catch-all route",
      [iterate, action(3, "test.fail"), echo(4, url(5)), wait(5)],
      [edge(1, 2), edge(2, 3), edge(1, 4, { kind: "error" }), edge(4, 5)],
      ["5:1.1"],
    ],
    [
      "in a filter",
      [echo(2, "x"), wait(3)],
      [
        edge(1, 2),
        edge(2, 3, {
          filter: { conditions: [[{ left: url(3), operator: "contains", right: "resume" }]] },
        }),
      ],
      ["3:1"],
    ],
  ])("%s is that of the operation that will wait", (_where, nodes, edges, places) => {
    const report = run(scenario(nodes, edges), () => approved);
    expect(report.asked).toEqual(places);
    expect([...new Set(report.expected)]).toEqual(places);
  });

  it("is the same wherever it is asked for, another for each run, and says who is to open it", () => {
    const definition = scenario([
      echo(2, `{{resumeUrl(4)}}|{{resumeUrl(4)}}|{{approvalUrl(4)}}`),
      echo(3, url(4)),
      wait(4),
    ]);
    const valueIn = (random: number) => {
      const report = createEngineHost({ definition, random: () => random }).run({});
      return [outputOf(report, 2), outputOf(report, 3)]
        .flat()
        .flatMap((each) => String((each as { value: string }).value).split("|"));
    };
    const [first, second, page, later] = valueIn(0.25);
    expect(first).toMatch(/^https:\/\/patchbay\.test\/resume\/k1\//);
    expect([second, later]).toEqual([first, first]);
    expect(page).toBe(first?.replace("/resume/", "/approve/"));
    expect(valueIn(0.75)[0]).not.toBe(first);
  });

  it("keeps the key that it was first made with", () => {
    const definition = scenario([
      echo(2, url(4)),
      action(5, "tools.delay", { config: { seconds: 1 } }),
      echo(3, url(4)),
      wait(4),
    ]);
    const plan = planOf(definition);
    const ports = (keyId: string, nowMs: number) => {
      const { addresses, ...rest } = testPorts({ nowMs });
      return { ...rest, addresses: { ...addresses!, keyId } };
    };
    const first = advance(
      plan,
      createState(),
      { kind: "start", bundle: {} },
      { ports: ports("old", 0), budget: { steps: 99 } },
    );
    const later = advance(plan, first.state, { kind: "timer" }, { ports: ports("new", 1_000), budget: { steps: 99 } });
    expect(later.operations.at(-1)?.output).toEqual(first.operations.at(-1)?.output);
  });

  it("cannot be asked for of a node that does not wait", () => {
    expect(run(scenario([echo(2, url(3)), echo(3, "x")]))).toMatchObject({
      outcome: "failed",
      error: { code: "formula_failed" },
    });
  });
});

function planOf(definition: Definition) {
  const compiled = compilePlan(definition, testCatalog);
  if (!compiled.ok) throw new Error("The definition cannot be compiled.");
  return compiled.plan;
}

describe("an answer", () => {
  const plan = planOf(scenario([wait(2), wait(3)]));
  const send = (state: RunState, event: Event, nowMs: number) =>
    advance(
      plan,
      unpackState(packState(state), () => ({})),
      event,
      { ports: testPorts({ nowMs }), budget: { steps: 99 } },
    );
  const waiting = () => send(createState(), { kind: "start", bundle: {} }, 0).state;
  const answer = (operationId: number, atMs = 1): Event => ({ kind: "answer", operationId, answer: approved, atMs });

  it("is taken once, and only by the operation that it is for", () => {
    const state = waiting();
    expect(pendingAsks(state)).toMatchObject([{ operationId: 2, nodeId: 2, dueMs: 60_000 }]);
    expect(send(state, answer(3), 1).accepted).toBe(false);
    const next = send(state, answer(2), 1);
    expect(next).toMatchObject({
      accepted: true,
      commands: [
        { kind: "ask", nodeId: 3 },
        { kind: "wait", reason: "approval" },
      ],
    });
    expect(send(next.state, answer(2), 2).accepted).toBe(false);
    expect(send(next.state, { kind: "skip", operationId: 2 }, 2).accepted).toBe(false);
  });

  it("is too late when the time is over, whether or not the timer has come", () => {
    expect(send(waiting(), answer(2, 59_999), 59_999).accepted).toBe(true);
    expect(send(waiting(), answer(2, 60_000), 60_000).accepted).toBe(false);
    expect(send(send(waiting(), { kind: "timer" }, 60_000).state, answer(2), 60_001).accepted).toBe(false);
  });

  it("counts from when it came, however late the host hands it in", () => {
    expect(send(waiting(), answer(2, 59_999), 70_000).accepted).toBe(true);
  });

  it("is not taken by a run that was stopped, nor by one that waits for a time to pass", () => {
    expect(send(send(waiting(), { kind: "cancel" }, 1).state, answer(2), 2).accepted).toBe(false);
    const delayed = planOf(scenario([action(2, "tools.delay", { config: { seconds: 60 } })]));
    const host = { ports: testPorts({ nowMs: 0 }), budget: { steps: 99 } };
    const { state } = advance(delayed, createState(), { kind: "start", bundle: {} }, host);
    expect(pendingAsks(state)).toEqual([]);
    expect(advance(delayed, state, answer(2), host).accepted).toBe(false);
    expect(advance(delayed, state, { kind: "skip", operationId: 2 }, host).accepted).toBe(false);
  });

  it("lets an early timer wait for the rest", () => {
    expect(send(waiting(), { kind: "timer" }, 59_000)).toMatchObject({
      commands: [{ kind: "wait", dueMs: 60_000, reason: "approval" }],
    });
  });
});
