import type { JsonValue } from "@patchbay/core";
import { isIntegrationError, type PollContext } from "@patchbay/sdk";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { integration } from "./index.ts";

const seen: { url: string; headers: IncomingHttpHeaders }[] = [];
let body = "[]";
let origin = "";
/** Answers with a tag of the body, and 304 to who has it. */
const server = createServer((request, response) => {
  seen.push({ url: request.url ?? "", headers: request.headers });
  const etag = `"${body.length}"`;
  if (request.headers["if-none-match"] === etag) return response.writeHead(304).end();
  return response.writeHead(200, { "content-type": "application/json", etag }).end(body);
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function poll(config: Record<string, JsonValue>, change: Partial<PollContext> = {}) {
  const trigger = integration.triggers.get("watchList@1");
  if (!trigger) throw new Error("no trigger");
  const context = { fetch, signal: new AbortController().signal, nowMs: () => 0, cursor: null, wants: "all" as const };
  return await trigger.poll({ url: `${origin}/list`, ...config }, { ...context, ...change });
}

async function failing(config: Record<string, JsonValue>): Promise<string> {
  const thrown: unknown = await poll(config).catch((error: unknown) => error);
  return isIntegrationError(thrown) ? thrown.data.message : "";
}

it("gives the items of a list at any place, the oldest first, and asks only for what is new", async () => {
  body = JSON.stringify({ data: { rows: [{ meta: { key: 2 } }, { meta: { key: 1 } }] } });
  const config = { listPath: "data.rows", idPath: "meta.key", query: [{ name: "page", value: "1" }] };
  const first = await poll(config, { connection: { type: "http.bearer", values: { token: "t" } } });
  expect(first.items).toEqual([
    { id: "1", data: { id: "1", item: { meta: { key: 1 } } } },
    { id: "2", data: { id: "2", item: { meta: { key: 2 } } } },
  ]);
  expect(seen.at(-1)).toMatchObject({ url: "/list?page=1", headers: { authorization: "Bearer t" } });
  const second = await poll(config, { cursor: first.cursor });
  expect(second).toEqual({ items: [], cursor: first.cursor, hasMore: false });
});

it("looks at the newest thousand of a longer list", async () => {
  body = JSON.stringify(Array.from({ length: 1_500 }, (_, id) => ({ id })));
  const ends = ({ items }: { items: { id: string }[] }) => [items.length, items[0]?.id, items.at(-1)?.id];
  expect(ends(await poll({ order: "newestFirst" }))).toEqual([1_000, "999", "0"]);
  expect(ends(await poll({ order: "oldestFirst" }))).toEqual([1_000, "500", "1499"]);
  expect(await failing({ order: "any" })).toContain("1500 items");
});

it.each([
  ["{}", {}, "The answer is not a list"],
  ['{"a":{}}', { listPath: "a" }, '"a" of the answer is not a list'],
  ["[{}]", {}, 'no "id"'],
  ["<html>", {}, "not JSON"],
])("says what is wrong with %s", async (text, config, message) => {
  body = text;
  expect(await failing(config)).toContain(message);
});
