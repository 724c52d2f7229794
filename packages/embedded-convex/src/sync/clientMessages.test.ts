import { describe, expect, it } from "vitest";
import { parseClientMessage, ProtocolError } from "./clientMessages.ts";
import { clientOf, encodeChunks, encodeTs } from "./protocol.ts";

const sessionId = "01234567-89ab-4def-8123-456789abcdef";
const parse = (message: unknown) => parseClientMessage(JSON.stringify(message));

describe("messages of clients", () => {
  it("are taken apart", () => {
    const maxObservedTimestamp = encodeTs(123456789n);
    expect(parse({ type: "Connect", sessionId, connectionCount: 1, maxObservedTimestamp, clientTs: 5 })).toEqual({
      type: "Connect",
      sessionId,
      maxObservedTs: 123456789n,
      clientTs: 5,
    });
    expect(parse({ type: "Mutation", requestId: 3, udfPath: "a:b", args: [{ n: 1 }] })).toEqual({
      type: "Mutation",
      requestId: 3,
      udfPath: "a:b",
      args: '{"n":1}',
      componentPath: "",
    });
    const add = { type: "Add", queryId: 0, udfPath: "a:b", args: [], journal: "j", componentPath: "c" };
    const modifications = [add, { type: "Remove", queryId: 7 }];
    expect(parse({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications })).toMatchObject({
      modifications: [{ ...add, args: "{}" }, modifications[1]],
    });
    expect(parse({ type: "Authenticate", tokenType: "Admin", value: "k", baseVersion: 0 })).toMatchObject({
      impersonating: null,
    });
    expect(parse({ type: "Event", eventType: "x", event: {} })).toEqual({ type: "Event" });
  });

  const target = { udfPath: "a:b", args: [{}] };
  it.each([
    ["an array", []],
    ["null", null],
    ["no type", {}],
    ["an inherited type", { type: "constructor" }],
    ["a session that can be guessed", { type: "Connect", sessionId: "1" }],
    ["a timestamp that is a number", { type: "Connect", sessionId, maxObservedTimestamp: 1 }],
    ["a timestamp that is too short", { type: "Connect", sessionId, maxObservedTimestamp: "AAAA" }],
    ["a fraction as number of a request", { type: "Mutation", requestId: 0.5, ...target }],
    ["a negative number of a request", { type: "Action", requestId: -1, ...target }],
    ["a number that is text", { type: "Mutation", requestId: "0,1", ...target }],
    ["a number beyond 32 bits", { type: "Mutation", requestId: 2 ** 32, ...target }],
    ["a path that is no text", { type: "Mutation", requestId: 0, ...target, udfPath: {} }],
    ["arguments that are no array", { type: "Mutation", requestId: 0, ...target, args: {} }],
    ["a component that is no text", { type: "Mutation", requestId: 0, ...target, componentPath: 1 }],
    ["a version that goes back", { type: "ModifyQuerySet", baseVersion: 1, newVersion: 1, modifications: [] }],
    ["no modifications", { type: "ModifyQuerySet", baseVersion: 0, newVersion: 1 }],
    ["an unknown modification", modify({ type: "Change", queryId: 0 })],
    ["a modification that is none", modify(null)],
    ["a query whose number is an object", modify({ type: "Add", queryId: {}, ...target })],
    ["a token that is no text", { type: "Authenticate", tokenType: "User", value: 1, baseVersion: 0 }],
    ["an unknown kind of token", { type: "Authenticate", tokenType: "Other", value: "", baseVersion: 0 }],
  ])("are refused: %s", (_name, message) => {
    expect(() => parse(message)).toThrow(ProtocolError);
  });

  it("are refused if they are no JSON", () => {
    expect(() => parseClientMessage("{")).toThrow("not valid JSON");
  });

  function modify(modification: unknown) {
    return { type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [modification] };
  }
});

describe("the version of a client", () => {
  it.each([
    ["/api/1.48.0/sync", true],
    ["/api/1.28.0/sync?x=1", true],
    ["/api/2.0.0-alpha.1/sync", true],
    ["/api/npm-1.48.0/sync", true],
    ["/api/1.27.9/sync", false],
    ["/api/0.9.0/sync", false],
    ["/api/python-9.9.0/sync", false],
    ["/api/rust-0.10.0/sync", false],
    ["/api/sync", false],
    ["/api/unknown/sync", false],
  ])("%s: takes chunks: %s", (url, takesChunks) => {
    expect(clientOf(url)).toEqual({ takesChunks });
  });

  it.each(["/", "/api/sync/x", "/api/1.48.0/a/sync", "/sync", "/api/1.48.0/synced"])("%s is no endpoint", (url) => {
    expect(clientOf(url)).toBeNull();
  });
});

describe("chunks", () => {
  it.each([1, 3, 7, 100])("of %d put together give the whole, also where they part a character", (length) => {
    const text = JSON.stringify({ type: "Transition", text: 'x"\\\u2028😀é'.repeat(9) });
    const chunks = [...encodeChunks(text, { id: "1", length })].map(
      (chunk) => JSON.parse(Buffer.from(chunk).toString()) as { chunk: string; partNumber: number; totalParts: number },
    );
    expect(chunks.map(({ chunk }) => chunk).join("")).toBe(text);
    expect(chunks.map(({ partNumber }) => partNumber)).toEqual([...chunks.keys()]);
    expect(new Set(chunks.map(({ totalParts }) => totalParts))).toEqual(new Set([chunks.length]));
  });
});
