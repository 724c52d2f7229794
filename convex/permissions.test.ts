/// <reference types="vite/client" />
/**
 * The permission matrix. The list of public functions is taken from the modules themselves: a function without a row here
 * fails, as does a row without a function, a function that no builder of `functions.ts` has made, and a permission that
 * differs from the row's.
 */
import { makeFunctionReference } from "convex/server";
import { describe, expect, it } from "vitest";
import { api } from "./_generated/api.js";
import { accessOf } from "./functions.ts";
import { permissionsOf, type Permission, type Role } from "./lib/permissions.ts";
import { createBackend, createMember, createOwner, emptyText, type Backend, type Client } from "./test.support.ts";

/** What the arguments of a row are made of: ids of things that belong to the organization under test. */
interface Things {
  scenarioId: string;
  connectionId: string;
  apiKeyId: string;
  runId: string;
}

interface Row {
  /** "public", "authed", "token" (of a Wait node) or the permission that a member needs. */
  needs: Permission | "public" | "authed" | "token";
  /** Arguments beside `organizationId`. */
  args?: (things: Things) => Record<string, unknown>;
}

const paginationOpts = { numItems: 5, cursor: null };
const scenario = ({ scenarioId }: Things) => ({ scenarioId });
const run = ({ runId }: Things) => ({ runId });
const connection = ({ connectionId }: Things) => ({ connectionId });
const page = () => ({ paginationOpts });

