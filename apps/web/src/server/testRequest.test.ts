import { describe, expect, it } from "vitest";
import { parseTestRequest, readWebhookAnswer, webhookPath } from "./testRequest.ts";

describe("parseTestRequest", () => {
  it("reads ids and payload", () => {
    const body = { organizationId: "o1", scenarioId: "s1", payload: { a: [1] } };
    expect(parseTestRequest(JSON.stringify(body))).toEqual(body);
  });

  it.each(["", "{", "[]", '{"organizationId":"o","scenarioId":1,"payload":1}', '{"scenarioId":"s","payload":1}'])(
    "refuses %j",
    (text) => expect(parseTestRequest(text)).toBeNull(),
  );
});

describe("webhookPath", () => {
  it("keeps the path and drops the origin, so that nothing else can be called", () => {
    expect(webhookPath("http://evil.example/hooks/abc_-9")).toBe("/hooks/abc_-9");
    expect(webhookPath("https://public.example/prefix/hooks/abc")).toBe("/hooks/abc");
  });

  it.each(["/hooks/abc", "http://x/other/abc", "http://x/hooks/", "http://x/hooks/a/b", "http://x/hooks/a%2Fb"])(
    "refuses %s",
    (url) => expect(webhookPath(url)).toBeNull(),
  );
});

describe("readWebhookAnswer", () => {
  it("finds the run or the message", () => {
    expect(readWebhookAnswer('{"runId":"r1"}')).toEqual({ runId: "r1", message: null });
    expect(readWebhookAnswer('{"error":{"code":"x","message":"Off."}}')).toEqual({ runId: null, message: "Off." });
  });
  it.each(["hello", "{}", "[1]", '{"runId":5}'])("finds nothing in %s", (text) => {
    expect(readWebhookAnswer(text)).toEqual({ runId: null, message: null });
  });
});
