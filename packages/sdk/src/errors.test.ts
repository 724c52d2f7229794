import { describe, expect, it } from "vitest";
import { z } from "zod";
import { errors, isIntegrationError, toOperationError } from "./errors.ts";

describe("errors", () => {
  it("carry kind, code and message as data", () => {
    const error = errors.rateLimited("Slow down.", {
      retryAfterMs: 1_500.4,
      details: { limit: 3 },
      notPerformed: true,
    });
    expect(error.data).toEqual({
      kind: "rateLimited",
      code: "connection_rate_limited",
      message: "Slow down.",
      details: { limit: 3 },
      retryAfterMs: 1_500,
      notPerformed: true,
    });
    expect(error).toBeInstanceOf(Error);
    expect(error.message).toBe("Slow down.");
  });

  it.each([
    ["invalid", "action_invalid"],
    ["auth", "connection_invalid"],
    ["rateLimited", "connection_rate_limited"],
    ["retryable", "action_failed"],
    ["terminal", "action_failed"],
    ["timeout", "action_timed_out"],
    ["cancelled", "action_cancelled"],
  ] as const)("%s has the code %s unless another is given", (kind, code) => {
    expect(errors[kind]("x").data).toMatchObject({ kind, code });
    expect(errors[kind]("x", { code: "own" }).data.code).toBe("own");
  });

  it("invalid input was never sent", () => {
    expect(errors.invalid("x").data.notPerformed).toBe(true);
    expect(errors.invalid("x", { notPerformed: false }).data.notPerformed).toBe(false);
  });

  it("keep their cause", () => {
    const cause = new Error("below");
    expect(errors.terminal("x", { cause }).cause).toBe(cause);
  });
});

describe("isIntegrationError", () => {
  it("recognises errors of another copy of the package by their mark", () => {
    const foreign = { [Symbol.for("patchbay.integrationError")]: true, data: errors.auth("No.").data };
    expect(isIntegrationError(foreign)).toBe(true);
    expect(toOperationError(foreign).kind).toBe("auth");
  });

  it.each([null, undefined, "text", new Error("x"), { data: {} }])("refuses %s", (value) => {
    expect(isIntegrationError(value)).toBe(false);
  });
});

describe("toOperationError", () => {
  it("passes on what an integration threw", () => {
    expect(toOperationError(errors.auth("No."))).toEqual({ kind: "auth", code: "connection_invalid", message: "No." });
  });

  it("reads aborts and timeouts by name", () => {
    expect(toOperationError(new DOMException("x", "TimeoutError")).kind).toBe("timeout");
    expect(toOperationError(new DOMException("x", "AbortError")).kind).toBe("cancelled");
  });

  it("calls a schema's complaint invalid", () => {
    const { error } = z.object({ a: z.string() }).safeParse({ a: 1 });
    const data = toOperationError(error);
    expect(data.kind).toBe("invalid");
    expect(data.message).toContain("a");
  });

  it.each([
    [new TypeError("boom"), "boom"],
    ["boom", "boom"],
    [undefined, "undefined"],
    [{ message: 3 }, "[object Object]"],
  ])("calls anything else internal: %s", (thrown, text) => {
    const data = toOperationError(thrown);
    expect(data).toMatchObject({ kind: "internal", code: "system_internal" });
    expect(data.message).toContain(text);
  });
});
