import { action, createEngineHost, edge, scenario, type EffectScript } from "@patchbay/testkit";
import type { OperationError } from "@patchbay/core";
import { describe, expect, it } from "vitest";

const failure = (kind: OperationError["kind"], more: Partial<OperationError> = {}) =>
  ({ ok: false, error: { kind, code: "test", message: `${kind}!`, ...more } }) as const;

/** Fails the first `times` results of every operation, then succeeds. */
const failing =
  (times: number, error: ReturnType<typeof failure>): EffectScript =>
  (call) =>
    call.delivered < times ? error : { ok: true, output: { done: true } };

describe("retries", () => {
  it("wait 1 s, then 2 s, between half and the whole of it, and give up after three attempts", () => {
    const definition = scenario([action(2, "test.read")]);
    const shortest = createEngineHost({ definition, effects: failing(9, failure("retryable")), random: () => 0 }).run(
      {},
    );
    expect(shortest.waits).toEqual([
      { reason: "retry", durationMs: 500 },
      { reason: "retry", durationMs: 1_000 },
    ]);
    expect(shortest).toMatchObject({ outcome: "failed", error: { kind: "retryable", nodeId: 2 } });
    expect(shortest.operations[1]?.attempts.map((attempt) => attempt.number)).toEqual([1, 2, 3]);
    const longest = createEngineHost({
      definition,
      effects: failing(9, failure("retryable")),
      random: () => 0.999_999,
    });
    expect(longest.run({}).waits.map((wait) => wait.durationMs)).toEqual([1_000, 2_000]);
  });

  it("go on where they succeed, and keep each attempt with its error", () => {
    const report = createEngineHost({
      definition: scenario([action(2, "test.read")]),
      effects: failing(1, failure("timeout")),
    }).run({});
    expect(report.outcome).toBe("succeeded");
    expect(report.operations[1]?.attempts).toMatchObject([
      { number: 1, error: { kind: "timeout" } },
      { number: 2, durationMs: 10 },
    ]);
    expect(report.operations[1]?.attempts[1]).not.toHaveProperty("error");
  });

  it("follow the node's own policy", () => {
    const retry = { attempts: 5, initialDelayMs: 10_000, maxDelayMs: 15_000 };
    const definition = scenario([action(2, "test.read", { errorHandling: { retry } })]);
    const report = createEngineHost({ definition, effects: failing(9, failure("retryable")), random: () => 1 }).run({});
    expect(report.waits.map((wait) => wait.durationMs)).toEqual([10_000, 15_000, 15_000, 15_000]);
  });

  it.each([
    [{ retryAfterMs: 5_000 }, 5_000],
    [{}, 60_000],
  ])("wait as long as a busy service asks (%o)", (more, expected) => {
    const definition = scenario([action(2, "test.write")]);
    const busy = failure("rateLimited", { ...more, notPerformed: true });
    const report = createEngineHost({ definition, effects: failing(1, busy) }).run({});
    expect(report.waits).toEqual([{ reason: "retry", durationMs: expected }]);
    expect(report.outcome).toBe("succeeded");
  });

  it("are not made for a write that a busy service may have performed", () => {
    const definition = scenario([action(2, "test.write")]);
    const report = createEngineHost({ definition, effects: failing(1, failure("rateLimited")) }).run({});
    expect(report).toMatchObject({ outcome: "failed", waits: [] });
  });

  it.each(["invalid", "auth", "terminal"] as const)("are not made for %s errors", (kind) => {
    const report = createEngineHost({
      definition: scenario([action(2, "test.read")]),
      effects: failing(9, failure(kind)),
    }).run({});
    expect(report).toMatchObject({ outcome: "failed", waits: [] });
  });

  it("ignore a timer that comes too early", () => {
    const host = createEngineHost({ definition: scenario([action(2, "test.read")]), effects: () => "lostBefore" });
    expect(host.send({ kind: "timer" }).advances).toBe(1);
    expect(host.report().operations).toEqual([]);
  });
});

