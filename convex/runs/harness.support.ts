/** What the tests of runs and webhooks share: published scenarios, requests to them, scripted services. */
import type { Definition, DefinitionNode, Edge } from "@patchbay/core";
import { afterEach, beforeEach, vi } from "vitest";
import { api } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import { createBackend, createOwner, type Backend, type Person } from "../test.support.ts";

export function node(id: number, type: string, spec: Partial<DefinitionNode> = {}): DefinitionNode {
  return { id, type, typeVersion: 1, config: {}, position: { x: id * 100, y: 0 }, ...spec };
}

export const receive = node(1, "webhook.receive");

export function variables(id: number, values: Record<string, string>): DefinitionNode {
  const list = Object.entries(values).map(([name, value]) => ({ name, value }));
  return node(id, "tools.setVariables", { config: { variables: list } });
}

export function request(id: number, config: Record<string, unknown> = {}, spec: Partial<DefinitionNode> = {}) {
  const base = { url: "https://service.test/orders", method: "POST", bodyType: "json", body: "{{1.body}}" };
  return node(id, "http.request", { ...spec, config: { ...base, ...config } });
}

/** Nodes as a chain, unless edges are given. */
export function definitionOf(nodes: DefinitionNode[], edges?: Edge[]): Definition {
  const chain = nodes.slice(1).map((to, index) => ({ from: nodes[index]?.id ?? 1, to: to.id, kind: "next" as const }));
  return { format: 1, nodes, edges: edges ?? chain };
}

export interface Published {
  scenarioId: Id<"scenarios">;
  path: string;
}

/** Creates a scenario and publishes it; `path` is that of its webhook. */
export async function publishScenario(person: Person, definition: Definition): Promise<Published> {
  const { client, organizationId } = person;
  const text = JSON.stringify(definition);
  const created = await client.mutation(api.scenarios.mutations.createScenario, {
    organizationId,
    name: "Test",
    definition: text,
  });
  const at = { organizationId, scenarioId: created.scenarioId };
  await publishDraft(person, created.scenarioId);
  const scenario = await client.query(api.scenarios.queries.getScenario, at);
  if (!scenario?.webhookUrl) throw new Error("The scenario has no webhook.");
  return { scenarioId: created.scenarioId, path: new URL(scenario.webhookUrl).pathname };
}

export async function publishDraft({ client, organizationId }: Person, scenarioId: Id<"scenarios">): Promise<void> {
  const at = { organizationId, scenarioId };
  const { revision } = await client.query(api.drafts.queries.getDraft, at);
  const result = await client.mutation(api.versions.mutations.publish, { ...at, draftRevision: revision });
  if (result.kind !== "ok") throw new Error(`Not published: ${JSON.stringify(result)}`);
}

export async function saveDraft(person: Person, scenarioId: Id<"scenarios">, definition: Definition): Promise<void> {
  const at = { organizationId: person.organizationId, scenarioId };
  const { revision } = await person.client.query(api.drafts.queries.getDraft, at);
  const save = { ...at, baseRevision: revision, definition: JSON.stringify(definition) };
  const saved = await person.client.mutation(api.drafts.mutations.saveDraft, save);
  if (saved.kind !== "ok") throw new Error(`Not saved: ${JSON.stringify(saved)}`);
}

export async function post(t: Backend, path: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const init = { method: "POST", body: text, headers: { "content-type": "application/json", ...headers } };
  const response = await t.fetch(path, init);
  const json = (await response.json()) as { runId?: Id<"runs">; captured?: boolean; error?: { code: string } };
  return { status: response.status, headers: response.headers, ...json };
}

export function requireRunId(answer: { runId?: Id<"runs">; status: number }): Id<"runs"> {
  if (answer.status !== 202 || !answer.runId) throw new Error(`Not accepted: ${JSON.stringify(answer)}`);
  return answer.runId;
}

/**
 * Lets everything scheduled happen, executors and timers included, up to an hour from now. Needs fake timers. Small steps:
 * a jump would also run into the time limits of the operations under way.
 */
