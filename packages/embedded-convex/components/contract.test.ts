/** What Convex promises about components, beside what published ones need: transactions, ids, handles, files, HTTP, environment. */
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { convex } from "../test/cli.ts";
import { createTokenIssuer } from "../test/tokens.ts";
import { DeployedApp, eventually, newTag } from "./harness.ts";

let app: DeployedApp;

beforeAll(async () => {
  app = await DeployedApp.start(new URL("./contract/", import.meta.url), { GREETING: "hello", SECRET: "not yours" });
}, 60_000);
afterAll(() => app?.dispose());

type Everything = { app: string[]; vault: string[]; spare: string[]; ledger: string[] };
const everything = (tag: string) => app.query<Everything>("calls:everything", { tag });
const inVault = { component: "vault" };

describe("transactions across components", () => {
  it("take back only what a component wrote when its caller catches the failure", async () => {
    const [error, data] = [newTag(), newTag()];
    expect(await app.mutation("calls:catching", { tag: error, fail: "error" })).toContain("the vault failed");
    expect(await app.mutation("calls:catching", { tag: data, fail: "data" })).toBe('{"refused":"lost"}');
    for (const tag of [error, data])
      expect(await everything(tag)).toEqual({ app: ["before", "after"], vault: [], spare: ["kept"], ledger: [] });
  });

  it("take back everything when the caller fails, jobs included", async () => {
    const tag = newTag();
    await expect(app.mutation("calls:failing", { tag })).rejects.toThrow("the app gave up");
    // What is scheduled later runs later: by then a job that was not taken back would have run.
    await app.mutation("calls:scheduleInComponent", { tag });
    await eventually(async () => expect((await everything(tag)).vault).toEqual(["scheduled from the app"]));
    expect(await everything(tag)).toEqual({ app: [], vault: ["scheduled from the app"], spare: [], ledger: [] });
  });

  it("nest: each component decides what becomes of a failure inside it", async () => {
    const [caught, passed, kept] = [newTag(), newTag(), newTag()];
    await app.mutation("calls:nested", { tag: caught, failInside: true, catchInside: true });
    expect(await everything(caught)).toMatchObject({
      vault: ["both before", 'both caught {"refused":"both"}'],
      ledger: [],
    });
    const failing = app.mutation("calls:nested", { tag: passed, failInside: true, catchInside: false });
    await expect(failing).rejects.toMatchObject({ data: { refused: "both" } });
    expect(await everything(passed)).toMatchObject({ vault: [], ledger: [] });
    await app.mutation("calls:nested", { tag: kept, failInside: false, catchInside: false });
    expect(await everything(kept)).toMatchObject({ vault: ["both before"], ledger: ["both"] });
  });

  it("keep apart what is begun together", async () => {
    const tag = newTag();
    expect(await app.mutation("calls:beside", { tag })).toBe("failed");
    expect(await everything(tag)).toEqual({ app: ["own"], vault: [], spare: ["other"], ledger: [] });
  });

  it("take in or leave out as a whole what nobody waits for", async () => {
    const [finished, failed] = [newTag(), newTag()];
    await app.mutation("calls:floating", { tag: finished });
    expect(await everything(finished)).toMatchObject({ app: ["after the call"], vault: ["0", "1", "2", "3", "4"] });
    await app.mutation("calls:floatingInside", { tag: failed });
    expect(await everything(failed)).toEqual({ app: ["caught"], vault: [], spare: [], ledger: [] });
  });

  it("count against the limits of the whole transaction", async () => {
    const tag = newTag();
    await app.mutation("calls:tooMuch", { tag, each: 500 });
    await expect(app.mutation("calls:tooMuch", { tag: newTag(), each: 9000 })).rejects.toThrow(
      "Too many writes in a single function execution (limit: 16000)",
    );
    expect((await everything(tag)).vault).toHaveLength(500);
  }, 30_000);

  it("update live queries over the component's data", async () => {
    const tag = newTag();
    const client = new ConvexClient(app.deployment.cloudUrl);
    try {
      const seen: Everything[] = [];
      client.onUpdate(anyApi.calls!.everything!, { tag }, (value: Everything) => void seen.push(value));
      await eventually(async () => expect(seen.at(-1)?.ledger).toEqual([]));
      await app.mutation("calls:nested", { tag, failInside: false, catchInside: false });
      await eventually(async () => expect(seen.at(-1)).toMatchObject({ vault: ["both before"], ledger: ["both"] }));
      const before = seen.length;
      await app.mutation("calls:nested", { tag: newTag(), failInside: false, catchInside: false });
      await app.mutation("calls:addRow", { tag });
      await eventually(async () => expect(seen.at(-1)?.app).toEqual(["a row"]));
      expect(seen.length, "another tag's writes are no news").toBe(before + 1);
    } finally {
      await client.close();
    }
  });
});