const rows: Record<string, Row> = {
  "apiKeys/actions:createApiKey": { needs: "scenario:read", args: () => ({ name: "key" }) },
  "apiKeys/mutations:revokeApiKey": { needs: "scenario:read", args: ({ apiKeyId }) => ({ apiKeyId }) },
  "apiKeys/queries:listApiKeys": { needs: "scenario:read" },
  "audit/queries:listAuditEntries": { needs: "org:settings:update", args: page },
  "auth/queries:getSignUpState": { needs: "public" },
  "connections/actions:createConnection": {
    needs: "connection:create",
    args: () => ({ type: "http.bearer", name: "Shop", values: { token: "x" } }),
  },
  "connections/mutations:deleteConnection": { needs: "connection:delete", args: connection },
  "connections/mutations:resetBreaker": { needs: "connection:test", args: connection },
  "connections/mutations:setBreaker": {
    needs: "connection:update",
    args: (things) => ({ ...connection(things), failures: 3, pauseSeconds: 10 }),
  },
  "connections/mutations:renameConnection": {
    needs: "connection:update",
    args: (things) => ({ ...connection(things), name: "Store" }),
  },
  "connections/queries:listConnections": { needs: "connection:read" },
  "drafts/mutations:discardDraft": {
    needs: "scenario:update",
    args: (things) => ({ ...scenario(things), baseRevision: 1 }),
  },
  "drafts/mutations:loadVersion": {
    needs: "scenario:update",
    args: (things) => ({ ...scenario(things), baseRevision: 1, number: 1 }),
  },
  "drafts/mutations:saveDraft": {
    needs: "scenario:update",
    args: (things) => ({ ...scenario(things), baseRevision: 1, definition: emptyText() }),
  },
  "drafts/queries:getDraft": { needs: "scenario:read", args: scenario },
  "integrations/queries:listIntegrations": { needs: "authed" },
  "organizations/mutations:updateOrganization": { needs: "org:settings:update", args: () => ({ name: "Other" }) },
  "organizations/queries:getViewer": { needs: "public" },
  "queue/mutations:emptyQueue": { needs: "scenario:admin", args: scenario },
  "queue/mutations:pauseScenario": { needs: "scenario:update", args: scenario },
  "queue/mutations:resumeScenario": { needs: "scenario:update", args: scenario },
  "queue/mutations:updateOrganizationQueue": { needs: "org:settings:update", args: () => ({ draining: false }) },
  "queue/queries:getQueue": { needs: "scenario:read" },
  "polling/actions:look": { needs: "scenario:update", args: scenario },
  "polling/mutations:pollSoon": { needs: "scenario:execute", args: scenario },
  "polling/mutations:startAnew": { needs: "scenario:update", args: scenario },
  "polling/queries:getPolling": { needs: "scenario:read", args: scenario },
  "retention/mutations:deleteRunData": { needs: "scenario:delete", args: run },
  "retention/mutations:keepRun": { needs: "scenario:update", args: (things) => ({ ...run(things), keep: true }) },
  "retention/mutations:setOrganizationRetention": {
    needs: "org:settings:update",
    args: () => ({ retention: { succeededDays: 10, failedDays: 20, succeededData: "keep" } }),
  },
  "retention/mutations:setScenarioRetention": {
    needs: "scenario:admin",
    args: (things) => ({ ...scenario(things), retention: null }),
  },
  "retention/queries:getRetention": { needs: "scenario:read" },
  "retention/queries:getScenarioRetention": { needs: "scenario:read", args: scenario },
  "runs/values:loadValue": {
    needs: "scenario:read",
    args: (things) => ({ ...run(things), operationId: 2, field: "output" }),
  },
  "runs/mutations:cancelRun": { needs: "scenario:execute", args: run },
  "runs/mutations:replayRun": {
    needs: "scenario:execute",
    args: (things) => ({ ...run(things), source: "published" }),
  },
  "runs/mutations:retryRun": { needs: "scenario:execute", args: run },
  "runs/mutations:resolveRun": { needs: "scenario:execute", args: (things) => ({ ...run(things), output: "{}" }) },
  "runs/mutations:restartRun": {
    needs: "scenario:execute",
    args: (things) => ({ ...run(things), source: "original" }),
  },
  "runs/mutations:stopRetries": { needs: "scenario:execute", args: run },
  "runs/mutations:startBulk": {
    needs: "scenario:execute",
    args: ({ runId }) => ({ act: "retry", runIds: [runId], unknown: "skip", source: "original" }),
  },
  "runs/mutations:cancelBulk": { needs: "scenario:execute", args: ({ runId }) => ({ batchId: runId }) },
  "runs/queries:countIncomplete": { needs: "scenario:read" },
  "runs/queries:getVersionChoice": { needs: "scenario:read", args: run },
  "runs/queries:listBatches": { needs: "scenario:read" },
  "runs/queries:summarizeIncomplete": { needs: "scenario:read" },
  "runs/mutations:runNode": {
    needs: "scenario:execute",
    args: (things) => ({ ...scenario(things), nodeId: 4, bundles: "{}" }),
  },
  "runs/mutations:startRun": {
    needs: "scenario:execute",
    args: (things) => ({ ...scenario(things), source: { kind: "version" }, payload: "{}" }),
  },
  "runs/queries:getRun": { needs: "scenario:read", args: run },
  "runs/queries:getRunCalls": { needs: "scenario:read", args: run },
  "runs/queries:getSamples": { needs: "scenario:read", args: scenario },
  "runs/queries:listRuns": { needs: "scenario:read", args: (things) => ({ ...page(), ...scenario(things) }) },
  "scenarios/mutations:archiveScenario": { needs: "scenario:delete", args: scenario },
  "scenarios/mutations:cloneScenario": {
    needs: "scenario:create",
    args: (things) => ({ ...scenario(things), source: { kind: "draft" } }),
  },
  "scenarios/mutations:createScenario": { needs: "scenario:create", args: () => ({ name: "New" }) },
  "scenarios/mutations:restoreScenario": { needs: "scenario:delete", args: scenario },
  "scenarios/mutations:updateScenario": {
    needs: "scenario:update",
    args: (things) => ({ ...scenario(things), name: "Other" }),
  },
  "scenarios/queries:countScenarios": { needs: "scenario:read" },
  "scenarios/queries:getCallables": {
    needs: "scenario:read",
    args: (things) => ({ ...scenario(things), ids: [things.scenarioId] }),
  },
  "scenarios/queries:getScenario": { needs: "scenario:read", args: scenario },
  "scenarios/queries:listCallers": { needs: "scenario:read", args: scenario },
  "scenarios/queries:listScenarios": { needs: "scenario:read", args: page },
  "upgrades/queries:planUpgrades": {
    needs: "scenario:read",
    args: (things) => ({ ...scenario(things), definition: emptyText() }),
  },
  "scenarios/queries:searchCallables": { needs: "scenario:read", args: () => ({ search: "" }) },
  "versions/mutations:publish": {
    needs: "scenario:publish",
    args: (things) => ({ ...scenario(things), draftRevision: 1 }),
  },
  "versions/mutations:rollback": { needs: "scenario:admin", args: (things) => ({ ...scenario(things), number: 1 }) },
  "versions/queries:getVersion": { needs: "scenario:read", args: (things) => ({ ...scenario(things), number: 1 }) },
  "versions/queries:listVersions": { needs: "scenario:read", args: (things) => ({ ...scenario(things), ...page() }) },
  "webhooks/mutations:removeSecret": {
    needs: "scenario:update",
    args: (things) => ({ ...scenario(things), which: "all" }),
  },
  "webhooks/mutations:setSecret": { needs: "scenario:update", args: scenario },
  "waits/mutations:answerByToken": { needs: "token", args: () => ({ answer: "{}" }) },
  "waits/mutations:answerRun": { needs: "scenario:execute", args: (things) => ({ ...run(things), answer: "{}" }) },
  "waits/mutations:skipWait": { needs: "scenario:execute", args: run },
  "waits/queries:getOpenWaits": { needs: "scenario:read", args: run },
  "waits/queries:getWait": { needs: "token" },
  "webhooks/mutations:startListening": { needs: "scenario:update", args: scenario },
  "webhooks/mutations:stopListening": { needs: "scenario:update", args: scenario },
  "webhooks/queries:getListening": { needs: "scenario:update", args: scenario },
  "webhooks/queries:getSecurity": { needs: "scenario:update", args: scenario },
};