export async function settle(t: Backend): Promise<void> {
  const pastMs = Date.now() + 3_600_000;
  for (let stepMs = 20; Date.now() < pastMs; stepMs = Math.min(stepMs * 1.2, 5_000)) {
    await vi.advanceTimersByTimeAsync(stepMs);
    await realPause();
    if ((await countUnfinished(t)) === 0) return;
  }
  throw new Error("Something that was scheduled does not come to an end.");
}

/** Taken before any test replaces it: modules are loaded in real time. */
const realSetTimeout = globalThis.setTimeout;
const realPause = () => new Promise<void>((resolve) => realSetTimeout(resolve, 1));

async function countUnfinished(t: Backend): Promise<number> {
  const jobs = await t.run((ctx) => ctx.db.system.query("_scheduled_functions").collect());
  return jobs.filter((job) => job.state.kind === "pending" || job.state.kind === "inProgress").length;
}

/** Lets time pass in small steps. Needs fake timers. */
export async function pass(durationMs: number): Promise<void> {
  for (let left = durationMs; left > 0; left -= 250) {
    await vi.advanceTimersByTimeAsync(Math.min(left, 250));
    await realPause();
  }
}

/** Lets time pass in small steps until something is so. Needs fake timers. */
export async function untilTrue(condition: () => boolean): Promise<void> {
  for (let step = 0; step < 1_000 && !condition(); step++) await pass(5);
  if (!condition()) throw new Error("It did not come about.");
}

/** Lets time pass in small steps until the run is in a state. Needs fake timers. */
export async function until(t: Backend, runId: Id<"runs">, state: Doc<"runs">["state"]): Promise<void> {
  for (let step = 0; step < 1_000; step++) {
    if ((await getRow(t, runId)).state === state) return;
    await vi.advanceTimersByTimeAsync(5);
    await realPause();
  }
  throw new Error(`The run did not become ${state}; it is ${(await getRow(t, runId)).state}.`);
}

export async function getRow(t: Backend, runId: Id<"runs">): Promise<Doc<"runs">> {
  const row = await t.run((ctx) => ctx.db.get("runs", runId));
  if (!row) throw new Error("The run is gone.");
  return row;
}

export async function getDetail({ client, organizationId }: Person, runId: Id<"runs">) {
  const detail = await client.query(api.runs.queries.getRun, { organizationId, runId });
  if (!detail) throw new Error("The run is gone.");
  return detail;
}

export interface Call {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
}

/** Replaces `fetch`; gives back what was called. `service` answers, or throws as a broken connection does. */
export function stubService(service: (call: Call, count: number) => Response | Promise<Response>): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
    const call = await describe(input, init);
    calls.push(call);
    return await service(call, calls.length);
  });
  return calls;
}

async function describe(input: RequestInfo | URL, init?: RequestInit): Promise<Call> {
  const made = new Request(input instanceof Request ? input : String(input), init);
  const headers: Record<string, string> = {};
  made.headers.forEach((value, name) => {
    headers[name] = value;
  });
  const signal = init?.signal ?? made.signal;
  return { method: made.method, url: made.url, headers, body: made.body ? await made.text() : "", signal };
}

export const okJson = (value: unknown) => Response.json(value);

/** Fake timers, a fresh backend and its owner before each test of the file; `t` and `owner` are the current test's. */
export function useBackend(): {
  readonly t: Backend;
  readonly owner: Person;
  at: () => Pick<Person, "organizationId">;
} {
  let current: { t: Backend; owner: Person } | undefined;
  const get = () => {
    if (!current) throw new Error("The backend is there only inside a test.");
    return current;
  };
  beforeEach(async () => {
    vi.useFakeTimers();
    const t = createBackend();
    current = { t, owner: await createOwner(t) };
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
  return {
    get t() {
      return get().t;
    },
    get owner() {
      return get().owner;
    },
    at: () => ({ organizationId: get().owner.organizationId }),
  };
}

/** What a node of the run put out, by its first operation. */
export const outputOf = (detail: Awaited<ReturnType<typeof getDetail>>, nodeId: number): unknown =>
  JSON.parse(detail.operations.find((operation) => operation.nodeId === nodeId)?.output ?? "null");
