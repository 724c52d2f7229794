import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { field } from "../fields.ts";
import { checkManifest, runAction } from "../testing/index.ts";
import { defineAction, defineControl } from "./action.ts";
import { defineConnection } from "./connection.ts";
import { defineIntegration, type IntegrationSpec } from "./integration.ts";
import { defineTrigger } from "./trigger.ts";

const input = z.object({
  text: z.string().meta(field({ label: "Text" })),
  kind: z
    .enum(["a", "b"])
    .default("a")
    .meta(field({ label: "Kind", enumLabels: ["A", "B"] })),
});

const upper = defineAction({
  name: "upper",
  label: "Upper case",
  description: "Makes a text loud.",
  effect: "pure",
  typeVersion: 1,
  input,
  output: z.object({ text: z.string() }),
  sampleOutput: { text: "HELLO" },
  run({ input: { text, kind } }) {
    expectTypeOf(text).toEqualTypeOf<string>();
    expectTypeOf(kind).toEqualTypeOf<"a" | "b">();
    return { text: text.toUpperCase() };
  },
});

const send = defineAction({
  name: "send",
  label: "Send",
  description: "Sends a text.",
  icon: "send",
  effect: "write",
  effectRules: [{ field: "kind", values: ["A"], effect: "read" }],
  typeVersion: 2,
  connectionTypes: ["token"],
  connectionRequired: true,
  input,
  run: async ({ input: { text }, context }) => ({
    text,
    key: context.idempotencyKey,
    token: context.connection?.values.token ?? null,
  }),
});

const token = defineConnection({
  name: "token",
  label: "Token",
  description: "An API token.",
  fields: z.object({
    token: z
      .string()
      .min(8)
      .meta({ ...field({ label: "Token", description: "From your account." }), secret: true }),
    site: z
      .string()
      .optional()
      .meta(field({ label: "Site" })),
  }),
});

const tick = defineTrigger({
  kind: "schedule",
  name: "tick",
  label: "Tick",
  description: "Starts now and then.",
  typeVersion: 1,
  input: z.object({}),
});

const wait = defineControl({
  control: "delay",
  name: "wait",
  label: "Wait",
  description: "Waits a while.",
  typeVersion: 1,
  input: z.object({ seconds: z.number().meta(field({ label: "Seconds" })) }),
});

const spec: IntegrationSpec = {
  name: "sample",
  version: "1.0.0",
  label: "Sample",
  description: "Shows how it is done.",
  color: "#3b4246",
  icon: "box",
  category: "core",
  actions: [upper, send, wait],
  triggers: [tick],
  connections: [token],
};
const integration = defineIntegration(spec);
const actionOf = (key: string) => {
  const action = integration.actions.get(key);
  if (!action) throw new Error(`no action ${key}`);
  return action;
};

describe("defineAction", () => {
  it("makes the manifest from the schemas, with form keywords", () => {
    expect(upper.manifest).toEqual({
      name: "upper",
      label: "Upper case",
      description: "Makes a text loud.",
      typeVersion: 1,
      effect: "pure",
      input: {
        type: "object",
        properties: {
          text: { type: "string", title: "Text" },
          kind: { type: "string", enum: ["a", "b"], default: "a", title: "Kind", "x-enumLabels": ["A", "B"] },
        },
        required: ["text"],
      },
      output: {
        type: "object",
        properties: { text: { type: "string" } },
        required: ["text"],
        additionalProperties: false,
      },
      sampleOutput: { text: "HELLO" },
    });
    expect(send.manifest).toMatchObject({
      icon: "send",
      connectionTypes: ["token"],
      connectionRequired: true,
      effectRules: [{ field: "kind", values: ["A"], effect: "read" }],
    });
  });

  it("runs a pure action at once, its input checked", async () => {
    expect(actionOf("upper@1").runPure?.({ text: 5 })).toEqual({ text: "5" });
    expect(actionOf("upper@1").run).toBeUndefined();
    expect(await runAction(actionOf("upper@1"), { input: {} })).toMatchObject({
      ok: false,
      error: { kind: "invalid", message: "Text is empty." },
    });
  });

  it("hands an effectful action its context", async () => {
    const outcome = await runAction(actionOf("send@2"), {
      input: { text: "hi" },
      idempotencyKey: "k",
      connection: { type: "sample.token", values: { token: "t" } },
    });
    expect(outcome).toEqual({ ok: true, output: { text: "hi", key: "k", token: "t" } });
    expect(actionOf("send@2").runPure).toBeUndefined();
  });

  it("rejects, not throws, when an effectful action gets a wrong input", async () => {
    const context = { fetch, signal: new AbortController().signal, idempotencyKey: "", nowMs: () => 0 };
    await expect(actionOf("send@2").run?.({}, context)).rejects.toThrow("Text is empty.");
  });
});

