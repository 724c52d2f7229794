import { describe, expect, it } from "vitest";
import type { JsonValue } from "../definition/schema.ts";
import { checkAnswer } from "./answer.ts";
import { readWaitForm } from "./form.ts";

const approval = readWaitForm({
  kind: "approval",
  fields: [
    { name: "amount", label: "Amount", type: "number", required: true },
    { name: "plan", label: "Plan", type: "choice", choices: "small, large" },
    { name: "from", label: "From", type: "date" },
    { name: "notify", label: "Notify", type: "yesNo" },
    { name: "reason", type: "longText" },
    { name: "", label: "nameless" },
    { name: "amount", label: "a second one" },
  ],
});

const faultsOf = (answer: JsonValue, form = approval) => {
  const checked = checkAnswer(form, answer);
  return checked.ok ? [] : checked.faults.map(({ field }) => field);
};
const approved = (fields: Record<string, JsonValue>) => ({ decision: "approved", fields });

describe("the form of an approval", () => {
  it("has the fields with a name, each once", () => {
    expect(approval).toMatchObject({ kind: "approval" });
    expect(approval.kind === "approval" && approval.fields.map(({ name, label }) => [name, label])).toEqual([
      ["amount", "Amount"],
      ["plan", "Plan"],
      ["from", "From"],
      ["notify", "Notify"],
      ["reason", "reason"],
    ]);
  });

  it("takes a choice among nothing as text", () => {
    const form = readWaitForm({ fields: [{ name: "why", type: "choice", choices: " , " }] });
    expect(faultsOf(approved({ why: "because" }), form)).toEqual([]);
  });

  it("takes what fits", () => {
    const fields = { amount: 12.5, plan: "large", from: "2028-02-29", notify: false, reason: "why not" };
    expect(checkAnswer(approval, { ...approved(fields), comment: "fine" })).toEqual({
      ok: true,
      answer: { decision: "approved", fields, comment: "fine" },
    });
  });

  it.each<[JsonValue, string[]]>([
    [approved({}), ["fields.amount"]],
    [approved({ amount: "" }), ["fields.amount"]],
    [approved({ amount: "12" }), ["fields.amount"]],
    [approved({ amount: 1, plan: "huge" }), ["fields.plan"]],
    [approved({ amount: 1, from: "2027-02-29" }), ["fields.from"]],
    [approved({ amount: 1, notify: "yes" }), ["fields.notify"]],
    [approved({ amount: 1, reason: "x".repeat(20_001) }), ["fields.reason"]],
    [approved({ amount: 1, amonut: 2 }), ["fields.amonut"]],
    [{ decision: "maybe" }, ["decision"]],
    [{ decision: "approved", field: {} }, ["field"]],
    [{ decision: "approved", comment: 7 }, ["comment"]],
    [{ decision: "approved", fields: [] }, ["fields"]],
    [[], [""]],
    [null, [""]],
  ])("names the field of %j", (answer, fields) => {
    expect(faultsOf(answer)).toEqual(fields);
  });

  it("may be left empty by who rejects, but not filled in wrongly", () => {
    expect(faultsOf({ decision: "rejected" })).toEqual([]);
    expect(faultsOf({ decision: "rejected", fields: { plan: "huge" } })).toEqual(["fields.plan"]);
  });
});

describe("the body of an event", () => {
  const event = readWaitForm({
    kind: "event",
    bodyFields: [
      { name: "order.id", type: "text" },
      { name: "paid", type: "yesNo" },
      { name: "lines", type: "list" },
    ],
  });

  it.each<[JsonValue, string[]]>([
    [{ order: { id: "A1" }, paid: false, lines: [] }, []],
    [{ order: {}, paid: null, lines: {} }, ["order.id", "paid", "lines"]],
    [{ order: { id: 1 }, paid: true, lines: [1], more: 1 }, ["order.id"]],
    ["text", ["order.id", "paid", "lines"]],
  ])("of %j", (body, fields) => {
    expect(faultsOf(body, event)).toEqual(fields);
  });

  it("may be anything where nothing is asked for", () => {
    expect(checkAnswer(readWaitForm({ kind: "event" }), null)).toEqual({ ok: true, answer: { body: null } });
  });
});