/** They take credentials or tokens, and act on nobody but who presents them: Convex Auth's own, and what verifies passwords. */
const takeCredentials = new Set([
  "auth:signIn",
  "auth:signOut",
  "auth:isAuthenticated",
  "auth/actions:proveCredentials",
]);

const modules = import.meta.glob<Record<string, unknown>>(["./**/*.ts", "!./**/*.*.ts", "!./_generated/**"], {
  eager: true,
});

interface PublicFunction {
  path: string;
  type: "query" | "mutation" | "action";
  registered: unknown;
}

function publicFunctions(): PublicFunction[] {
  return Object.entries(modules).flatMap(([file, exported]) =>
    Object.entries(exported).flatMap(([name, registered]) => {
      const marks = registered as Partial<Record<"isPublic" | "isQuery" | "isMutation" | "isAction", boolean>> | null;
      if (typeof registered !== "function" || !marks?.isPublic) return [];
      const type = marks.isQuery ? "query" : marks.isMutation ? "mutation" : marks.isAction ? "action" : null;
      if (type === null) return [];
      return [{ path: `${file.slice(2, -3)}:${name}`, type, registered } satisfies PublicFunction];
    }),
  );
}

const functions = publicFunctions().filter(({ path }) => !takeCredentials.has(path));

it("has exactly one row for each public function", () => {
  expect(functions.length).toBeGreaterThan(20);
  expect(functions.map(({ path }) => path).sort()).toEqual(Object.keys(rows).sort());
});

async function call(client: Client | Backend, { path, type }: PublicFunction, args: Record<string, unknown>) {
  const caller = client as Client;
  if (type === "query") return (await caller.query(makeFunctionReference<"query">(path), args)) as unknown;
  if (type === "mutation") return (await caller.mutation(makeFunctionReference<"mutation">(path), args)) as unknown;
  return (await caller.action(makeFunctionReference<"action">(path), args)) as unknown;
}

/** What became of a call: `ok`, or the code and message of the error. */
async function outcome(client: Client | Backend, target: PublicFunction, args: Record<string, unknown>) {
  try {
    return { code: "ok", message: "", value: await call(client, target, args) };
  } catch (error) {
    const { data } = error as { data?: unknown };
    const parsed = (typeof data === "string" ? JSON.parse(data) : data) as
      { code: string; message: string } | undefined;
    if (parsed?.code === undefined) throw error;
    return { code: parsed.code, message: parsed.message, value: null };
  }
}

