import { describe, expect, it } from "vitest";
import { auditWords } from "./auditWords.ts";

describe("auditWords", () => {
  it("makes a phrase of an action's name", () => {
    expect(auditWords({ action: "apiKey.created", details: null }).text).toBe("API key created");
    expect(auditWords({ action: "version.rolled_back", details: null }).text).toBe("Version rolled back");
  });

  it("names the subject from the details", () => {
    const details = JSON.stringify({ name: "Orders", number: 3, other: {} });
    expect(auditWords({ action: "version.published", details }).subject).toBe("Orders, version 3");
  });

  it.each(["not json", "[1]", "null", '"x"'])("leaves out details it cannot read: %s", (details) => {
    expect(auditWords({ action: "a.b", details }).subject).toBe("");
  });
});
