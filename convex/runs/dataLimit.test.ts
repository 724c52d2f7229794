import { describe, expect, it } from "vitest";
import {
  definitionOf,
  getDetail,
  node,
  post,
  publishScenario,
  receive,
  requireRunId,
  settle,
  useBackend,
} from "./harness.support.ts";

const backend = useBackend();

describe("limits of a run", () => {
  const start = async (settings: Record<string, number>, ...nodes: Parameters<typeof definitionOf>[0]) => {
    const definition = { ...definitionOf([receive, ...nodes]), settings };
    const { path } = await publishScenario(backend.owner, definition);
    const runId = requireRunId(await post(backend.t, path, { text: "x".repeat(50_000) }));
    await settle(backend.t);
    return await getDetail(backend.owner, runId);
  };

  it("end a run that stores more than it may, and say where to change that", async () => {
    const big = (id: number) =>
      node(id, "tools.setVariables", { config: { variables: [{ name: "text", value: "{{1.body.text}}" }] } });
    const loop = node(2, "tools.repeat", { config: { repeats: 40 } });
    const detail = await start({ maxDataMegabytes: 1 }, loop, big(3));
    expect(detail).toMatchObject({ state: "failed", failure: { code: "scenario_limit" } });
    expect(detail.error).toContain("1 MB");
    expect(detail.error).toContain("Data per run");
    expect(detail.operations.length).toBeLessThan(40);
    expect(await start({ maxDataMegabytes: 20 }, loop, big(3))).toMatchObject({ state: "succeeded" });
  });

  it("end a run that waits beyond its life", async () => {
    const detail = await start({ maxRunSeconds: 60 }, node(2, "tools.delay", { config: { seconds: 3_000 } }));
    expect(detail).toMatchObject({ state: "failed", failure: { code: "scenario_limit", nodeId: 2 } });
    expect(detail.error).toContain("1 minute");
    expect((detail.endedAt ?? 0) - detail.startedAt).toBeLessThan(70_000);
  });
});
