import { emptyDefinition } from "@patchbay/core";
import { beforeEach, describe, expect, it } from "vitest";
import { createBackend, createOwner, definitionWith, setEnv, type Backend } from "../../test.support.ts";
import { code, createApiClient, createKey, readStored, type Call } from "./http.support.ts";

let t: Backend;
let call: Call;

beforeEach(async () => {
  t = createBackend();
  call = createApiClient(t, await createKey(await createOwner(t)));
});

const stored = () => readStored(t);

async function createScenario(text = "one"): Promise<string> {
  const reply = await call("POST", "/scenarios", { name: "Orders", definition: definitionWith(text) });
  expect(reply.status).toBe(201);
  return reply.body.id;
}

describe("scenarios", () => {
  it("are created, read, changed, deleted and restored", async () => {
    const created = await call("POST", "/scenarios", { name: "Orders", definition: definitionWith("one") });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      name: "Orders",
      enabled: false,
      publishedVersion: null,
      webhookUrl: expect.stringMatching(/^https:\/\/patchbay\.test\/hooks\//) as string,
      draft: { revision: 1, definition: definitionWith("one") },
    });
    const path = `/scenarios/${created.body.id}`;
    expect((await call("GET", path)).body).toEqual(created.body);
    const changed = await call("PATCH", path, { name: "Invoices", description: "In" });
    expect([changed.status, changed.body.name, changed.body.description]).toEqual([200, "Invoices", "In"]);
    expect(code(await call("PATCH", path, { enabled: true }))).toEqual([422, "invalid"]);
    const deleted = await call("DELETE", path);
    expect([deleted.status, deleted.body.archivedAt]).toEqual([200, expect.any(Number)]);
    expect(code(await call("PATCH", path, { name: "x" }))).toEqual([409, "conflict"]);
    const restored = await call("POST", `${path}/restore`);
    expect([restored.status, restored.body.archivedAt]).toEqual([200, null]);
  });

  it("are listed in pages without gaps or repeats", async () => {
    for (const text of ["one", "two", "three"]) await createScenario(text);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await call("GET", `/scenarios?limit=2${cursor === null ? "" : `&cursor=${cursor}`}`);
      expect(page.status).toBe(200);
      seen.push(...(page.body.items as { id: string }[]).map((item) => item.id));
      cursor = page.body.nextCursor as string | null;
    } while (cursor !== null);
    expect((await call("GET", "/scenarios?cursor=")).body.items).toHaveLength(4);
    expect(seen).toHaveLength(4);
    expect(new Set(seen).size).toBe(4);
    for (const query of ["limit=0", "limit=101", "limit=x", "cursor=x", "cursor=1_2"]) {
      expect(code(await call("GET", `/scenarios?${query}`))).toEqual([422, "invalid"]);
    }
  });

  it("that were deleted are listed apart, in pages", async () => {
    const ids = [await createScenario("one"), await createScenario("two"), await createScenario("three")];
    for (const id of ids) await call("DELETE", `/scenarios/${id}`);
    const first = await call("GET", "/scenarios?archived=true&limit=2");
    const second = await call("GET", `/scenarios?archived=true&limit=2&cursor=${first.body.nextCursor as string}`);
    const items = [...(first.body.items as { id: string }[]), ...(second.body.items as { id: string }[])];
    expect(items.map((item) => item.id).sort()).toEqual(ids.sort());
    expect(second.body.nextCursor).toBeNull();
    expect((await call("GET", "/scenarios")).body.items).toHaveLength(1);
  });
});

