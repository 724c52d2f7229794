import { beforeEach, describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import { codeOf, createBackend, createOwner, setEnv, signedIn, type Backend } from "../test.support.ts";

let t: Backend;
beforeEach(() => {
  t = createBackend();
});

const ada = { email: "ada@example.test", secretHash: "hash", name: "Ada" };
const signUp = (account: { email: string; secretHash: string; name?: string }) =>
  t.mutation(internal.auth.internal.signUp, { ...account, ticketHash: "hash of a ticket" });
const signUpState = () => t.query(api.auth.queries.getSignUpState, {});
const beginSignIn = (email: string) => t.mutation(internal.auth.internal.beginSignIn, { email });

describe("sign-up", () => {
  it("is open for the first visitor and then closed", async () => {
    expect(await signUpState()).toEqual({ open: true, firstRun: true });
    const userId = await signUp({ ...ada, email: "  Ada@Example.TEST " });
    const viewer = await signedIn(t, userId).query(api.organizations.queries.getViewer, {});
    expect(viewer?.user).toMatchObject({ email: "ada@example.test", name: "Ada" });
    expect(await signUpState()).toEqual({ open: false, firstRun: false });
    expect(await codeOf(signUp({ ...ada, email: "eve@example.test" }))).toBe("sign_up_closed");
  });

  it("is recorded as the person's own act, an account made by the operator as the operator's", async () => {
    const userId = await signUp(ada);
    await t.mutation(internal.auth.internal.createUser, { email: "eve@example.test", secretHash: "hash" });
    const entries = await t.run((ctx) => ctx.db.query("auditEntries").collect());
    const created = entries.filter((entry) => entry.action === "user.created");
    expect(created).toMatchObject([{ actorKind: "user", actorId: userId }, { actorKind: "system" }]);
  });

  it("lets one of two simultaneous first visitors win", async () => {
    const results = await Promise.allSettled([signUp(ada), signUp({ ...ada, email: "eve@example.test" })]);
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected"]);
    expect(await t.run(async (ctx) => (await ctx.db.query("users").collect()).length)).toBe(1);
  });

  it("stays open when the operator says so, but not for a taken address", async () => {
    setEnv("PATCHBAY_SIGN_UP", "open");
    await signUp(ada);
    expect(await signUpState()).toEqual({ open: true, firstRun: false });
    await signUp({ email: "eve@example.test", secretHash: "hash" });
    expect(await codeOf(signUp({ ...ada, email: "ADA@example.test" }))).toBe("conflict");
  });

  it.each(["", "ada", "ada@", "@example.test", "a b@example.test", `${"x".repeat(250)}@e.test`])(
    "refuses %j as an address",
    async (email) => {
      expect(await codeOf(signUp({ ...ada, email }))).toBe("invalid");
    },
  );

  it("names people after their address when they give no name", async () => {
    const userId = await signUp({ email: "grace@example.test", secretHash: "hash", name: "  " });
    const viewer = await signedIn(t, userId).query(api.organizations.queries.getViewer, {});
    expect(viewer?.user.name).toBe("grace");
    expect(viewer?.organizations[0]?.name).toBe("grace's organization");
  });
});

describe("sign-in attempts", () => {
  it("hands out the hash of a known address and nothing of an unknown one", async () => {
    const userId = await signUp(ada);
    expect(await beginSignIn("Ada@example.test")).toEqual({ userId, secretHash: "hash" });
    expect(await beginSignIn("nobody@example.test")).toEqual({ userId: null, secretHash: null });
  });

  it.each(["ada@example.test", "nobody@example.test"])("stops after ten for %s, and goes on later", async (email) => {
    vi.useFakeTimers();
    try {
      await signUp(ada);
      for (let attempt = 0; attempt < 10; attempt++) await beginSignIn(email);
      expect(await codeOf(beginSignIn(email))).toBe("rate_limited");
      vi.advanceTimersByTime(15 * 60_000);
      await beginSignIn(email);
    } finally {
      vi.useRealTimers();
    }
  });

  it("forgets them on success, with a new password, and when their time is over", async () => {
    const userId = await signUp(ada);
    const counted = () => t.run(async (ctx) => (await ctx.db.query("signInAttempts").collect()).length);
    await beginSignIn(ada.email);
    expect(await counted()).toBe(1);
    await t.mutation(internal.auth.internal.completeSignIn, { email: ada.email, userId, ticketHash: "another" });
    expect(await counted()).toBe(0);
    await beginSignIn(ada.email);
    await t.mutation(internal.auth.internal.setPassword, { email: ada.email, secretHash: "other" });
    expect(await counted()).toBe(0);
    await beginSignIn(ada.email);
    await t.mutation(internal.auth.internal.cleanAttempts, {});
    expect(await counted()).toBe(1);
    await t.run(async (ctx) => {
      const [row] = await ctx.db.query("signInAttempts").collect();
      await ctx.db.patch("signInAttempts", row!._id, { windowStartedAt: 0 });
    });
    await t.mutation(internal.auth.internal.cleanAttempts, {});
    expect(await counted()).toBe(0);
  });
});

describe("attempts from one network", () => {
  const from = (ip: string) => t.withRequestMetadata({ ip });
  const attempt = (ip: string, email: string) => from(ip).mutation(internal.auth.internal.beginSignIn, { email });
  const fail = async (ip: string, times: number) => {
    for (let index = 0; index < times; index++) await attempt(ip, `person${index}@${ip.replaceAll(":", "-")}.test`);
  };

  it("stop after a hundred, however many accounts they try; other networks go on", async () => {
    await fail("192.0.2.1", 100);
    expect(await codeOf(attempt("192.0.2.1", "one.more@example.test"))).toBe("rate_limited");
    await attempt("192.0.2.2", "one.more@example.test");
  });

  it("count for all addresses of an IPv6 network, and for new accounts", async () => {
    await fail("2001:db8::1", 99);
    await from("2001:db8::ffff").mutation(internal.auth.internal.beginSignUp, {});
    expect(await codeOf(from("2001:db8::2").mutation(internal.auth.internal.beginSignUp, {}))).toBe("rate_limited");
  });

  it("are not forgotten for somebody who has an account: only the successful one is", async () => {
    const userId = await signUp(ada);
    await fail("192.0.2.1", 99);
    for (let index = 0; index < 3; index++) {
      await attempt("192.0.2.1", ada.email);
      const ticket = { userId, ticketHash: `ticket ${index}` };
      await from("192.0.2.1").mutation(internal.auth.internal.completeSignIn, { email: ada.email, ...ticket });
    }
    await attempt("192.0.2.1", "wrong@example.test");
    expect(await codeOf(attempt("192.0.2.1", "wrong@example.test"))).toBe("rate_limited");
  });

  it("are not counted on loopback, where a proxy may stand for everybody", async () => {
    await fail("127.0.0.1", 120);
  });
});

describe("setPassword", () => {
  it("replaces the hash and tells the audit log of each organization", async () => {
    await signUp(ada);
    await t.mutation(internal.auth.internal.setPassword, { email: "ADA@example.test", secretHash: "other" });
    expect((await beginSignIn(ada.email)).secretHash).toBe("other");
    const entries = await t.run((ctx) => ctx.db.query("auditEntries").collect());
    expect(entries.at(-1)).toMatchObject({ action: "user.passwordReset", actorKind: "system", severity: "warning" });
  });

  it("knows only existing accounts", async () => {
    await createOwner(t);
    const args = { email: "nobody@example.test", secretHash: "other" };
    expect(await codeOf(t.mutation(internal.auth.internal.setPassword, args))).toBe("not_found");
  });
});
