/** The journey through Convex Auth: tokens are signed with a key made here. */
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import { codeOf, createBackend, setAuthKeys, setEnv, type Backend } from "../test.support.ts";

let t: Backend;

beforeAll(async () => {
  await setAuthKeys();
  setEnv("CONVEX_SITE_URL", "https://patchbay.test");
});

beforeEach(() => {
  t = createBackend();
});

type Params = { flow: "signIn" | "signUp"; email: string; password: string; name?: string };
const prove = (params: Params) => t.action(api.auth.actions.proveCredentials, params);
const redeem = (params: object) => t.action(api.auth.signIn, { provider: "password", params });
const call = async (params: Params) => redeem(await prove(params));
const ada = { email: "ada@example.test", password: "correct horse" };

const sessions = () => t.run(async (ctx) => (await ctx.db.query("authSessions").collect()).length);

it("signs up, signs in, and stores no password", async () => {
  const { tokens } = await call({ ...ada, name: "Ada", flow: "signUp" });
  expect(tokens?.token.split(".")).toHaveLength(3);
  expect((await call({ ...ada, flow: "signIn" })).tokens?.refreshToken).toBeTruthy();
  const stored = await t.run(async (ctx) => JSON.stringify(await ctx.db.query("authAccounts").collect()));
  expect(stored).toContain("scrypt.");
  expect(stored).not.toContain("correct horse");
});

it("answers a wrong password and an unknown address alike", async () => {
  await call({ ...ada, flow: "signUp" });
  const refused = await Promise.all([
    call({ ...ada, password: "wrong horse", flow: "signIn" }).catch((error: unknown) => String(error)),
    call({ ...ada, email: "eve@example.test", flow: "signIn" }).catch((error: unknown) => String(error)),
  ]);
  expect(refused[0]).toContain("invalid_credentials");
  expect(refused[1]).toBe(refused[0]);
});

it.each<[string, Params, string]>([
  ["a short password", { ...ada, password: "short", flow: "signUp" }, "invalid"],
  ["no address", { ...ada, email: "", flow: "signUp" }, "invalid"],
])("refuses %s", async (_case, params, code) => {
  expect(await codeOf(call(params))).toBe(code);
  expect(await sessions()).toBe(0);
});

describe("a ticket", () => {
  it("starts one session, once", async () => {
    const proof = await prove({ ...ada, flow: "signUp" });
    expect((await redeem(proof)).tokens).toBeTruthy();
    expect(await codeOf(redeem(proof))).toBe("invalid_credentials");
    expect(await sessions()).toBe(1);
  });

  it("is good for a minute", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const proof = await prove({ ...ada, flow: "signUp" });
      vi.setSystemTime(Date.now() + 61_000);
      expect(await codeOf(redeem(proof))).toBe("invalid_credentials");
      await t.mutation(internal.auth.internal.cleanAttempts, {});
      expect(await t.run((ctx) => ctx.db.query("signInTickets").collect())).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([{}, { ticket: 1 }, { ticket: "" }, { ticket: "guess" }, { ...ada, flow: "signIn" }])(
    "is needed: %j is none",
    async (params) => {
      await prove({ ...ada, flow: "signUp" });
      expect(await codeOf(redeem(params))).toMatch(/^invalid/);
      expect(await sessions()).toBe(0);
    },
  );

  it("is not stored", async () => {
    const { ticket } = await prove({ ...ada, flow: "signUp" });
    const stored = await t.run(async (ctx) => JSON.stringify(await ctx.db.query("signInTickets").collect()));
    expect(stored).not.toContain(ticket);
  });
});

it("closes after the first account", async () => {
  await call({ ...ada, flow: "signUp" });
  expect(await codeOf(call({ ...ada, email: "eve@example.test", flow: "signUp" }))).toBe("sign_up_closed");
});

it("lets the operator make accounts and reset passwords, which signs out everywhere", async () => {
  const created = await t.action(internal.auth.admin.createUser, { ...ada, name: "Ada" });
  expect(await codeOf(t.action(internal.auth.admin.createUser, ada))).toBe("conflict");
  await call({ ...ada, flow: "signIn" });
  expect(await sessions()).toBe(1);
  const reset = { email: ada.email, password: "another horse" };
  expect(await t.action(internal.auth.admin.resetPassword, reset)).toEqual({ userId: created.userId });
  expect(await sessions()).toBe(0);
  expect(await codeOf(call({ ...ada, flow: "signIn" }))).toBe("invalid_credentials");
  await call({ ...reset, flow: "signIn" });
  expect(await codeOf(t.action(internal.auth.admin.resetPassword, { ...reset, password: "short" }))).toBe("invalid");
});