async function prepare() {
  const t = createBackend();
  const owner = await createOwner(t);
  const org = { organizationId: owner.organizationId };
  const { page: scenarios } = await owner.client.query(api.scenarios.queries.listScenarios, { ...org, paginationOpts });
  const scenarioId = scenarios[0]?.id ?? "";
  const started = await owner.client.mutation(api.runs.mutations.startRun, {
    ...org,
    scenarioId,
    source: { kind: "version" },
    payload: "{}",
  });
  if (started.kind !== "ok") throw new Error("The sample scenario cannot be run.");
  const { id: apiKeyId } = await owner.client.action(api.apiKeys.actions.createApiKey, { ...org, name: "key" });
  const { id: connectionId } = await owner.client.action(api.connections.actions.createConnection, {
    ...org,
    type: "http.bearer",
    name: "Shop",
    values: { token: "x" },
  });
  const things: Things = { scenarioId, apiKeyId, connectionId, runId: started.runId };
  return { t, owner, org, things };
}

const nowhere: Things = { scenarioId: "none", apiKeyId: "none", connectionId: "none", runId: "none" };
const roles: Role[] = ["viewer", "member", "admin", "owner"];

describe.each(functions.map((target) => [target.path, target] as const))("%s", (path, target) => {
  const row = rows[path] ?? { needs: "public" as const };
  const args = (things: Things) => row.args?.(things) ?? {};

  it("was made by a builder that asks for what the row says", () => {
    const access = accessOf(target.registered);
    expect(access?.kind === "organization" ? access.permission : access?.kind).toBe(row.needs);
  });

  if (row.needs === "public" || row.needs === "authed") {
    it(`answers visitors ${row.needs === "public" ? "too" : "not at all"}`, async () => {
      const { t, owner } = await prepare();
      expect((await outcome(t, target, {})).code).toBe(row.needs === "public" ? "ok" : "unauthenticated");
      expect((await outcome(owner.client, target, {})).code).toBe("ok");
    });
    return;
  }

  if (row.needs === "token") {
    it("tells nobody anything without the token, members of the organization included", async () => {
      const { t, owner, things } = await prepare();
      for (const client of [t, owner.client]) {
        for (const token of ["", "x".repeat(43)]) {
          const { code, value } = await outcome(client, target, { ...args(things), token });
          expect(code === "ok" ? value : code).toEqual(target.type === "query" ? { state: "unknown" } : "not_found");
        }
      }
    });
    return;
  }

  const { needs } = row;

  it("refuses visitors and members of other organizations", async () => {
    const { t, org, things } = await prepare();
    expect((await outcome(t, target, { ...org, ...args(things) })).code).toBe("unauthenticated");
    const stranger = await createOwner(t);
    expect(await outcome(stranger.client, target, { ...org, ...args(things) })).toEqual({
      code: "not_found",
      message: "There is no such organization.",
      value: null,
    });
  });

  it.each(roles)("lets a %s in only with the permission", async (role) => {
    const { t, org, things } = await prepare();
    const person = await createMember(t, org.organizationId, role);
    const { code, message } = await outcome(person.client, target, { ...org, ...args(things) });
    if (permissionsOf(role).has(needs)) {
      // A member may not revoke the owner's key: a rule about the key, which names no permission.
      expect(code === "forbidden" ? message : code).not.toMatch(/Your role|unauthenticated|no such organization/);
    } else {
      expect([code, message]).toEqual(["forbidden", expect.stringContaining(needs)]);
    }
  });

  it("answers another organization's ids as it answers missing ones", async () => {
    const { t, things } = await prepare();
    const stranger = await createOwner(t);
    const theirs = { organizationId: stranger.organizationId };
    if (JSON.stringify(args(things)) === JSON.stringify(args(nowhere))) return;
    const foreign = await outcome(stranger.client, target, { ...theirs, ...args(things) });
    const missing = await outcome(stranger.client, target, { ...theirs, ...args(nowhere) });
    expect(foreign).toEqual(missing);
    expect([null, "not_found"]).toContain(foreign.code === "ok" ? foreign.value : foreign.code);
  });
});