describe("ids of somebody else", () => {
  it("are rejected by writes, and found by no read", async () => {
    const id = await app.mutation<string>("calls:addRow", { tag: newTag() });
    for (const how of ["patch", "replace", "delete"]) {
      await expect(app.mutation("notes:change", { id, how }, inVault), how).rejects.toThrow(/Invalid argument `id`/);
    }
    expect(await app.query("notes:get", { id }, inVault)).toEqual({ found: null, normalized: null });
    await expect(app.query("notes:check", { id }, inVault)).rejects.toThrow(/ArgumentValidationError/);
  });

  it("name no job: jobs belong to the component that has scheduled them", async () => {
    const tag = newTag();
    const id = await app.mutation<string>("calls:schedule", { tag, delayMs: 60_000 });
    expect(await app.query("handles:job", { id }, inVault)).toBeNull();
    await expect(app.mutation("handles:cancel", { id }, inVault)).rejects.toThrow();
    const own = await app.mutation<string>("handles:scheduleOwn", { tag, text: "x", delayMs: 60_000 }, inVault);
    expect(await app.query("handles:job", { id: own }, inVault)).toMatchObject({ state: { kind: "pending" } });
    await app.mutation("handles:cancel", { id: own }, inVault);
    expect(await app.query("handles:job", { id: own }, inVault)).toMatchObject({ state: { kind: "canceled" } });
  });
});

describe("function handles", () => {
  it("let a component call back, from a mutation, an action and a job", async () => {
    const tag = newTag();
    expect(await app.mutation("calls:handOver", { tag })).toBe("the app answers");
    expect(await app.action("calls:handOverInAction", { tag })).toBe("the app answers");
    const job = await app.mutation<string>("calls:handOverForLater", { tag, delayMs: 0 });
    const got = ["a call", "an action's call", "a late call"].map((text) => `the app got ${text}`);
    await eventually(async () => expect((await everything(tag)).app).toEqual(got));
    const seen = await app.query("handles:job", { id: job }, inVault);
    expect(seen, "the job is the component's, its function the app's").toMatchObject({
      name: "calls.js:record",
      state: { kind: "success" },
    });
  });

  it("let the app reach what a component has handed out, internal functions too", async () => {
    const tag = newTag();
    await app.mutation("calls:useHandles", { tag });
    await eventually(async () => expect((await everything(tag)).vault).toEqual(["by handle", "recorded later"]));
  });

  it("cannot be made up", async () => {
    const { record } = await app.query<{ record: string }>("handles:create", {}, inVault);
    const forged = record.replace("handles:record", "notes:insertMany");
    for (const handle of ["function://;calls:record", forged, record.replace(";vault;", ";;")])
      await expect(app.mutation("calls:callAny", { handle, tag: newTag() }), handle).rejects.toThrow(
        /Invalid function handle/,
      );
  });

  it("stay valid after a restart", async () => {
    const { add } = await app.query<{ add: string }>("handles:create", {}, inVault);
    await app.deployment.kill("SIGTERM");
    await app.deployment.startProcess();
    const tag = newTag();
    await app.mutation("calls:callAny", { handle: add, tag });
    expect((await everything(tag)).vault).toEqual(["forged"]);
  });
});

