import type { Definition } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import type { Operation, RunDetail } from "./runModel.ts";
import { runStory } from "./runStory.ts";

const node = (id: number, type: string) => ({ id, type, typeVersion: 1, config: {}, position: { x: 0, y: 0 } });
const definition: Definition = {
  format: 1,
  nodes: [node(1, "webhook.receive"), node(2, "http.request"), node(9, "error.ignore")],
  edges: [
    { from: 1, to: 2, kind: "next" },
    { from: 2, to: 9, kind: "error" },
  ],
};

const operation = (nodeId: number, state: Operation["state"], more: Partial<Operation> = {}): Operation => ({
  id: String(nodeId),
  nodeId,
  bundlePath: "1",
  state,
  attempts: [],
  input: undefined,
  output: undefined,
  error: null,
  startedAt: 0,
  durationMs: 1,
  missing: [],
  ...more,
});

const run = (state: string, more: Partial<RunDetail> = {}): RunDetail => ({
  id: "r1",
  scenarioId: "s1",
  state,
  source: { kind: "version", number: 3 },
  trigger: "webhook",
  startedAt: 0,
  endedAt: null,
  operationCount: 1,
  error: null,
  failure: null,
  waitingUntil: null,
  waitReason: null,
  generation: 0,
  stopped: null,
  ahead: null,
  breaker: null,
  links: { from: null, to: [] },
  definition,
  payload: undefined,
  operations: [],
  operationsCut: false,
  edgesTaken: [],
  ...more,
});

const tell = (detail: RunDetail) => {
  const { title, lines } = runStory(detail, (id) => `Node ${id}`);
  return [title, ...lines].join(" ");
};
const busy = { kind: "retryable" as const, code: "connection_failed", message: "503" };

describe("runStory", () => {
  it("says why a run waits, for every reason that there is", () => {
    const waiting = (waitReason: string, more: Partial<RunDetail> = {}) =>
      tell(run("waiting", { waitReason, waitingUntil: 5, operations: [operation(2, "waiting")], ...more }));
    expect(waiting("delay")).toContain("“Node 2” waits as it was told to");
    const tried = operation(2, "waiting", { attempts: [{ number: 1, startedAt: 0, durationMs: 1, error: busy }] });
    expect(waiting("retry", { operations: [tried] })).toMatch(/failed for now.*503\. Attempt 2/);
    const breaker = { connectionName: "Shop", failures: 5, message: "503", nextTryAt: 9 };
    expect(waiting("breaker", { breaker })).toMatch(/connection is in trouble.*“Shop” failed 5 times in a row.*503\./);
    for (const reason of ["call", "event", "approval", "paused", "organization"]) {
      expect(waiting(reason).length, reason).toBeGreaterThan(40);
    }
    expect(tell(run("queued", { waitReason: "turn", ahead: 2 }))).toContain("2 runs wait before it");
    expect(tell(run("queued", { waitReason: "paused" }))).toContain("resumes the scenario");
  });

  it("says when the next try comes", () => {
    const breaker = { connectionName: "Shop", failures: 5, message: "503", nextTryAt: 9 };
    expect(runStory(run("waiting", { waitReason: "breaker", breaker }), String)).toMatchObject({ until: 9 });
  });

  it("counts the retries that a run makes by itself", () => {
    const nodes = [...definition.nodes, node(8, "error.break")];
    const operations = [operation(2, "handled"), operation(8, "succeeded", { input: { attempts: 3 } })];
    const stopped = { nodeId: 2, bundlePath: "1", reason: "broken" as const, breaks: 2 };
    const more = { definition: { ...definition, nodes }, operations, stopped, waitReason: "break", waitingUntil: 9 };
    expect(runStory(run("incomplete", more), String)).toMatchObject({
      until: 9,
      untilWords: "Automatic retry 2 of 3 comes",
    });
  });

  it("says why a run failed, and what to do about it", () => {
    const failure = { kind: "auth", code: "connection_invalid", nodeId: 2 };
    const told = tell(run("failed", { failure, error: "401 Unauthorized" }));
    expect(told).toContain("“Node 2” failed");
    expect(told).toContain("Renew them in the connection");
  });

  it("says which route took an error and what its directive did", () => {
    const operations = [operation(2, "handled", { error: busy }), operation(9, "succeeded")];
    expect(tell(run("succeeded", { operations }))).toContain(
      "“Node 2” failed with connection_failed; its error route took it, dropped the bundle",
    );
    const byCatchAll = { ...definition, edges: [{ from: 1, to: 9, kind: "error" as const }] };
    expect(tell(run("succeeded", { operations, definition: byCatchAll }))).toContain("catch-all route took it");
  });

  it("says in whose favour a run was discarded", () => {
    const to = [{ runId: "r2", kind: "restarted" as const, state: "running", at: 1, by: { name: "Ann" } }];
    expect(tell(run("cancelled", { links: { from: null, to } }))).toContain("Ann began it anew");
  });
});

describe("a run that processes several bundles at the same time", () => {
  const at = (bundlePath: string, state: Operation["state"]) => operation(2, state, { id: bundlePath, bundlePath });

  it("tells what is being performed, what waits, and what nobody knows", () => {
    const operations = [at("1.1", "running"), at("1.2", "waiting"), at("1.3", "unknown"), at("1.4", "running")];
    const told = tell(run("running", { operations }));
    expect(told).toContain("2 operations are being performed at the same time");
    expect(told).toContain("“Node 2” 2 times.");
    expect(told).toContain("Another one waits meanwhile.");
    expect(told).toContain("Of 1 nobody knows whether it was carried out: the run asks when the others are done.");
  });

  it("tells that it has stopped at several, and that a retry goes on with all", () => {
    const operations = [at("1.1", "unknown"), at("1.2", "unknown"), at("1.3", "unknown")];
    const stopped = { nodeId: 2, bundlePath: "1.1", reason: "unknown" as const, breaks: 0, others: 2 };
    const told = tell(run("incomplete", { operations, stopped }));
    expect(told).toContain("It has stopped at 2 other bundles as well");
    expect(told).toContain("Retry goes on with all of them");
  });

  it("tells of all that was under way when it was stopped", () => {
    const operations = [at("1.1", "unknown"), at("1.2", "unknown")];
    expect(tell(run("cancelled", { operations }))).toContain("2 operations were under way");
  });
});
