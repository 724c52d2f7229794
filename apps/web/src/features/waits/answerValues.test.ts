import { checkAnswer } from "@patchbay/core";
import { describe, expect, it } from "vitest";
import { toAnswer } from "./answerValues.ts";

const field = (name: string, type: "text" | "number" | "yesNo" | "date") => ({
  ...{ name, type, label: name, required: false, choices: [] },
});
const fields = [field("amount", "number"), field("notify", "yesNo"), field("from", "date"), field("note", "text")];

const fieldsOf = (values: Record<string, string>) =>
  toAnswer(fields, { decision: "approved", values, comment: " " }).fields;

describe("toAnswer", () => {
  it("gives each field its type, and leaves out what is empty", () => {
    expect(fieldsOf({ amount: " 12,5 ", notify: "no", from: "2026-03-14", note: " " })).toEqual({
      ...{ amount: 12.5, notify: false, from: "2026-03-14" },
    });
    expect(fieldsOf({ notify: "yes" })).toEqual({ notify: true });
  });

  it("makes what the backend accepts, and leaves to it what is no number", () => {
    const answer = toAnswer(fields, { decision: "rejected", values: { amount: "1.2.3" }, comment: " no " });
    expect(answer).toEqual({ decision: "rejected", fields: { amount: "1.2.3" }, comment: "no" });
    expect(checkAnswer({ kind: "approval", fields }, answer)).toMatchObject({ faults: [{ field: "fields.amount" }] });
    const good = toAnswer(fields, { decision: "approved", values: { amount: "3" }, comment: "" });
    expect(checkAnswer({ kind: "approval", fields }, good)).toMatchObject({ ok: true });
  });
});