describe("jobs of components", () => {
  it("run when the deployment starts again, if they came due meanwhile", async () => {
    const [tag, count] = [newTag(), 6];
    const schedule = (kind: string, text: string) =>
      app.mutation<string>(`handles:${kind}`, { tag, text, delayMs: 400 }, inVault);
    const ids = await Promise.all(
      Array.from({ length: count }, (_, index) => [
        schedule("scheduleAction", `action ${index}`),
        schedule("scheduleOwn", `mutation ${index}`),
      ]).flat(),
    );
    await app.deployment.kill();
    await app.deployment.startProcess();
    await eventually(async () => expect((await everything(tag)).vault).toHaveLength(2 * count));
    const stateOf = (id: string) => app.query<{ state: { kind: string } }>("handles:job", { id }, inVault);
    await eventually(async () => {
      const states = await Promise.all(ids.map(stateOf));
      expect(new Set(states.map(({ state }) => state.kind))).toEqual(new Set(["success"]));
    });
  });
});

describe("what Convex refuses", () => {
  it("is paging inside a component, and a mutation that cancels itself", async () => {
    await expect(app.query("notes:page", { cursor: null }, inVault)).rejects.toThrow(
      "paginate() is only supported in the app",
    );
    const tag = newTag();
    const id = await app.mutation<string>("handles:scheduleCancelSelf", { tag }, inVault);
    await eventually(async () =>
      expect(await app.query("handles:job", { id }, inVault)).toMatchObject({
        state: { kind: "failed", error: expect.stringContaining("A mutation cannot cancel itself") },
      }),
    );
    expect((await everything(tag)).vault).toEqual([]);
  });
});

describe("files of components", () => {
  const upload = async (component: string | undefined, text: string): Promise<string> => {
    const path = component === undefined ? "calls:uploadUrl" : "files:uploadUrl";
    const url = await app.mutation<string>(path, {}, { component });
    const response = await fetch(url, { method: "POST", body: text, headers: { "content-type": "text/plain" } });
    return ((await response.json()) as { storageId: string }).storageId;
  };
  type Look = { url: string | null; size: number | null };
  const look = (component: string, id: string) => app.query<Look>("files:look", { id }, { component });

  it("land in the storage of the component that made the URL, and are served", async () => {
    const id = await upload("vault", "kept in the vault");
    const { url, size } = await look("vault", id);
    expect(size).toBe(17);
    expect(await (await fetch(url!)).text()).toBe("kept in the vault");
    expect(await look("spare", id), "not the other component's").toEqual({ url: null, size: null });
    expect(await app.action("files:read", { id }, inVault)).toBe("kept in the vault");
    await app.mutation("files:remove", { id }, inVault);
    expect((await fetch(url!)).status).toBe(404);
  });

  it("can be neither read nor deleted by another component", async () => {
    const own = await upload(undefined, "of the app");
    const stored = await app.action<string>("files:store", { text: "of the vault" }, inVault);
    expect(await app.action("files:read", { id: own }, inVault)).toBeNull();
    await expect(app.mutation("files:remove", { id: own }, inVault)).rejects.toThrow();
    await expect(app.mutation("files:remove", { id: stored }, { component: "spare" })).rejects.toThrow();
    expect(await app.action("files:read", { id: stored }, inVault)).toBe("of the vault");
  });
});

describe("HTTP routes of components", () => {
  const site = (path: string, init?: RequestInit) => fetch(app.deployment.siteUrl + path, init);

  it("are served under the prefix of their mount, on the component's own data", async () => {
    const tag = newTag();
    const added = await site("/vault/notes", { method: "POST", body: JSON.stringify({ tag, text: "posted" }) });
    expect([added.status, await added.json()]).toEqual([201, { notes: ["posted"] }]);
    expect((await everything(tag)).vault).toEqual(["posted"]);
    expect((await site("/notes", { method: "POST", body: "{}" })).status).toBe(404);
  });

  it("see the whole URL, their own address, and nobody's identity", async () => {
    const issuer = await createTokenIssuer();
    const authorization = `Bearer ${await issuer.sign({ subject: "ada" })}`;
    const response = await site("/vault/echo/a/b?c=d", { headers: { authorization } });
    expect(await response.json()).toEqual({
      url: `${app.deployment.siteUrl}/vault/echo/a/b?c=d`,
      site: `${app.deployment.siteUrl}/vault`,
      who: null,
    });
  });

  it("nest, and leave exact routes of the app alone", async () => {
    expect(await (await site("/own")).text()).toBe("the app's own");
    expect(await (await site("/vault/own")).text()).toBe("more specific");
    expect(await (await site("/vault/ledger/owner")).text()).toBe(`first at ${app.deployment.siteUrl}/vault/ledger`);
    expect((await site("/vault/nothing")).status).toBe(404);
    expect((await site("/ledger/owner")).status).toBe(404);
  });
});