describe("defineControl", () => {
  it("has a form but nothing to run", async () => {
    const control = actionOf("wait@1");
    expect(wait.manifest).toMatchObject({ effect: "pure", control: "delay" });
    expect(control.control).toBe("delay");
    expect(control.parseInput({ seconds: "3" })).toEqual({ seconds: 3 });
    await expect(runAction(control, { input: {} })).rejects.toThrow("carries this node out itself");
  });
});

describe("defineConnection", () => {
  it("makes the form and names the secrets", () => {
    expect(token.manifest.fields).toEqual([
      { name: "token", label: "Token", description: "From your account.", secret: true, required: true },
      { name: "site", label: "Site", secret: false, required: false },
    ]);
    const values = token.runtime.parseValues({ token: "12345678", site: "" });
    expect(values).toEqual({ token: "12345678" });
    expect(token.runtime.secretValues({ ...values, site: "x" })).toEqual(["12345678"]);
    expect(token.runtime.secretValues({ site: "x" })).toEqual([]);
  });

  it("refuses what does not fit, without repeating it", () => {
    expect(() => token.runtime.parseValues({ token: "hunter2" })).toThrow(/^Token: /);
    expect(() => token.runtime.parseValues({ token: "hunter2" })).not.toThrow(/hunter2/);
    expect(() => token.runtime.parseValues({ token: "" })).toThrow("Token is empty.");
    expect(() => token.runtime.parseValues(null)).toThrow();
  });
});

describe("defineIntegration", () => {
  const faulty = (change: Partial<IntegrationSpec>) => () => defineIntegration({ ...spec, ...change });
  const withRule = (rule: { field: string; values: string[]; effect: "read" | "idempotent" | "write" }) =>
    faulty({
      connections: [],
      actions: [defineAction({ ...shared, effect: "write", effectRules: [rule], run: async () => null })],
    });
  const shared = { name: "x", label: "X", description: "X.", typeVersion: 1, input };

  it.each([
    ["a repeated action", faulty({ actions: [upper, send, upper] }), "upper (typeVersion 1) is defined twice"],
    [
      "one name for two roles",
      faulty({ triggers: [{ manifest: { ...tick.manifest, name: "upper", typeVersion: 3 } }] }),
      "both an action and a trigger",
    ],
    ["a repeated connection", faulty({ connections: [token, token] }), "connection token is defined twice"],
    [
      "an unknown connection type",
      faulty({ connections: [] }),
      "send names the connection type token, which does not exist",
    ],
    ["no description", faulty({ description: "" }), "description: "],
    [
      "no label of an action",
      faulty({ actions: [{ ...upper, manifest: { ...upper.manifest, label: "" } }] }),
      "actions.0.label: ",
    ],
    ["no semantic version", faulty({ version: "1" }), "version: "],
    [
      "a rule for no field",
      withRule({ field: "y", values: ["A"], effect: "read" }),
      "names the field y, which does not exist",
    ],
    ["a rule in lower case", withRule({ field: "kind", values: ["a"], effect: "read" }), "compared in upper case"],
    ["a rule that never applies", withRule({ field: "kind", values: ["C"], effect: "read" }), "which kind never has"],
    ["a rule without values", withRule({ field: "kind", values: [], effect: "read" }), "has no values"],
    [
      "a rule that makes pure",
      withRule({ field: "kind", values: ["A"], effect: "pure" as "read" }),
      "cannot make it pure",
    ],
    [
      "rules for a pure action",
      faulty({
        actions: [
          {
            ...upper,
            manifest: { ...upper.manifest, effectRules: [{ field: "kind", values: ["A"], effect: "read" }] },
          },
        ],
      }),
      "is pure and cannot have effect rules",
    ],
    [
      "a required connection of no type",
      faulty({
        connections: [],
        actions: [defineAction({ ...shared, effect: "read", connectionRequired: true, run: async () => null })],
      }),
      "names no connection type",
    ],
    [
      "a connection without fields",
      faulty({
        connections: [
          token,
          defineConnection({ name: "none", label: "None", description: "None.", fields: z.object({}) }),
        ],
      }),
      "connection none has no fields",
    ],
  ])("refuses %s", (_name, define, message) => {
    expect(define).toThrow(message);
  });

  it("finds runtimes by name and typeVersion", () => {
    expect([...integration.actions.keys()]).toEqual(["upper@1", "send@2", "wait@1"]);
    expect([...integration.connections.keys()]).toEqual(["token"]);
  });
});