describe("writes", () => {
  const definition = scenario([action(2, "test.write"), action(3, "test.echo", { config: { ok: "{{2.done}}" } })]);

  it("are retried when they provably had no effect", () => {
    const effects = failing(1, failure("retryable", { notPerformed: true }));
    const report = createEngineHost({ definition, effects }).run({});
    expect(report).toMatchObject({ outcome: "succeeded", performed: [{ attempt: 2 }] });
  });

  it.each(["timeout", "retryable", "internal"] as const)(
    "become unknown after a %s error, until a person retries",
    (kind) => {
      const host = createEngineHost({ definition, effects: failing(1, failure(kind)) });
      const parked = host.run({});
      expect(parked).toMatchObject({ outcome: "parked", error: { kind, nodeId: 2 }, waits: [] });
      expect(parked.operations).toHaveLength(1);
      expect(host.send({ kind: "continue" }).outcome).toBe("parked");
      const done = host.send({ kind: "retry" });
      expect(done).toMatchObject({ outcome: "succeeded", error: null });
      expect(done.operations.map((operation) => operation.state)).toEqual(["succeeded", "succeeded", "succeeded"]);
      expect(done.operations[1]?.attempts.map((attempt) => attempt.number)).toEqual([1, 2]);
    },
  );

  it("fail when the service answered, whatever it answered", () => {
    const effects = failing(1, failure("retryable", { details: { status: 500 } }));
    expect(createEngineHost({ definition, effects }).run({})).toMatchObject({ outcome: "failed", waits: [] });
  });

  it("become unknown when their result is lost, and are not performed again", () => {
    const host = createEngineHost({
      definition,
      effects: (call) => (call.attempt === 1 ? "lostAfter" : { ok: true, output: {} }),
    });
    const parked = host.run({});
    expect(parked).toMatchObject({ outcome: "parked", error: { code: "action_result_lost" } });
    expect(parked.performed).toHaveLength(1);
  });

  it("are repeated when their node allows it", () => {
    const again = scenario([action(2, "test.write", { errorHandling: { whenUnknown: "repeat" } })]);
    const lost = createEngineHost({
      definition: again,
      effects: (call) => (call.attempt < 3 ? "lostAfter" : { ok: true, output: {} }),
    });
    expect(lost.run({})).toMatchObject({ outcome: "succeeded", performed: [{}, {}, {}] });
    const slow = createEngineHost({ definition: again, effects: failing(1, failure("timeout")) });
    expect(slow.run({}).outcome).toBe("succeeded");
  });

  it("stay unknown in the log when the run is cancelled instead", () => {
    const host = createEngineHost({ definition, effects: () => "lostAfter" });
    host.run({});
    const report = host.send({ kind: "cancel" });
    expect(report.outcome).toBe("cancelled");
    expect(report.operations[1]).toMatchObject({ state: "unknown", nodeId: 2 });
    expect(host.send({ kind: "retry" }).operations).toHaveLength(2);
  });
});

describe("lost results of repeatable effects", () => {
  it.each(["test.read", "test.idempotent"])("are asked for again at once (%s), outside the retry policy", (type) => {
    const report = createEngineHost({
      definition: scenario([action(2, type)]),
      effects: (call) => (call.attempt <= 4 ? "lostAfter" : { ok: true, output: { a: call.attempt } }),
    }).run({});
    expect(report).toMatchObject({ outcome: "succeeded", waits: [] });
    expect(new Set(report.performed.map((effect) => effect.key))).toEqual(new Set(["run1:2:1"]));
    expect(report.performed.map((effect) => effect.attempt)).toEqual([1, 2, 3, 4, 5]);
  });

  it("fail in the end: an operation that kills its performer must not go on for ever", () => {
    const report = createEngineHost({
      definition: scenario([action(2, "test.read")]),
      effects: () => "lostBefore",
    }).run({});
    expect(report).toMatchObject({ outcome: "failed", error: { code: "action_result_lost" } });
    expect(report.operations[1]?.attempts).toHaveLength(6);
  });
});