describe("what a component knows", () => {
  it("is what its parent binds, and where it is", async () => {
    const { cloudUrl, siteUrl } = app.deployment;
    const surroundings = await app.query<Record<string, Record<string, string>>>("calls:surroundings");
    expect(surroundings).toMatchObject({
      own: { GREETING: "hello", SECRET: "not yours" },
      vault: {
        GREETING: "hello",
        LABEL: "first",
        LEVEL: null,
        SECRET: null,
        cloud: cloudUrl,
        site: `${siteUrl}/vault`,
      },
      spare: { GREETING: "fixed", LABEL: "second", LEVEL: null, SECRET: null, cloud: cloudUrl, site: siteUrl },
      metadata: { name: "calls:surroundings", componentPath: "", type: "query", visibility: "public" },
      vaultMetadata: { name: "about:metadata", componentPath: "vault", type: "query", visibility: "public" },
    });
    expect(await app.action("calls:actionSurroundings")).toMatchObject({
      environment: { GREETING: "hello", SECRET: null },
      metadata: { name: "about:actionMetadata", componentPath: "vault", type: "action" },
    });
  });

  it("follows the parent's variables", async () => {
    await convex(app.deployment, app.copy, ["env", "set", "LEVEL", "high"]);
    const surroundings = await app.query<Record<string, Record<string, string>>>("calls:surroundings");
    expect([surroundings.vault!.LEVEL, surroundings.spare!.LEVEL]).toEqual(["high", null]);
  });
});

describe("crons of a component", () => {
  it("run in it, mutations and actions, and are nowhere among the scheduled functions", async () => {
    const ticks = (kind: string) => app.query<number>("ticking:count", { kind }, inVault);
    await eventually(async () => expect(await ticks("mutation")).toBeGreaterThan(1));
    await eventually(async () => expect(await ticks("action")).toBeGreaterThan(1));
    for (const component of ["vault", "spare"]) {
      const jobs = await app.query<string[]>("handles:jobs", {}, { component });
      expect(jobs.filter((name) => name.startsWith("ticking"))).toEqual([]);
    }
    expect((await app.query<string[]>("calls:jobs")).filter((name) => name.startsWith("ticking"))).toEqual([]);
  });
});

describe("tokens that mutations sign", () => {
  const sign = (claims: Record<string, string>, expiresInSeconds = 60) =>
    app.mutation<string>("about:token", { claims, expiresInSeconds });

  it("are verified by the keys that the deployment shows, and name app or component as their issuer", async () => {
    const { cloudUrl } = app.deployment;
    const keys = createRemoteJWKSet(new URL(`${cloudUrl}/.well-known/jwks.json`));
    const own = await jwtVerify(await sign({ sub: "ada" }), keys, { issuer: cloudUrl });
    expect(own.payload).toMatchObject({ sub: "ada", exp: own.payload.iat! + 60 });
    const vault = await jwtVerify(await app.mutation<string>("about:vaultToken"), keys);
    expect(vault.payload.iss).toBe(`${cloudUrl}/components/vault`);
  });

  it("sign in, where auth.config.ts says so", async () => {
    const client = new ConvexHttpClient(app.deployment.cloudUrl);
    client.setAuth(await sign({ sub: "ada" }));
    expect(await client.query(anyApi.about!.who!, {})).toBe("ada");
    expect(await client.query(anyApi.calls!.surroundings!, {})).toMatchObject({ who: "ada", vaultWho: null });
  });

  it("cannot claim what is the deployment's to say, or live long", async () => {
    await expect(sign({ iss: "me" })).rejects.toThrow("reserved");
    await expect(sign({}, 7200)).rejects.toThrow("between 1 and 3600");
  });
});