describe("checkManifest", () => {
  const check = (change: Partial<IntegrationSpec>) => checkManifest(defineIntegration({ ...spec, ...change }));
  const withInput = (schema: z.ZodObject) =>
    check({
      actions: [
        defineAction({
          name: "x",
          label: "X",
          description: "X.",
          effect: "pure",
          typeVersion: 1,
          input: schema,
          run: () => null,
        }),
      ],
    });

  it("is content with a good one", () => {
    expect(checkManifest(integration)).toEqual([]);
  });

  it.each([
    ["a pale colour", () => check({ color: "#aabbcc" }), "contrast of 1.9"],
    ["a strange icon", () => check({ icon: "Box Icon" }), "not an icon name"],
    ["no sentence", () => check({ description: "does things" }), "not a sentence"],
    ["a field without a label", () => withInput(z.object({ a: z.string() })), "x.a has no label"],
    [
      "an inner field without a label",
      () => withInput(z.object({ a: z.array(z.object({ b: z.string() })).meta(field({ label: "A" })) })),
      "x.a.b has no label",
    ],
    [
      "an unknown keyword",
      () => withInput(z.object({ a: z.string().meta({ title: "A", "x-foo": 1 }) })),
      "unknown keyword x-foo",
    ],
    [
      "too few labels",
      () => withInput(z.object({ a: z.enum(["p", "q"]).meta(field({ label: "A", enumLabels: ["P"] })) })),
      "only when both are given",
    ],
    [
      "a condition on nothing",
      () => withInput(z.object({ a: z.string().meta(field({ label: "A", showWhen: { field: "z", values: [1] } })) })),
      "depends on z",
    ],
    [
      "a condition that never holds",
      () =>
        withInput(
          input.extend({ a: z.string().meta(field({ label: "A", showWhen: { field: "kind", values: ["c"] } })) }),
        ),
      "which kind never has",
    ],
    [
      "a sample that does not fit",
      () => check({ actions: [{ ...upper, manifest: { ...upper.manifest, sampleOutput: { text: 5 } } }] }),
      "does not fit",
    ],
    [
      "no sample",
      () => check({ actions: [{ ...upper, manifest: { ...upper.manifest, sampleOutput: undefined } }] }),
      "no sample",
    ],
    [
      "an action's strange icon",
      () => check({ actions: [{ ...upper, manifest: { ...upper.manifest, icon: "A b" } }] }),
      "no icon name",
    ],
    [
      "a connection without a secret",
      () =>
        check({
          connections: [
            token,
            defineConnection({
              name: "open",
              label: "Open",
              description: "Open.",
              fields: z.object({ a: z.string() }),
            }),
          ],
        }),
      "no secret field",
    ],
  ])("names %s", (_name, run, message) => {
    expect(run().join("\n")).toContain(message);
  });
});
