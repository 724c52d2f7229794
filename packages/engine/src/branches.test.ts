import { action, createEngineHost, edge, scenario } from "@patchbay/testkit";
import type { Definition, Edge, JsonValue } from "@patchbay/core";
import { describe, expect, it } from "vitest";

const run = (definition: Definition, bundle: JsonValue = {}) => createEngineHost({ definition }).run(bundle);

const trail = (report: ReturnType<typeof run>) =>
  report.operations.slice(1).map(({ nodeId, bundlePath }) => `${nodeId}/${bundlePath}`);

const output = (report: ReturnType<typeof run>, nodeId: number) =>
  report.operations.find((operation) => operation.nodeId === nodeId)?.output;

const above = (limit: number): Partial<Edge> => ({
  filter: { conditions: [[{ left: "{{1.n}}", operator: "greaterThan", right: String(limit) }]] },
});

/** Node 2 parts into 3 (n > 5), 4 (n > 2) and an empty branch; 5 merges them; 6 follows. */
const merged = (parting: "router.ifElse" | "router.route") =>
  scenario(
    [
      action(2, parting),
      action(3, "test.echo", { config: { size: "large" } }),
      action(4, "test.echo", { config: { size: "medium" } }),
      action(5, "router.merge", { config: { size: "{{ifempty(3.size; 4.size)}}", n: "{{1.n}}" } }),
      action(6, "test.echo", { config: { seen: "{{5.size}}", branch: "{{3.size}}" } }),
    ],
    [
      edge(1, 2),
      edge(2, 3, { order: 1, ...above(5) }),
      edge(2, 4, { order: 2, ...above(2) }),
      edge(2, 5, { fallback: true }),
      edge(3, 5),
      edge(4, 5),
      edge(5, 6),
    ],
  );

describe("if/else with a merge", () => {
  it.each([
    [9, ["2/1", "3/1", "5/1", "6/1"], "large"],
    [4, ["2/1", "4/1", "5/1", "6/1"], "medium"],
    [1, ["2/1", "5/1", "6/1"], undefined],
  ])("takes one branch for n = %i and goes on once", (n, way, size) => {
    const report = run(merged("router.ifElse"), { n });
    expect(trail(report)).toEqual(way);
    expect((output(report, 6) as { seen?: string }).seen).toBe(size);
  });

  it("has closed the branches behind the merge", () => {
    expect(output(run(merged("router.ifElse"), { n: 9 }), 6)).toEqual({ seen: "large" });
  });

  it("of a router waits for all its routes, and goes on once", () => {
    const report = run(merged("router.route"), { n: 9 });
    expect(trail(report)).toEqual(["2/1", "3/1", "4/1", "5/1", "6/1"]);
    expect(output(report, 5)).toEqual({ size: "medium", n: 9 });
  });

  it("does not go on when no branch has reached it", () => {
    const nobody = scenario(
      [action(2, "router.ifElse"), action(3, "test.echo"), action(4, "router.merge"), action(5, "test.echo")],
      [edge(1, 2), edge(2, 3, above(5)), edge(3, 4), edge(4, 5)],
    );
    const report = run(nobody, { n: 1 });
    expect(trail(report)).toEqual(["2/1"]);
    expect(report.outcome).toBe("succeeded");
  });

  it("inside an iterator merges once per item", () => {
    const definition = scenario(
      [
        action(2, "tools.iterate", { config: { array: "{{1.items}}" } }),
        action(3, "router.ifElse"),
        action(4, "test.echo", { config: { x: "{{2.value}}" } }),
        action(5, "router.merge", { config: { x: "{{ifempty(4.x; 0)}}" } }),
        action(6, "tools.aggregate", { config: { source: 2, item: "{{5.x}}" } }),
      ],
      [
        edge(1, 2),
        edge(2, 3),
        edge(3, 4, { filter: { conditions: [[{ left: "{{2.value}}", operator: "greaterThan", right: "1" }]] } }),
        edge(3, 5, { fallback: true }),
        edge(4, 5),
        edge(5, 6),
      ],
    );
    expect(output(run(definition, { items: [1, 2, 3] }), 6)).toEqual({ array: [0, 2, 3], count: 3 });
  });
});

