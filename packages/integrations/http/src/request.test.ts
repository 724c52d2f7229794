import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonValue, OperationError } from "@patchbay/core";
import type { ActionConnection } from "@patchbay/sdk";
import { runAction, type RunActionOptions } from "@patchbay/sdk/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { integration } from "./index.ts";

interface Received {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

type Handler = (request: Received, response: ServerResponse) => void;

const received: Received[] = [];
let handler: Handler = (_request, response) => response.end();
let origin = "";

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { method = "", url = "", headers } = request;
    const seen = { method, url, headers, body: Buffer.concat(chunks).toString() };
    received.push(seen);
    handler(seen, response);
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  received.length = 0;
  handler = (_request, response) => response.end();
});

const action = integration.actions.get("request@2");
if (!action) throw new Error("http.request@2 is missing");

interface Output {
  status: number;
  headers: Record<string, string>;
  body: JsonValue;
}

async function send(input: Record<string, unknown>, options: Partial<RunActionOptions> = {}): Promise<Output> {
  const outcome = await runAction(action!, { input: { url: `${origin}/`, ...input }, ...options });
  if (!outcome.ok) throw new Error(`unexpected failure: ${JSON.stringify(outcome.error)}`);
  return outcome.output as unknown as Output;
}

async function fail(input: Record<string, unknown>, options: Partial<RunActionOptions> = {}): Promise<OperationError> {
  const outcome = await runAction(action!, { input: { url: `${origin}/`, ...input }, ...options });
  if (outcome.ok) throw new Error(`unexpected success: ${JSON.stringify(outcome.output)}`);
  return outcome.error;
}

const answerWith =
  (status: number, body: string | Buffer = "", headers: Record<string, string> = {}): Handler =>
  (_request, response) =>
    response.writeHead(status, headers).end(body);

const last = (): Received => {
  const request = received.at(-1);
  if (!request) throw new Error("the server received nothing");
  return request;
};

describe("the request", () => {
  it.each(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])("is sent as %s", async (method) => {
    await send({ method });
    expect(last().method).toBe(method);
  });

  it("takes a mapped method in any case, and values of other types", async () => {
    await send({ method: "post", headers: [{ name: "X-Count", value: 3 }], query: { name: "on", value: true } });
    expect(last()).toMatchObject({ method: "POST", url: "/?on=true", headers: { "x-count": "3" } });
  });

  it("adds query parameters to those of the address, encoded", async () => {
    const query = [
      { name: "q", value: "a b&c=d" },
      { name: "q", value: "ü" },
    ];
    await send({ url: `${origin}/search?page=2#top`, query });
    expect(last().url).toBe("/search?page=2&q=a+b%26c%3Dd&q=%C3%BC");
  });

  it("sends the user's headers, repeated ones too, and says who it is", async () => {
    const headers = [
      { name: "Accept", value: "a/b" },
      { name: "accept", value: "c/d" },
    ];
    await send({ headers });
    expect(last().headers).toMatchObject({ accept: "a/b, c/d", "user-agent": "Patchbay" });
  });

  it.each([
    ["no address", { url: "" }, "URL: "],
    ["half an address", { url: "example.com/x" }, "is not a complete address"],
    ["another scheme", { url: "file:///etc/passwd" }, "file:// addresses cannot be called"],
    ["a password in the address", { url: "http://u:hunter2@127.0.0.1/" }, "put user name and password in a connection"],
    ["a header that is ours", { headers: [{ name: "Host", value: "x" }] }, "Host is set by Patchbay itself"],
    ["a header with a line break", { headers: [{ name: "X-A", value: "a\r\nX-B: b" }] }, "that HTTP does not allow"],
    ["a header without a name", { headers: [{ name: "", value: "x" }] }, "Headers 1 › Header"],
    ["an unknown method", { method: "BREW" }, "Method: "],
    ["too short a timeout", { timeoutSeconds: 0.9 }, "Timeout: "],
    ["too long a timeout", { timeoutSeconds: 301 }, "Timeout: "],
    ["a body that is not JSON", { method: "POST", bodyType: "json", body: "{oops" }, "this is not JSON"],
    ["a form from a list", { method: "POST", bodyType: "form", body: [1] }, "a form is made from an object"],
  ])("is refused for %s, and nothing is sent", async (_name, input, message) => {
    const error = await fail(input);
    expect(error).toMatchObject({ kind: "invalid", notPerformed: true });
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("hunter2");
    expect(received).toEqual([]);
  });
});

