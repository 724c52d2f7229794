import { describe, expect, it } from "vitest";
import { auditSentence } from "./auditWords.ts";

const entry = (action: string, details: object | string | null = null, resourceName: string | null = "Orders") => ({
  action,
  actorKind: "user" as const,
  actor: { name: "Ada" },
  resourceType: action.startsWith("apiKey") ? "apiKey" : "scenario",
  resourceName,
  details: typeof details === "string" || details === null ? details : JSON.stringify(details),
});

const read = (facts: Parameters<typeof auditSentence>[0]) => {
  const { actor, means, verb, subject, rest } = auditSentence(facts);
  return [actor + means, verb, subject].filter(Boolean).join(" ") + rest;
};

describe("auditSentence", () => {
  it.each([
    ["scenario.created", null, "Ada created the scenario Orders"],
    ["scenario.renamed", { before: "Invoices" }, "Ada renamed a scenario to Orders, before that Invoices"],
    ["scenario.cloned", { from: "x", fromName: "Invoices" }, "Ada cloned Invoices to Orders"],
    ["version.published", { number: 3, label: "Retries" }, "Ada published version 3 of Orders: Retries"],
    ["version.published", { number: 3, label: null }, "Ada published version 3 of Orders"],
    ["version.rolledBack", { number: 4, restoredFrom: 2 }, "Ada rolled back Orders to version 2, as version 4"],
    ["draft.versionLoaded", { version: 2 }, "Ada loaded version 2 into the draft of Orders"],
    ["run.cancelled", null, "Ada stopped a run of Orders"],
  ])("makes a sentence of %s", (action, details, sentence) => {
    expect(read(entry(action, details))).toBe(sentence);
  });

  it("says by what means, and who acted where no member did", () => {
    expect(read({ ...entry("apiKey.created"), actorKind: "apiKey" })).toBe(
      "Ada, by API key, created the API key Orders",
    );
    expect(read({ ...entry("user.created", null, "ada@x.test"), actorKind: "system", actor: null })).toBe(
      "The operator created the account ada@x.test",
    );
  });

  it("does without a name, and with an action that it does not know", () => {
    expect(read(entry("run.started", null, null))).toBe("Ada started a run of the scenario");
    expect(read(entry("scenario.created", null, null))).toBe("Ada created the scenario");
    expect(read(entry("apiKey.revoked", null, null))).toBe("Ada revoked the API key");
    expect(read(entry("apiKey.limit_raised"))).toBe("Ada API key limit raised: Orders");
  });

  it.each(["not json", "[1]", "null", '"x"'])("leaves out details it cannot read: %s", (details) => {
    expect(read(entry("scenario.renamed", details))).toBe("Ada renamed a scenario to Orders");
  });
});