describe("repeaters and stops", () => {
  it("count up", () => {
    const definition = scenario([
      action(2, "tools.repeat", { config: { repeats: 3, start: 10, step: -2 } }),
      action(3, "test.echo", { config: { at: "{{2.value}} {{2.index}}/{{2.total}}" } }),
    ]);
    const report = run(definition);
    const seen = report.operations.filter(({ nodeId }) => nodeId === 3);
    expect(seen.map((operation) => operation.output)).toEqual([{ at: "10 1/3" }, { at: "8 2/3" }, { at: "6 3/3" }]);
  });

  it.each([
    ["succeeded", null],
    ["failed", "scenario_stopped"],
  ])("end the run as %s, whatever is left to do", (outcome, code) => {
    const definition = scenario([
      action(2, "tools.repeat", { config: { repeats: 3 } }),
      action(3, "tools.stop", { config: { outcome, message: "no more" } }),
      action(4, "test.echo"),
    ]);
    const report = run(definition);
    expect(trail(report)).toEqual(["2/1", "3/1.1"]);
    expect([report.outcome, report.error?.code ?? null]).toEqual([outcome, code]);
  });
});

describe("the catch-all route", () => {
  const caught = (directive: string | null, more: Edge[] = []) =>
    scenario(
      [
        action(2, "test.fail", { config: { why: "broken" } }),
        action(3, "test.echo", { config: { told: "{{1.error.code}} at {{1.error.nodeId}} for {{1.n}}" } }),
        ...(directive === null ? [] : [action(4, directive)]),
      ],
      [edge(1, 2), edge(1, 3, { kind: "error" }), ...(directive === null ? [] : [edge(3, 4)]), ...more],
    );

  it("runs for an error that nobody else has handled, and the run fails with it", () => {
    const report = run(caught(null), { n: 7 });
    expect(output(report, 3)).toEqual({ told: "action_failed at 2 for 7" });
    expect(report.operations.map(({ state }) => state)).toEqual(["succeeded", "handled", "succeeded"]);
    expect([report.outcome, report.error?.code, report.error?.nodeId]).toEqual(["failed", "action_failed", 2]);
  });

  it.each([
    ["error.ignore", "succeeded"],
    ["error.commit", "succeeded"],
    ["error.rollback", "failed"],
  ])("ends as %s says", (directive, outcome) => {
    expect(run(caught(directive)).outcome).toBe(outcome);
  });

  it("does not catch its own errors: the first one counts", () => {
    const definition = scenario(
      [action(2, "test.fail", { config: { why: "first" } }), action(3, "test.fail", { config: { why: "second" } })],
      [edge(1, 2), edge(1, 3, { kind: "error" })],
    );
    const report = run(definition);
    expect(report.outcome).toBe("failed");
    expect(report.error?.message).toContain("first");
    expect(report.operations.map(({ state }) => state)).toEqual(["succeeded", "handled", "failed"]);
  });

  it("leaves errors with a route of their own alone", () => {
    const definition = scenario(
      [action(2, "test.fail"), action(3, "test.echo"), action(4, "error.ignore")],
      [edge(1, 2), edge(2, 4, { kind: "error" }), edge(1, 3, { kind: "error" })],
    );
    expect(trail(run(definition))).toEqual(["2/1", "4/1"]);
  });

  it("commit and rollback end the run from a node's own error route", () => {
    const definition = (directive: string) =>
      scenario(
        [action(2, "tools.repeat", { config: { repeats: 2 } }), action(3, "test.fail"), action(4, directive)],
        [edge(1, 2), edge(2, 3), edge(3, 4, { kind: "error" })],
      );
    expect(trail(run(definition("error.commit")))).toEqual(["2/1", "3/1.1", "4/1.1"]);
    expect(run(definition("error.commit")).outcome).toBe("succeeded");
    expect(run(definition("error.rollback")).error?.code).toBe("action_failed");
  });
});
