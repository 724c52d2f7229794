import { action, createEngineHost, edge, scenario, simulatePersons, type EffectScript } from "@patchbay/testkit";
import type { DefinitionNode, OperationError } from "@patchbay/core";
import { describe, expect, it } from "vitest";

const refused: OperationError = { kind: "terminal", code: "refused", message: "no" };
const lost: OperationError = { kind: "timeout", code: "action_timed_out", message: "no answer" };
const failing =
  (times: number, error: OperationError): EffectScript =>
  (call) =>
    call.delivered < times ? { ok: false, error } : { ok: true, output: { got: call.input } };

/** Node 2 fails and `error.break` (node 9) keeps the run; node 3 reads what node 2 gave. */
function broken(type: string, spec: Partial<DefinitionNode> = {}, attempts = 0) {
  return scenario(
    [
      action(2, type, { config: { value: "{{1.n}}", keep: "as it is" }, ...spec }),
      action(3, "test.echo", { config: { seen: "{{2.*}}" } }),
      action(9, "error.break", { config: { attempts, intervalSeconds: 60 } }),
    ],
    [edge(1, 2), edge(2, 3), edge(2, 9, { kind: "error" })],
  );
}

const unknown = scenario([
  action(2, "test.write", { config: { value: "{{1.n}}" } }),
  action(3, "test.echo", { config: { seen: "{{2.got.value}}" } }),
]);

describe("retrying with edited data", () => {
  it("replaces fields of a broken operation and evaluates the others again", () => {
    const host = createEngineHost({ definition: broken("test.write"), effects: failing(1, refused) });
    expect(host.run({ n: 1 })).toMatchObject({ outcome: "parked", error: { code: "refused" } });
    const report = host.send({ kind: "retry", by: "ann", changes: { value: 7 } });
    expect(report.outcome).toBe("succeeded");
    const again = report.operations.findLast((operation) => operation.nodeId === 2);
    expect(again).toMatchObject({ state: "succeeded", input: { value: 7, keep: "as it is" } });
    expect(again?.decisions).toEqual([{ kind: "edited", atMs: 1_000_010, by: "ann", before: { value: 1 } }]);
    expect(again?.attempts.map((attempt) => attempt.number)).toEqual([2]);
  });

  it("keeps what was changed when it breaks again, and adds to it", () => {
    const host = createEngineHost({ definition: broken("test.write", {}, 1), effects: failing(2, refused) });
    // The first break tries again by itself, the second one waits for a person.
    expect(host.run({ n: 1 })).toMatchObject({ outcome: "parked" });
    const automatic = host.report().operations.filter((operation) => operation.nodeId === 2);
    expect(automatic[1]?.decisions).toMatchObject([{ kind: "automatic" }]);
    const report = host.send({ kind: "retry", by: "ann", changes: { value: 7 } });
    expect(report.operations.findLast(({ nodeId }) => nodeId === 2)).toMatchObject({ input: { value: 7 } });
  });

  it("goes on where a formula failed that is no longer needed", () => {
    const definition = broken("test.write", { config: { value: "{{parseNumber(1.n)}}" } });
    const host = createEngineHost({ definition });
    expect(host.run({ n: "many" })).toMatchObject({ outcome: "parked", performed: [] });
    const report = host.send({ kind: "retry", by: "ann", changes: { value: 3 } });
    expect(report).toMatchObject({ outcome: "succeeded", performed: [{ effect: "write" }] });
  });

  it("performs an unknown write once more, with the changed data", () => {
    const host = createEngineHost({ definition: unknown, effects: failing(1, lost) });
    host.run({ n: 1 });
    const report = host.send({ kind: "retry", by: "ann", changes: { value: 2 } });
    expect(report.operations.at(-1)).toMatchObject({ output: { seen: 2 } });
    expect(report.operations[1]?.decisions).toMatchObject([{ kind: "edited", before: { value: 1 } }]);
  });
});