describe("the body", () => {
  it.each([
    ["nothing", { bodyType: "none", body: "x" }, "", undefined],
    ["JSON text", { bodyType: "json", body: '{ "a": 1 }' }, '{ "a": 1 }', "application/json"],
    ["a mapped object", { bodyType: "json", body: { a: [1, null] } }, '{"a":[1,null]}', "application/json"],
    ["a mapped number", { bodyType: "json", body: 5 }, "5", "application/json"],
    ["an empty value", { bodyType: "json" }, "null", "application/json"],
    ["text", { bodyType: "text", body: "hällo" }, "hällo", "text/plain; charset=utf-8"],
    ["a number as text", { bodyType: "text", body: 4.5 }, "4.5", "text/plain; charset=utf-8"],
    ["an object as text", { bodyType: "text", body: { a: 1 } }, '{"a":1}', "text/plain; charset=utf-8"],
    ["no text", { bodyType: "text" }, "", "text/plain; charset=utf-8"],
    [
      "form fields",
      { bodyType: "form", formFields: [{ name: "a b", value: "c&d" }] },
      "a+b=c%26d",
      "application/x-www-form-urlencoded",
    ],
    [
      "a form from an object",
      { bodyType: "form", body: { a: 1, b: ["x", "y"], c: null } },
      "a=1&b=x&b=y&c=",
      "application/x-www-form-urlencoded",
    ],
    ["an encoded form", { bodyType: "form", body: "a=1&b=2" }, "a=1&b=2", "application/x-www-form-urlencoded"],
    ["an empty form", { bodyType: "form" }, "", "application/x-www-form-urlencoded"],
  ])("is %s", async (_name, input, body, contentType) => {
    await send({ method: "POST", ...input });
    expect(last().body).toBe(body);
    expect(last().headers["content-type"]).toBe(contentType);
  });

  it("keeps the user's content type", async () => {
    const headers = [{ name: "content-type", value: "application/vnd.api+json" }];
    await send({ method: "POST", bodyType: "json", body: {}, headers });
    expect(last().headers["content-type"]).toBe("application/vnd.api+json");
  });

  it("is not sent with GET", async () => {
    await send({ method: "GET", bodyType: "json", body: {} });
    expect(last()).toMatchObject({ method: "GET", body: "" });
  });
});

