import { runAction } from "@patchbay/sdk/testing";
import { describe, expect, it } from "vitest";
import { integration } from "./index.ts";

const action = integration.actions.get("setVariables@1");
if (!action) throw new Error("tools.setVariables@1 is missing");
const set = (variables: unknown) => runAction(action, { input: { variables } });

describe("setVariables", () => {
  it("gives an object of the variables, values of every type", async () => {
    const variables = [{ name: "text", value: "a" }, { name: "list", value: [1, { a: null }] }, { name: "nothing" }];
    expect(await set(variables)).toEqual({ ok: true, output: { text: "a", list: [1, { a: null }], nothing: null } });
  });

  it("lets the last of two count, and takes a single one for a list", async () => {
    expect(
      await set([
        { name: "a", value: 1 },
        { name: " a ", value: 2 },
      ]),
    ).toEqual({ ok: true, output: { a: 2 } });
    expect(await set({ name: "a", value: 1 })).toEqual({ ok: true, output: { a: 1 } });
    expect(await set(undefined)).toEqual({ ok: true, output: {} });
  });

  it("keeps odd names as values of their own", async () => {
    const outcome = await set([
      { name: "__proto__", value: { polluted: true } },
      { name: "constructor", value: 1 },
    ]);
    if (!outcome.ok) throw new Error(outcome.error.message);
    expect(Object.keys(outcome.output as object)).toEqual(["__proto__", "constructor"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("refuses a variable without a name", async () => {
    const outcome = await set([{ name: " ", value: 1 }]);
    expect(outcome).toMatchObject({ ok: false, error: { kind: "invalid" } });
    expect(outcome.ok ? "" : outcome.error.message).toContain("Variables 1 › Name");
  });
});