describe("drafts", () => {
  it("are saved by compare-and-set; a stale revision gets the head", async () => {
    const id = await createScenario();
    const path = `/scenarios/${id}/draft`;
    const saved = await call("PUT", path, { baseRevision: 1, definition: definitionWith("two") });
    expect(saved.status).toBe(200);
    expect(saved.body).toMatchObject({ revision: 2, definition: definitionWith("two") });
    const before = await stored();
    const stale = await call("PUT", path, { baseRevision: 1, definition: definitionWith("three") });
    expect(code(stale)).toEqual([409, "conflict"]);
    expect(stale.body.error?.details).toMatchObject({ head: { revision: 2, definition: definitionWith("two") } });
    expect(await stored()).toEqual(before);
  });

  it("answer invalid definitions with issues and change nothing", async () => {
    const id = await createScenario();
    const before = await stored();
    for (const definition of [[], "text", { format: 1, nodes: [{ id: 0 }], edges: [] }, { format: 9 }]) {
      const reply = await call("PUT", `/scenarios/${id}/draft`, { baseRevision: 1, definition });
      expect(code(reply)).toEqual([422, "invalid"]);
      expect((reply.body.error?.details as { issues: unknown[] }).issues.length).toBeGreaterThan(0);
      expect(code(await call("POST", "/scenarios", { name: "x", definition }))).toEqual([422, "invalid"]);
    }
    expect(await stored()).toEqual(before);
  });
});

describe("versions", () => {
  const publish = (id: string, body?: unknown) => call("POST", `/scenarios/${id}/versions`, body);

  it("are published, listed and rolled back to", async () => {
    const id = await createScenario();
    const first = await publish(id, { label: "First", note: "why" });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      number: 1,
      state: "published",
      label: "First",
      note: "why",
      restoredFrom: null,
    });
    await call("PUT", `/scenarios/${id}/draft`, { baseRevision: 1, definition: definitionWith("two") });
    expect((await publish(id)).body).toMatchObject({ number: 2 });
    const rolledBack = await call("POST", `/scenarios/${id}/versions/1/rollback`);
    expect(rolledBack.status).toBe(201);
    expect(rolledBack.body).toMatchObject({ number: 3, restoredFrom: 1, contentHash: first.body.contentHash });
    const list = await call("GET", `/scenarios/${id}/versions?limit=2`);
    expect((list.body.items as { number: number }[]).map(({ number }) => number)).toEqual([3, 2]);
    const rest = await call("GET", `/scenarios/${id}/versions?limit=2&cursor=${list.body.nextCursor as string}`);
    expect((rest.body.items as { number: number }[]).map(({ number }) => number)).toEqual([1]);
    expect(rest.body.nextCursor).toBeNull();
    expect((await call("GET", `/scenarios/${id}`)).body).toMatchObject({ publishedVersion: 3, draft: { revision: 2 } });
  });

  it("are compared with each other and with the draft", async () => {
    const id = await createScenario("one");
    await call("POST", `/scenarios/${id}/versions`);
    const save = { baseRevision: 1, definition: definitionWith("two") };
    await call("PUT", `/scenarios/${id}/draft`, save);
    const compare = async (query: string) => await call("GET", `/scenarios/${id}/versions/compare?${query}`);
    const drafted = await compare("from=1");
    expect([drafted.status, drafted.body.summary]).toMatchObject([
      200,
      { changed: 1, added: 0, text: "1 node changed" },
    ]);
    expect(JSON.stringify(drafted.body.diff)).toContain('"before"');
    expect((await compare("")).body).toEqual(drafted.body);
    expect((await compare("from=draft&to=1")).body.summary).toMatchObject({ changed: 1 });
    expect((await compare("from=1&to=1")).body).toMatchObject({ summary: { text: "No changes" }, breaking: [] });
    expect(code(await compare("from=1&to=7"))).toEqual([404, "not_found"]);
    expect(code(await compare("from=x"))).toEqual([422, "invalid"]);
  });

  it("are refused with the reason", async () => {
    const id = await createScenario();
    await publish(id);
    expect(code(await publish(id))).toEqual([409, "conflict"]);
    expect(code(await publish(id, { draftRevision: 9 }))).toEqual([409, "conflict"]);
    expect(code(await publish(id, { label: 1 }))).toEqual([422, "invalid"]);
    expect(code(await call("POST", `/scenarios/${id}/versions/1/rollback`))).toEqual([409, "conflict"]);
    expect(code(await call("POST", `/scenarios/${id}/versions/7/rollback`))).toEqual([404, "not_found"]);
    expect(code(await call("POST", `/scenarios/${id}/versions/x/rollback`))).toEqual([404, "not_found"]);
    expect(code(await call("GET", `/scenarios/${id}/versions?cursor=x`))).toEqual([422, "invalid"]);
    await call("PUT", `/scenarios/${id}/draft`, { baseRevision: 1, definition: emptyDefinition() });
    const invalid = await publish(id);
    expect(code(invalid)).toEqual([422, "invalid"]);
    expect((invalid.body.error?.details as { issues: unknown[] }).issues.length).toBeGreaterThan(0);
    await t.run(async (ctx) => {
      for (const row of await ctx.db.query("scenarios").collect()) {
        await ctx.db.patch("scenarios", row._id, { liveVersionCount: 1_000 });
      }
    });
    await call("PUT", `/scenarios/${id}/draft`, { baseRevision: 2, definition: definitionWith("two") });
    expect(code(await publish(id))).toEqual([409, "limit_reached"]);
  });
});

