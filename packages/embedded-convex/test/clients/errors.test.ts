/** What clients learn of errors inside functions, by default and where the operator shows them. */
import type { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { adminClient } from "../../conformance/wireDriver.ts";
import type { Deployment } from "../deployment.ts";
import { createTokenIssuer } from "../tokens.ts";
import { httpClient, rejection, socketClient, startWithApp } from "./support.ts";

type Kind = { kind: "error" | "data" };
const inQuery = makeFunctionReference<"query", Kind>("errors:inQuery");
const inMutation = makeFunctionReference<"mutation", Kind>("errors:inMutation");
const inAction = makeFunctionReference<"action", Kind>("errors:inAction");
const inNested = makeFunctionReference<"action", Kind>("errors:inNested");
const hidden = makeFunctionReference<"mutation", Kind>("errors:failInside");

const SECRET = "the secret of the handler";
const REQUEST_ID = /\[Request ID: ([0-9a-f]{16})\] Server Error/;

let deployment: Deployment;
let socket: ConvexClient;

beforeAll(async () => {
  const issuer = await createTokenIssuer();
  deployment = await startWithApp({ hideErrors: true, functionEnv: issuer.env });
  socket = socketClient(deployment.cloudUrl);
}, 60_000);

afterAll(async () => {
  await socket?.close();
  await deployment?.dispose();
});

const subscription = (args: Kind) =>
  new Promise<never>((_resolve, reject) => socket.onUpdate(inQuery, args, () => undefined, reject));

/** Every way in which a client learns that a function has failed, with the letter in the client's own text. */
const ways: [string, string | null, (args: Kind) => Promise<unknown>][] = [
  ["a query over HTTP", null, (args) => httpClient(deployment).query(inQuery, args)],
  ["a mutation over HTTP", null, (args) => httpClient(deployment).mutation(inMutation, args)],
  ["an action over HTTP", null, (args) => httpClient(deployment).action(inAction, args)],
  ["a mutation inside of an action", null, (args) => httpClient(deployment).action(inNested, args)],
  ["a live query", "Q(errors:inQuery)", subscription],
  ["a mutation over the socket", "M(errors:inMutation)", (args) => socket.mutation(inMutation, args)],
  ["an action over the socket", "A(errors:inAction)", (args) => socket.action(inAction, args)],
];

describe.each(ways)("%s", (_name, label, call) => {
  it("tells a client the id of the request and nothing else, and the operator everything", async () => {
    const { message } = await rejection(call({ kind: "error" }));
    expect(message).toMatch(REQUEST_ID);
    expect(message).not.toMatch(/secret|TypeError|errors\.ts|\bat /);
    if (label !== null) {
      const id = REQUEST_ID.exec(message)![1];
      expect(message).toBe(`[CONVEX ${label}] [Request ID: ${id}] Server Error\n  Called by client`);
    }
    const id = REQUEST_ID.exec(message)![1]!;
    await vi.waitFor(() => expect(deployment.log).toContain(`[Request ID: ${id}]`));
    const report = deployment.log
      .slice(deployment.log.indexOf(`[Request ID: ${id}]`))
      .split("\n")
      .slice(0, 3)
      .join("\n");
    expect(report).toContain(SECRET);
  });

  it("passes the data of a ConvexError on", async () => {
    const error = await rejection(call({ kind: "data" }));
    expect(error.data).toEqual({ code: "known", detail: 7n });
    expect(error.message).not.toContain("errors.ts");
  });
});

it("neither answers nor live results carry log lines", async () => {
  const answer = await fetch(`${deployment.cloudUrl}/api/query`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"path":"errors:logsOnly","args":{}}',
  });
  expect(await answer.json()).toEqual({ status: "success", value: "fine", logLines: [] });
});

it("hides which functions there are, and what their arguments are", async () => {
  const http = httpClient(deployment);
  const texts = await Promise.all([
    rejection(http.mutation(hidden, { kind: "error" })),
    rejection(http.mutation(makeFunctionReference<"mutation">("errors:nowhere"), {})),
    rejection(http.query(makeFunctionReference<"query">("errors:inQuery"), { wrong: 1 })),
  ]);
  for (const { message } of texts) expect(message).toMatch(/^\[Request ID: [0-9a-f]{16}\] Server Error$/);
});

it("administrators see message and stack", async () => {
  const { message } = await rejection(adminClient(deployment).mutation(inMutation, { kind: "error" }));
  expect(message).toMatch(REQUEST_ID);
  expect(message).toContain(`Uncaught TypeError: ${SECRET}`);
  expect(message).toMatch(/at .*errors\.ts:\d+:\d+/);
  expect(message).not.toContain(process.cwd());
});

describe("HTTP actions", () => {
  it("answer 500 with the id of the request", async () => {
    const answer = await fetch(`${deployment.siteUrl}/throws`);
    expect(answer.status).toBe(500);
    const body = await answer.text();
    expect(JSON.parse(body)).toEqual({ code: expect.stringMatching(REQUEST_ID) as string });
    expect(body).not.toMatch(/secret|at /);
    const id = REQUEST_ID.exec(body)![1]!;
    await vi.waitFor(() => expect(deployment.log).toContain(`[Request ID: ${id}]`));
  });

  it("answer with the data of a ConvexError", async () => {
    const answer = await fetch(`${deployment.siteUrl}/throws-data`);
    expect(await answer.json()).toEqual({ code: expect.stringMatching(REQUEST_ID) as string, data: { code: "known" } });
  });
});

it("an operator may show errors to everybody", { timeout: 60_000 }, async () => {
  const issuer = await createTokenIssuer();
  const open = await startWithApp({ functionEnv: issuer.env });
  const client = socketClient(open.cloudUrl);
  try {
    const { message } = await rejection(client.mutation(inMutation, { kind: "error" }));
    expect(message).toMatch(/^\[CONVEX M\(errors:inMutation\)\] \[Request ID: [0-9a-f]{16}\] Server Error\nUncaught/);
    expect(message).toContain(SECRET);
    const body = (await (await fetch(`${open.siteUrl}/throws`)).json()) as { code: string; trace: string };
    expect(body.code).toMatch(/Server Error: Uncaught TypeError: the secret/);
    expect(body.trace).toMatch(/http\.ts:\d+/);
  } finally {
    await client.close();
    await open.dispose();
  }
});
