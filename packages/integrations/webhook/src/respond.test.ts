import { describe, expect, it } from "vitest";
import { integration } from "./index.ts";

const respond = integration.actions.get("respond@1");

describe("webhook.respond", () => {
  it("answers 200 with nothing unless told otherwise", () => {
    expect(respond?.parseInput({})).toEqual({ status: 200, headers: [] });
  });

  it("takes any mapped body and a mapped status", () => {
    const input = { status: "201", headers: [{ name: "Location", value: "/1" }], body: { id: 1 } };
    expect(respond?.parseInput(input)).toEqual({ ...input, status: 201 });
  });

  it.each([99, 199, 600, 204.5, "ok"])("refuses the status %s", (status) => {
    expect(() => respond?.parseInput({ status })).toThrow("Status");
  });
});