describe("the answer", () => {
  it("is parsed where it is JSON", async () => {
    handler = answerWith(201, '{"id":7}', { "content-type": "application/json; charset=utf-8", "x-a": "b" });
    const output = await send({});
    expect(output).toMatchObject({ status: 201, body: { id: 7 }, headers: { "x-a": "b" } });
  });

  it.each([
    ["parsing is switched off", { parseResponse: false }, "application/json", '{"id":7}'],
    ["it only claims to be JSON", {}, "application/json", "<html>"],
    ["it is plain text", {}, "text/plain", "12"],
    ["it is empty", {}, "application/json", ""],
  ])("stays text where %s", async (_name, input, contentType, body) => {
    handler = answerWith(200, body, { "content-type": contentType });
    expect((await send(input)).body).toBe(body);
  });

  it("comes as base64 where it is no text", async () => {
    const image = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
    handler = answerWith(200, image, { "content-type": "image/jpeg" });
    expect((await send({})).body).toEqual({
      encoding: "base64",
      contentType: "image/jpeg",
      sizeBytes: 4,
      data: image.toString("base64"),
    });
  });

  it("may be 5 MB and no more", async () => {
    handler = answerWith(200, "x".repeat(5 * 1_048_576));
    expect((await send({})).body).toHaveLength(5 * 1_048_576);
    handler = answerWith(200, "x".repeat(5 * 1_048_576 + 1));
    expect(await fail({})).toMatchObject({ kind: "terminal", code: "response_too_large" });
  });

  it.each([
    [400, "terminal", undefined],
    [401, "auth", undefined],
    [403, "auth", undefined],
    [404, "terminal", undefined],
    [408, "rateLimited", undefined],
    [429, "rateLimited", true],
    [500, "retryable", undefined],
    [503, "retryable", undefined],
  ])("with status %i fails as %s", async (status, kind, notPerformed) => {
    handler = answerWith(status, '{"reason":"because"}');
    const error = await fail({});
    expect({ kind: error.kind, notPerformed: error.notPerformed }).toEqual({ kind, notPerformed });
    expect(error.details).toEqual({ status, body: '{"reason":"because"}' });
  });

  it("with an error status is an output like any other where the user wants it so", async () => {
    handler = answerWith(503, "later");
    expect(await send({ failOnStatus: false })).toMatchObject({ status: 503, body: "later" });
  });

  it("says how long to wait, and what the node knows about its statuses", async () => {
    handler = answerWith(429, "", { "retry-after": "3" });
    expect(await fail({})).toMatchObject({ kind: "rateLimited", retryAfterMs: 3_000 });
    handler = answerWith(503);
    expect(await fail({ method: "POST", notPerformedStatuses: [503] })).toMatchObject({ notPerformed: true });
  });

  it("that never comes is a timeout, and may have had its effect", async () => {
    handler = () => {};
    const error = await fail({ method: "POST", timeoutSeconds: 1 });
    expect(error.kind).toBe("timeout");
    expect(error.notPerformed).toBeUndefined();
  });

  it("that breaks off may have had its effect", async () => {
    handler = (_request, response) => response.socket?.destroy();
    const error = await fail({ method: "POST" });
    expect(error).toMatchObject({ kind: "retryable", code: "connection_broken" });
    expect(error.notPerformed).toBeUndefined();
  });

  it("that nobody could give had no effect", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expect(await fail({ method: "POST", url: `http://127.0.0.1:${port}/` })).toMatchObject({
      kind: "retryable",
      code: "connection_failed",
      notPerformed: true,
    });
  });

  it("that nobody could give after a redirect may have had its effect at the first server", async () => {
    handler = answerWith(303, "", { location: "http://127.0.0.1:9/" });
    const error = await fail({ method: "POST" });
    expect(received).toHaveLength(1);
    expect(error.notPerformed).toBeUndefined();
  });

  it("is not waited for when the run is stopped", async () => {
    const controller = new AbortController();
    handler = () => controller.abort();
    expect((await fail({}, { signal: controller.signal })).kind).toBe("cancelled");
  });
});

describe("the idempotency key", () => {
  it.each([
    ["GET", {}, undefined],
    ["POST", {}, undefined],
    ["PATCH", { idempotency: "none" }, undefined],
    ["PUT", {}, "run-1:2:1"],
    ["DELETE", {}, "run-1:2:1"],
    ["POST", { idempotency: "automatic" }, "run-1:2:1"],
    ["POST", { idempotency: "custom", idempotencyKey: "order-7" }, "order-7"],
    ["POST", { idempotency: "custom" }, "run-1:2:1"],
    ["POST", { idempotencyKey: "order-7" }, "order-7"],
    ["PUT", { headers: [{ name: "Idempotency-Key", value: "mine" }] }, "mine"],
  ])("of %s with %j is %s", async (method, input, expected) => {
    await send({ method, ...input });
    expect(last().headers["idempotency-key"]).toBe(expected);
  });
});