describe("a transaction", () => {
  it("gives a nested call less than it may use itself", async () => {
    const tag = newTag();
    type Limited = { before: Metric; outcome: string; after: Metric };
    type Metric = { used: number; remaining: number };
    const refused = await app.mutation<Limited>("about:limited", { tag, count: 10, limit: 9 });
    expect(refused.outcome).toMatch(/limit: 1?0/);
    expect([refused.before.used, refused.after.used], "what was rolled back does not count").toEqual([1, 2]);
    const allowed = await app.mutation<Limited>("about:limited", { tag, count: 10, limit: 10 });
    expect(allowed).toMatchObject({ outcome: "all written", after: { used: 12, remaining: 16_000 - 12 } });
    expect((await everything(tag)).vault).toHaveLength(10);
  });

  it("reads an older snapshot where it asks for one", async () => {
    const tag = newTag();
    await app.mutation("calls:addRow", { tag });
    expect(await app.mutation("about:compare", { tag })).toEqual({ fresh: 2, stale: 1, isOlder: true });
  });

  it("stamps what it writes with its own commit time, after everything it could see", async () => {
    const tag = newTag();
    type Stamp = { snapshot: bigint; at: bigint };
    const made = await Promise.all(Array.from({ length: 20 }, () => app.mutation<Stamp>("about:stamp", { tag })));
    const seen = await app.query<{ stamps: bigint[]; snapshot: bigint }>("about:stamps", { tag });
    expect(new Set(seen.stamps).size, "also when they were committed together").toBe(20);
    expect(seen.stamps.toSorted(byValue)).toEqual(made.map(({ at }) => at).toSorted(byValue));
    for (const { snapshot, at } of made) {
      expect(at).toBeGreaterThan(snapshot);
      expect(at).toBeLessThanOrEqual(seen.snapshot);
    }
  });
});

function byValue(left: bigint, right: bigint): number {
  return left < right ? -1 : 1;
}

describe("audit entries", () => {
  it("reach the operator's log once they are committed, with their variables filled in", async () => {
    const [kept, lost] = [newTag(), newTag()];
    await expect(app.mutation("about:audited", { tag: lost, fail: true })).rejects.toThrow();
    await app.mutation("about:audited", { tag: kept, fail: false });
    await app.action("about:auditedAction", { tag: kept });
    const logs = await fetch(`${app.deployment.cloudUrl}/api/stream_function_logs?cursor=0`, {
      headers: { authorization: `Convex ${app.deployment.adminKey}` },
    });
    const text = JSON.stringify(await logs.json());
    expect(text).toContain('"identifier":"about:audited"');
    expect(text).toContain(`\\"tag\\":\\"${kept}\\",\\"who\\":{\\"agent\\":\\"`);
    expect(text).toContain(`\\"tag\\":\\"${kept}\\",\\"from\\":\\"action\\"`);
    expect(text).not.toContain(lost);
  });
});

describe("the CLI", () => {
  it("reads and runs inside components, and keeps browsers out", async () => {
    const tag = newTag();
    const run = (...args: string[]) => convex(app.deployment, app.copy, args);
    await run("run", "--component", "vault", "notes:add", JSON.stringify({ tag, text: "by the CLI" }));
    expect((await run("data", "--component", "vault", "notes")).stdout).toContain("by the CLI");
    expect((await run("data", "--component", "vault/ledger")).stdout).toContain("entries");
    expect((await run("run", "--component", "vault", "about:secret")).stdout).toContain("for the component only");
    const direct = await fetch(`${app.deployment.cloudUrl}/api/query`, {
      method: "POST",
      body: JSON.stringify({ path: "notes:list", componentPath: "vault", args: { tag } }),
    });
    expect(direct.status).toBe(560);
  });
});