describe("calling an operation done", () => {
  it("goes on with the given output and performs nothing", () => {
    const host = createEngineHost({ definition: unknown, effects: failing(1, lost) });
    host.run({ n: 1 });
    const before = host.report().performed.length;
    const report = host.send({ kind: "resolve", output: { got: { value: "by hand" } }, by: "ann" });
    expect(report).toMatchObject({ outcome: "succeeded" });
    expect(report.performed).toHaveLength(before);
    expect(report.operations[1]).toMatchObject({ state: "succeeded", decisions: [{ kind: "done", by: "ann" }] });
    expect(report.operations.at(-1)).toMatchObject({ output: { seen: "by hand" } });
  });

  it("works for what was broken off, and for nothing that is not parked", () => {
    const host = createEngineHost({ definition: broken("test.write"), effects: failing(9, refused) });
    host.run({ n: 1 });
    expect(host.send({ kind: "resolve", output: { got: 1 }, by: "ann" })).toMatchObject({ outcome: "succeeded" });
    const ids = host.report().operations.map((operation) => operation.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(host.send({ kind: "resolve", output: 1 }).operations).toHaveLength(ids.length);
  });
});

describe("an attempt that is put off", () => {
  it("waits, is not counted against the policy, and leaves no attempt behind", () => {
    const definition = scenario([action(2, "test.write")]);
    let calls = 0;
    const effects: EffectScript = () => {
      calls += 1;
      if (calls <= 5) return { deferredMs: 60_000 };
      return calls <= 7
        ? { ok: false, error: { kind: "retryable", code: "busy", message: "later", notPerformed: true } }
        : { ok: true, output: {} };
    };
    const report = createEngineHost({ definition, effects }).run({});
    expect(report.outcome).toBe("succeeded");
    expect(report.waits.map((wait) => wait.reason)).toEqual([...Array<string>(5).fill("breaker"), "retry", "retry"]);
    expect(report.operations[1]?.attempts.map((attempt) => attempt.error?.code)).toEqual(["busy", "busy", undefined]);
  });
});

describe("the life of a run", () => {
  const live = (maxRunSeconds: number, ...nodes: DefinitionNode[]) => scenario(nodes, undefined, { maxRunSeconds });

  it("ends a wait at its deadline, with an error that names the limit and where to change it", () => {
    const report = createEngineHost({
      definition: live(60, action(2, "tools.delay", { config: { seconds: 90 } })),
    }).run({});
    expect(report).toMatchObject({ outcome: "failed", error: { code: "scenario_limit", nodeId: 2 }, nowMs: 1_060_000 });
    expect(report.error?.message).toContain("1 minute");
    expect(report.error?.message).toContain("scenario's settings");
    expect(report.waits).toEqual([{ reason: "delay", durationMs: 60_000 }]);
  });

  it("lets no error route go on, and performs nothing more", () => {
    const definition = scenario(
      [action(2, "tools.delay", { config: { seconds: 90 } }), action(3, "test.write"), action(8, "error.ignore")],
      [edge(1, 2), edge(2, 3), edge(2, 8, { kind: "error" }), edge(1, 8, { kind: "error" })],
      { maxRunSeconds: 60 },
    );
    expect(createEngineHost({ definition }).run({})).toMatchObject({ outcome: "failed", performed: [] });
  });

  it("does not count the time in which the run is incomplete", () => {
    const definition = scenario(
      [
        action(2, "test.write"),
        action(3, "tools.delay", { config: { seconds: 50 } }),
        action(9, "error.break", { config: { attempts: 1, intervalSeconds: 900 } }),
      ],
      [edge(1, 2), edge(2, 3), edge(2, 9, { kind: "error" })],
      { maxRunSeconds: 60 },
    );
    const report = createEngineHost({ definition, effects: failing(1, refused) }).run({});
    expect(report).toMatchObject({ outcome: "succeeded" });
    expect(report.nowMs).toBeGreaterThan(1_900_000);
  });
});

describe("persons who do anything with runs that broke off", () => {
  const SEEDS = 1_000;

  it(`never have a write performed more often than they decided (${SEEDS} seeds)`, () => {
    const acts: Record<string, number> = {};
    for (let seed = 1; seed <= SEEDS; seed++) {
      const simulated = simulatePersons(seed);
      expect(simulated.problems, `seed ${seed}: simulatePersons(${seed}) reproduces it`).toEqual([]);
      for (const [act, count] of Object.entries(simulated.acts)) acts[act] = (acts[act] ?? 0) + count;
    }
    // The test is worth something only while all of these happen.
    expect(Math.min(...Object.values(acts))).toBeGreaterThan(50);
  });
});