describe("a connection", () => {
  const bearer = (values: Record<string, string> = {}): ActionConnection => ({
    type: "http.bearer",
    values: { token: "s3cret-token", ...values },
  });

  it.each([
    ["bearer", bearer(), "authorization", "Bearer s3cret-token"],
    [
      "basic",
      { type: "http.basic", values: { username: "jörg", password: "pa:ss" } },
      "authorization",
      `Basic ${Buffer.from("jörg:pa:ss").toString("base64")}`,
    ],
    ["header", { type: "http.header", values: { name: "X-Api-Key", value: "k" } }, "x-api-key", "k"],
  ])("of the type %s is sent in its header", async (_name, connection, name, value) => {
    await send({}, { connection });
    expect(last().headers[name]).toBe(value);
  });

  it("wins over a header that the user typed", async () => {
    await send({ headers: [{ name: "Authorization", value: "typed" }] }, { connection: bearer() });
    expect(last().headers.authorization).toBe("Bearer s3cret-token");
  });

  it("stays with its own origin when the server redirects", async () => {
    const other = createServer((request, response) => response.end(JSON.stringify(request.headers)));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    handler = answerWith(307, "", { location: `http://127.0.0.1:${port}/` });
    const header = { type: "http.header", values: { name: "X-Api-Key", value: "s3cret-key" } };
    for (const connection of [bearer(), header]) {
      expect((await send({}, { connection })).body).not.toContain("s3cret");
    }
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  });

  it.each([
    ["127.0.0.1", true],
    ["api.example.com, 127.0.0.1", true],
    ["", true],
    ["*.example.com", false],
    ["*.0.0.1", true],
    ["127.0.0.1:1", false],
    ["0.0.1", false],
    ["127.0.0.11", false],
  ])("with the allowed hosts %j may be used here: %s", async (allowedHosts, allowed) => {
    const connection = bearer({ allowedHosts });
    if (allowed) {
      await send({}, { connection });
      expect(last().headers.authorization).toBe("Bearer s3cret-token");
      return;
    }
    const error = await fail({}, { connection });
    expect(error).toMatchObject({ kind: "auth", code: "connection_host_not_allowed", notPerformed: true });
    expect(JSON.stringify(error)).not.toContain("s3cret");
    expect(received).toEqual([]);
  });

  it("with its port among the allowed hosts may be used there", async () => {
    await send({}, { connection: bearer({ allowedHosts: new URL(origin).host }) });
    expect(received).toHaveLength(1);
  });

  it.each([
    ["of an unknown type", { type: "stripe.key", values: { key: "s3cret" } }],
    ["that no header can carry", bearer({ token: "s3cret\nnext line" })],
    ["without a header name", { type: "http.header", values: { value: "s3cret" } }],
  ])("%s fails without giving itself away", async (_name, connection) => {
    const error = await fail({}, { connection });
    expect(error).toMatchObject({ kind: "auth", notPerformed: true });
    expect(JSON.stringify(error)).not.toContain("s3cret");
    expect(received).toEqual([]);
  });

  it.each([
    ["bearer", { token: "t" }, ["t"]],
    ["basic", { username: "u", password: "p" }, ["p"]],
    ["header", { name: "X-Key", value: "v", allowedHosts: "a.b" }, ["v"]],
  ])("of the type %s knows its secrets", (name, values, secrets) => {
    const runtime = integration.connections.get(name);
    expect(runtime?.parseValues(values)).toEqual(values);
    expect(runtime?.secretValues(values)).toEqual(secrets);
  });

  it("refuses names that would break the header", () => {
    expect(() => integration.connections.get("basic")?.parseValues({ username: "a:b", password: "p" })).toThrow(
      "colon",
    );
    expect(() => integration.connections.get("header")?.parseValues({ name: "X Key", value: "v" })).toThrow(
      "header name",
    );
  });
});

describe("in typeVersion 1", () => {
  const first = integration.actions.get("request@1")!;

  it("is performed as it was: its timeout in milliseconds", async () => {
    handler = () => {};
    const outcome = await runAction(first, { input: { url: `${origin}/`, timeoutMs: 1_000 } });
    expect(outcome).toMatchObject({ ok: false, error: { kind: "timeout", message: expect.stringContaining("1 s") } });
  });

  it("refuses what it refused, in the words of its own form", async () => {
    const outcome = await runAction(first, { input: { url: `${origin}/`, timeoutMs: 999 } });
    expect(outcome).toMatchObject({ ok: false, error: { kind: "invalid" } });
    expect(JSON.stringify(outcome)).toContain("Timeout in milliseconds: ");
    expect(received).toEqual([]);
  });

  it("takes braces that came with the data for what they are", async () => {
    const outcome = await runAction(first, { input: { url: `${origin}/?q={{1.a}}`, timeoutMs: "2000" } });
    expect(outcome.ok).toBe(true);
  });
});
