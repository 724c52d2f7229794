import { beforeEach, expect, it } from "vitest";
import { createBackend, createOwner, definitionWith, type Backend } from "../../test.support.ts";
import { code, createApiClient, createKey, type Call } from "./http.support.ts";

let t: Backend;
let call: Call;
let scenarioId: string;

interface Item extends Record<string, unknown> {
  id: string;
}

beforeEach(async () => {
  t = createBackend();
  call = createApiClient(t, await createKey(await createOwner(t)));
  const created = await call("POST", "/scenarios", { name: "Orders", definition: definitionWith("{{1.body.name}}!") });
  scenarioId = created.body.id;
  await call("POST", `/scenarios/${scenarioId}/versions`);
});

const start = (body?: unknown) => call("POST", `/scenarios/${scenarioId}/runs`, body);

it("starts a run of the published version and shows its operations as JSON", async () => {
  const started = await start({ payload: { name: "Ada", $odd: [1] } });
  expect(started.status).toBe(202);
  expect(started.body).toMatchObject({ scenarioId, source: { kind: "version", number: 1 }, trigger: "api" });
  const { status, body } = await call("GET", `/runs/${started.body.id}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: started.body.id,
    state: "succeeded",
    endedAt: expect.any(Number) as number,
    operationCount: expect.any(Number) as number,
    error: null,
    payload: { method: "POST", body: { name: "Ada", $odd: [1] } },
  });
  const operations = body.operations as Item[];
  const last = operations.find((operation) => operation.nodeId === 4);
  expect(last).toMatchObject({
    id: expect.any(String) as string,
    bundlePath: expect.any(String) as string,
    state: "succeeded",
    attempts: 1,
    output: { greeting: "Ada!" },
    error: null,
    durationMs: expect.any(Number) as number,
  });
});

it("runs the draft, and versions by number, each as it was", async () => {
  await call("PUT", `/scenarios/${scenarioId}/draft`, { baseRevision: 1, definition: definitionWith("draft") });
  const ofDraft = await start({ payload: { name: "Ada" }, source: { kind: "draft" } });
  expect(ofDraft.body.source).toEqual({ kind: "draft", revision: 2 });
  await call("POST", `/scenarios/${scenarioId}/versions`);
  const ofFirst = await start({ payload: { name: "Ada" }, source: { kind: "version", number: 1 } });
  expect(ofFirst.body.source).toEqual({ kind: "version", number: 1 });
  const { body } = await call("GET", `/runs/${ofFirst.body.id}`);
  expect(JSON.stringify(body.operations)).toContain("Ada!");
  expect(code(await start({ source: { kind: "version", number: 9 } }))).toEqual([404, "not_found"]);
  expect(code(await start({ source: { kind: "nothing" } }))).toEqual([422, "invalid"]);
});

it("lists runs in pages, by version and by state", async () => {
  const ids: string[] = [];
  for (let index = 0; index < 3; index++) ids.push((await start()).body.id);
  const path = `/scenarios/${scenarioId}/runs`;
  const first = (await call("GET", `${path}?limit=2`)).body;
  const second = (await call("GET", `${path}?limit=2&cursor=${encodeURIComponent(first.nextCursor as string)}`)).body;
  const seen = [...(first.items as Item[]), ...(second.items as Item[])].map(({ id }) => id);
  expect(seen).toEqual([...ids].reverse());
  expect(second.nextCursor).toBeNull();
  expect((await call("GET", `${path}?version=1`)).body.items).toHaveLength(3);
  expect((await call("GET", `${path}?version=2`)).body.items).toHaveLength(0);
  expect((await call("GET", `${path}?state=failed`)).body.items).toHaveLength(0);
  expect(code(await call("GET", `${path}?state=odd`))).toEqual([422, "invalid"]);
});

it("replays, and refuses to stop or retry what has ended", async () => {
  const { id } = (await start({ payload: { name: "Ada" } })).body;
  const replayed = await call("POST", `/runs/${id}/replay`);
  expect(replayed.status).toBe(202);
  expect(replayed.body).toMatchObject({ trigger: "replay", source: { kind: "version", number: 1 } });
  expect(replayed.body.id).not.toBe(id);
  expect(code(await call("POST", `/runs/${id}/cancel`))).toEqual([409, "conflict"]);
  expect(code(await call("POST", `/runs/${id}/retry`))).toEqual([409, "conflict"]);
});

it("stops a run that waits", async () => {
  const definition = definitionWith("x");
  definition.nodes.push({
    id: 6,
    type: "tools.delay",
    typeVersion: 1,
    config: { seconds: 600 },
    position: { x: 0, y: 0 },
  });
  definition.edges.push({ from: 4, to: 6, kind: "next" });
  await call("PUT", `/scenarios/${scenarioId}/draft`, { baseRevision: 1, definition });
  const { body } = await start({ payload: { name: "Ada" }, source: { kind: "draft" } });
  expect(body.state).toBe("waiting");
  const stopped = await call("POST", `/runs/${body.id}/cancel`);
  expect([stopped.status, stopped.body.state]).toEqual([200, "cancelled"]);
});

it("does not reach another organization's runs, nor missing ones, and tells them apart by nothing", async () => {
  const { id } = (await start()).body;
  const stranger = await createKey(await createOwner(t));
  for (const [method, suffix] of [
    ["GET", ""],
    ["POST", "/cancel"],
    ["POST", "/retry"],
    ["POST", "/replay"],
  ] as const) {
    const theirs = await call(method, `/runs/${id}${suffix}`, undefined, stranger);
    expect(code(theirs)).toEqual([404, "not_found"]);
    expect((await call(method, `/runs/none${suffix}`, undefined, stranger)).body).toEqual(theirs.body);
  }
  expect(code(await call("GET", `/scenarios/${scenarioId}/runs`, undefined, stranger))).toEqual([404, "not_found"]);
  expect(code(await call("POST", `/scenarios/${scenarioId}/runs`, undefined, stranger))).toEqual([404, "not_found"]);
});

it("starts nothing of a scenario that was never published or was deleted", async () => {
  const { body } = await call("POST", "/scenarios", { name: "New", definition: definitionWith("x") });
  expect(code(await call("POST", `/scenarios/${body.id}/runs`))).toEqual([422, "invalid"]);
  await call("DELETE", `/scenarios/${scenarioId}`);
  expect(code(await start())).toEqual([409, "conflict"]);
});