describe("error routes", () => {
  const nodes = [
    action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
    action(3, "test.read", { config: { v: "{{2.value}}" } }),
    action(4, "test.echo", { config: { got: "{{3.v}}" } }),
  ];
  const path = [edge(1, 2), edge(2, 3), edge(3, 4)];
  const effects: EffectScript = (call) => (call.input.v === 2 ? failure("terminal") : { ok: true, output: call.input });
  const run = (definition: ReturnType<typeof scenario>) =>
    createEngineHost({ definition, effects }).run({ items: [1, 2, 3] });
  const got = (report: ReturnType<typeof run>) =>
    report.operations.filter((operation) => operation.nodeId === 4).map((operation) => operation.output);

  it("without one the run fails at the node", () => {
    const report = run(scenario(nodes, path));
    expect(report).toMatchObject({ outcome: "failed", error: { kind: "terminal", nodeId: 3, bundlePath: "1.2" } });
    expect(report.operations.at(-1)).toMatchObject({ nodeId: 3, state: "failed" });
  });

  it("ignore drops the bundle and goes on with the next", () => {
    const report = run(scenario([...nodes, action(5, "error.ignore")], [...path, edge(3, 5, { kind: "error" })]));
    expect(report.outcome).toBe("succeeded");
    expect(got(report)).toEqual([{ got: 1 }, { got: 3 }]);
    expect(report.operations.map((operation) => operation.state)).toContain("handled");
  });

  it("resume goes on with substitute output, which may read the error", () => {
    const config = { output: { v: "{{3.error.kind}}/{{5.seen}}" } };
    const definition = scenario(
      [
        ...nodes,
        action(5, "test.echo", { config: { seen: "{{3.error.message}}" } }),
        action(6, "error.resume", { config }),
      ],
      [...path, edge(3, 5, { kind: "error" }), edge(5, 6)],
    );
    expect(got(run(definition))).toEqual([{ got: 1 }, { got: "terminal/terminal!" }, { got: 3 }]);
  });

  it("a route that ends without a directive counts as handled", () => {
    const report = run(scenario([...nodes, action(5, "test.echo")], [...path, edge(3, 5, { kind: "error" })]));
    expect(report.outcome).toBe("succeeded");
    expect(got(report)).toEqual([{ got: 1 }, { got: 3 }]);
  });

  it("a filter chooses which errors a route takes", () => {
    const conditions = [[{ left: "{{3.error.kind}}", operator: "equals" as const, right: "timeout" }]];
    const route = edge(3, 5, { kind: "error", filter: { conditions } });
    expect(run(scenario([...nodes, action(5, "error.ignore")], [...path, route]))).toMatchObject({ outcome: "failed" });
  });

  it("a failure inside an error route ends the run", () => {
    const report = run(scenario([...nodes, action(5, "test.fail")], [...path, edge(3, 5, { kind: "error" })]));
    expect(report).toMatchObject({ outcome: "failed", error: { nodeId: 5 } });
  });

  it("a directive outside of one fails", () => {
    const report = createEngineHost({ definition: scenario([action(2, "error.ignore")]) }).run({});
    expect(report).toMatchObject({ outcome: "failed", error: { code: "scenario_invalid" } });
  });

  it("an aggregator still emits when its bundles were ignored, and not when its source was", () => {
    const collect = [
      action(5, "tools.aggregate", { config: { source: 2, item: "{{3.v}}" } }),
      action(6, "error.ignore"),
    ];
    const first = scenario([...nodes, ...collect], [...path, edge(4, 5), edge(3, 6, { kind: "error" })]);
    expect(run(first).operations.at(-1)?.output).toEqual({ array: [1, 3], count: 2 });
    const second = scenario([...nodes, ...collect], [...path, edge(4, 5), edge(2, 6, { kind: "error" })]);
    const report = createEngineHost({ definition: second, effects }).run({ items: "none" });
    expect(report.outcome).toBe("succeeded");
    expect(report.operations.map((operation) => operation.nodeId)).toEqual([1, 2, 6]);
  });
});

describe("error.break", () => {
  const definition = (config: { attempts?: number; intervalSeconds?: number }) =>
    scenario(
      [
        action(2, "test.read"),
        action(3, "test.echo", { config: { ok: "{{2.done}}" } }),
        action(4, "error.break", { config }),
      ],
      [edge(1, 2), edge(2, 3), edge(2, 4, { kind: "error" })],
    );

  it("parks the run at the node, which a retry performs again", () => {
    const host = createEngineHost({ definition: definition({}), effects: failing(1, failure("terminal")) });
    expect(host.run({})).toMatchObject({ outcome: "parked", error: { nodeId: 2, bundlePath: "1" } });
    const report = host.send({ kind: "retry" });
    expect(report.outcome).toBe("succeeded");
    expect(report.operations.map(({ nodeId, state }) => [nodeId, state])).toEqual([
      [1, "succeeded"],
      [2, "handled"],
      [4, "succeeded"],
      [2, "succeeded"],
      [3, "succeeded"],
    ]);
    expect(report.performed.map((effect) => effect.attempt)).toEqual([1, 2]);
  });

  it("retries by itself, at growing intervals, as often as it says", () => {
    const effects = failing(9, failure("terminal"));
    const report = createEngineHost({
      definition: definition({ attempts: 2, intervalSeconds: 60 }),
      effects,
      startMs: 0,
    }).run({});
    expect(report.outcome).toBe("parked");
    expect(report.performed).toHaveLength(3);
    expect(report.nowMs).toBe(60_000 + 120_000 + 30);
  });
});

describe("cancel", () => {
  it("ends a run that waits", () => {
    const host = createEngineHost({ definition: scenario([action(2, "test.write")]), effects: () => "lostBefore" });
    host.run({});
    expect(host.send({ kind: "cancel" }).outcome).toBe("cancelled");
    expect(host.send({ kind: "cancel" }).advances).toBe(4);
  });
});