describe("bad requests", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

  it.each(["{", "[1,", "'x'", '{"name":1e999}', `{"name":"x","definition":${nested(200)}}`, "[".repeat(4_000_000)])(
    "get 400 for %.30s",
    async (body) => {
      expect(code(await call("POST", "/scenarios", body))).toEqual([400, "malformed"]);
    },
  );

  it.each([
    ["a scenario's name", "POST", "/scenarios", { name: "a\ud800" }],
    ["a scenario's new name", "PATCH", "/scenarios/ID", { name: "a\ud800" }],
    ["a scenario's description", "PATCH", "/scenarios/ID", { description: "a\udfff" }],
    ["a version's label", "POST", "/scenarios/ID/versions", { label: "a\ud800" }],
    ["a version's note", "POST", "/scenarios/ID/versions", { note: "\ud800" }],
    ["a node's type", "POST", "/scenarios", { name: "x", definition: { format: 1, nodes: [{ type: "\ud800" }] } }],
  ])("get 422 for half a character in %s", async (_what, method, path, body) => {
    const id = await createScenario();
    const before = await stored();
    expect(code(await call(method, path.replace("ID", id), body))).toEqual([422, "invalid"]);
    expect(await stored()).toEqual(before);
  });

  it("get 413 over the limit, however the length is told", async () => {
    setEnv("PATCHBAY_MAX_BODY_BYTES", "1000");
    const before = await stored();
    const body = JSON.stringify({ name: "x".repeat(2_000) });
    expect(code(await call("POST", "/scenarios", body))).toEqual([413, "too_large"]);
    expect(await stored()).toEqual(before);
  });

  it.each([
    ["no body", undefined],
    ["a wrong type", { name: 1 }],
    ["no name", {}],
  ])("get 422 with issues for %s", async (_case, body) => {
    const reply = await call("POST", "/scenarios", body);
    expect(code(reply)).toEqual([422, "invalid"]);
    expect(reply.body.error?.details).toMatchObject({ issues: [{ severity: "error" }] });
  });

  it("get 404 for an unknown address and 405 with Allow for another method", async () => {
    expect(code(await call("GET", ""))).toEqual([404, "not_found"]);
    expect(code(await call("GET", "/nothing"))).toEqual([404, "not_found"]);
    expect(code(await call("GET", "/scenarios/"))).toEqual([404, "not_found"]);
    expect(code(await call("GET", "/scenarios/%zz"))).toEqual([404, "not_found"]);
    const reply = await call("DELETE", "/scenarios");
    expect(code(reply)).toEqual([405, "method_not_allowed"]);
    expect(reply.headers.get("Allow")).toBe("POST, GET");
    expect(code(await call("POST", "/openapi.json"))).toEqual([405, "method_not_allowed"]);
  });
});
