import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { canonicalJson, type Definition } from "@patchbay/core";
import type { Stack } from "../src/stack.ts";

/** Ways in which a Patchbay could be broken, each of which the demo has to notice. */
export interface Faults {
  /** Sends this order's lines twice. */
  sendTwice?: string;
  /** Never sends this order's lines, but reports success. */
  sendNothing?: string;
  /** The run of this order fails. */
  failRun?: string;
  /** The run of this order stays as it is. */
  stallRun?: string;
  /** Runs are shown with the version that is published now. */
  unpinned?: boolean;
  /** Saves whatever revision the client began with. */
  ignoreRevision?: boolean;
  /** A rollback changes the draft. */
  rollbackTouchesDraft?: boolean;
  /** A repeated Idempotency-Key starts another run. */
  ignoreKey?: boolean;
  /** A disabled scenario's webhook goes on. */
  ignoreDisabled?: boolean;
  /** Webhooks that are answered 429 first. */
  limitFirst?: number;
  /** Answers in a shape that is not documented. */
  strangeRuns?: boolean;
}

interface FakeOrder {
  id: string;
  express: boolean;
  items: { sku: string }[];
  hold?: number;
}

interface FakeRun {
  id: string;
  state: string;
  version: number;
  order: FakeOrder;
  operations: object[];
}

interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

const reply = (status: number, body: unknown, headers?: Record<string, string>): Reply =>
  headers ? { status, body, headers } : { status, body };
const refuse = (status: number, code: string, message: string): Reply => reply(status, { error: { code, message } });

/** As much of a running Patchbay as the CLI talks to: admin functions, outbound list, HTTP API and one scenario's runs. */
export class FakePatchbay {
  readonly adminKey = "fake|admin";
  readonly calls: { path: string; args: Record<string, unknown> }[] = [];
  readonly outbound = new Set<string>();
  /** Every allowance that was ever given. */
  readonly everAllowed = new Set<string>();
  readonly runs: FakeRun[] = [];
  readonly #faults: Faults;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #keys = new Map<string, string>();
  readonly #versions: { number: number; definition: Definition; restoredFrom: number | null; label: string | null }[] =
    [];
  #draft: { revision: number; definition: Definition } | null = null;
  #name = "";
  #enabled = false;
  #limited = 0;

  constructor(faults: Faults = {}) {
    this.#faults = faults;
  }

  async start(): Promise<Stack> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const adminKey = this.adminKey;
    return { startId: "s", pid: process.pid, webUrl: url, cloudUrl: url, siteUrl: url, publicSiteUrl: url, adminKey };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    const body = request.method === "GET" ? {} : ((await json(request)) as Record<string, unknown>);
    const { status, body: answer, headers } = await this.#route(request, url, body);
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(answer));
  }

  async #route(request: IncomingMessage, url: URL, body: Record<string, unknown>): Promise<Reply> {
    const path = url.pathname;
    const authorization = request.headers.authorization;
    if (path.startsWith("/hooks/")) return await this.#hook(body as unknown as FakeOrder, request);
    if (path.startsWith("/api/v1/")) {
      if (authorization !== "Bearer key_fake") return refuse(401, "unauthenticated", "Who are you?");
      return this.#api(`${request.method} ${path.slice("/api/v1".length)}`, url, body);
    }
    if (authorization !== `Convex ${this.adminKey}`) return reply(403, { code: "BadAdminKey" });
    if (path === "/api/embedded/outbound") return this.#changeOutbound(body);
    return this.#callFunction(body as { path: string; args: Record<string, unknown> });
  }

  #changeOutbound({ add = [], remove = [] }: { add?: string[]; remove?: string[] }): Reply {
    for (const entry of add) this.outbound.add(entry);
    for (const entry of add) this.everAllowed.add(entry);
    for (const entry of remove) this.outbound.delete(entry);
    return reply(200, { entries: [...this.outbound] });
  }

  #callFunction({ path, args }: { path: string; args: Record<string, unknown> }): Reply {
    this.calls.push({ path, args });
    if (args.email === "taken@example.com") {
      const errorData = { code: "conflict", message: "There is an account with this address already." };
      return reply(560, { status: "error", errorMessage: "Uncaught ConvexError", errorData });
    }
    if (args.email === "broken@example.com") return reply(560, { status: "error", errorMessage: "Server Error" });
    const values: Record<string, unknown> = {
      "auth/admin:createUser": { userId: "u1", organizationId: "o1" },
      "apiKeys/admin:createApiKeyForUser": { key: "key_fake" },
      "auth/admin:resetPassword": { userId: "u1" },
      "settings/maintenance:setMaintenance": null,
      "settings/maintenance:getMaintenance": { since: 1, underWay: 3 },
    };
    return reply(200, { status: "success", value: values[path] });
  }

  #api(request: string, url: URL, body: Record<string, unknown>): Reply {
    const [, runId, verb] = /^\w+ \/runs\/([^/]+)(?:\/(\w+))?$/.exec(request) ?? [];
    if (runId) return this.#runRequest(runId, verb, request);
    switch (request.replace("/sc1", "")) {
      case "POST /scenarios":
        this.#name = String(body.name);
        this.#draft = { revision: 1, definition: body.definition as Definition };
        return reply(201, this.#scenario());
      case "GET /scenarios":
        return reply(200, this.#scenario());
      case "PATCH /scenarios":
        this.#enabled = body.enabled === true;
        return reply(200, this.#scenario());
      case "PUT /scenarios/draft":
        return this.#save(body);
      case "POST /scenarios/versions":
        return this.#publish(this.#requireDraft().definition, null, String(body.label));
      case "GET /scenarios/versions":
        return reply(200, {
          items: this.#versions.map((_, index) => this.#version(index)).reverse(),
          nextCursor: null,
        });
      case "POST /scenarios/versions/1/rollback":
        if (this.#faults.rollbackTouchesDraft) this.#requireDraft().definition = this.#definitionOf(1);
        return this.#publish(this.#definitionOf(1), 1, null);
      case "GET /scenarios/runs":
        return this.#listRuns(url.searchParams);
      default:
        return refuse(404, "not_found", `There is no ${request}`);
    }
  }

  #save({ baseRevision, definition }: Record<string, unknown>): Reply {
    const draft = this.#requireDraft();
    if (baseRevision !== draft.revision && !this.#faults.ignoreRevision) return refuse(409, "conflict", "Stale.");
    this.#draft = { revision: draft.revision + 1, definition: definition as Definition };
    return reply(200, { revision: draft.revision + 1 });
  }

  #publish(definition: Definition, restoredFrom: number | null, label: string | null): Reply {
    this.#versions.push({ number: this.#versions.length + 1, definition, restoredFrom, label });
    this.#enabled = true;
    return reply(201, this.#version(this.#versions.length - 1));
  }

  #version(index: number) {
    const version = this.#versions[index];
    if (!version) throw new Error(`no version ${index + 1}`);
    const { number, definition, restoredFrom, label } = version;
    const contentHash = createHash("sha256").update(canonicalJson(definition)).digest("hex");
    const state = number === this.#versions.length ? "published" : "superseded";
    return { number, state, label, note: null, restoredFrom, contentHash, createdAt: 0, createdBy: { name: "Demo" } };
  }

  #scenario() {
    const publishedVersion = this.#versions.length || null;
    // Another origin, as behind a proxy: the demo has to use the site that it knows.
    const webhookUrl = "https://hooks.example.org/hooks/token";
    return { id: "sc1", name: this.#name, enabled: this.#enabled, webhookUrl, publishedVersion, draft: this.#draft };
  }

  #listRuns(search: URLSearchParams): Reply {
    const version = search.get("version");
    const found = this.runs.filter((run) => version === null || run.version === Number(version));
    const from = Number(search.get("cursor") ?? 0);
    const limit = Number(search.get("limit") ?? 50);
    const nextCursor = from + limit < found.length ? String(from + limit) : null;
    return reply(200, { items: found.slice(from, from + limit).map((run) => this.#show(run)), nextCursor });
  }

  #runRequest(id: string, verb: string | undefined, request: string): Reply {
    const run = this.runs.find((candidate) => candidate.id === id);
    if (!run) return refuse(404, "not_found", "There is no such run.");
    if (request.startsWith("GET")) return reply(200, { ...this.#show(run), operations: run.operations });
    if (verb === "cancel") run.state = "cancelled";
    if (verb === "retry") {
      run.state = "queued";
      void this.#execute(run);
    }
    if (verb === "replay") return reply(202, { runId: this.#start(run.order, run.version).id });
    return reply(200, this.#show(run));
  }

  #show(run: FakeRun) {
    const { id, state, version, operations } = run;
    const source = { kind: "version", number: this.#faults.unpinned ? this.#versions.length : version };
    if (this.#faults.strangeRuns) return { id, status: state };
    return { id, state, source, startedAt: 0, endedAt: null, operationCount: operations.length };
  }

  async #hook(order: FakeOrder, request: IncomingMessage): Promise<Reply> {
    if (!this.#enabled && !this.#faults.ignoreDisabled) return refuse(404, "not_found", "There is no such webhook.");
    if (this.#limited++ < (this.#faults.limitFirst ?? 0)) return reply(429, { error: {} }, { "retry-after": "0" });
    const key = String(request.headers["idempotency-key"]);
    const known = this.#keys.get(key);
    if (known && !this.#faults.ignoreKey) return reply(202, { runId: known });
    const run = this.#start(order, this.#versions.length);
    this.#keys.set(key, run.id);
    return reply(202, { runId: run.id });
  }

  #start(order: FakeOrder, version: number): FakeRun {
    const run: FakeRun = { id: randomUUID(), state: "queued", version, order, operations: [] };
    this.runs.push(run);
    void this.#execute(run);
    return run;
  }

  /** Carries out the demo's scenario as its definition says, without an engine. */
  async #execute(run: FakeRun): Promise<void> {
    const { order, version } = run;
    const is = (name: string | undefined) => name !== undefined && order.id.startsWith(name);
    if (is(this.#faults.stallRun)) return;
    run.operations = [operation(1), operation(2)];
    for (const [index] of order.items.entries()) {
      run.operations.push(operation(4));
      const sent = is(this.#faults.sendNothing) || (await this.#sendLine(run, `${order.id}/${index + 1}`));
      if (sent && is(this.#faults.sendTwice)) await this.#sendLine(run, `${order.id}/${index + 1}`);
      run.operations.push(operation(5, sent ? "succeeded" : "failed"));
      if (!sent) run.state = "incomplete";
      if (!sent) return;
    }
    if (order.express) run.operations.push(operation(6));
    const isHeld = version === 2 && order.hold !== undefined;
    run.state = is(this.#faults.failRun) ? "failed" : isHeld ? "waiting" : "succeeded";
  }

  async #sendLine(run: FakeRun, id: string): Promise<boolean> {
    const node = this.#definitionOf(run.version).nodes.find((candidate) => candidate.id === 5);
    const url = new URL(node?.config.url as string);
    if (!this.outbound.has(url.host)) return false;
    // A receiver that is gone is a failed line, as it is for the real HTTP node.
    const response = await fetch(url, { method: "POST", body: JSON.stringify({ id }) }).catch(() => null);
    return response?.ok === true;
  }

  #definitionOf(number: number): Definition {
    const version = this.#versions[number - 1];
    if (!version) throw new Error(`no version ${number}`);
    return version.definition;
  }

  #requireDraft() {
    if (!this.#draft) throw new Error("no scenario yet");
    return this.#draft;
  }
}

function operation(nodeId: number, state = "succeeded") {
  const error = state === "failed" ? { kind: "retryable", code: "action_failed", message: "It answered 503." } : null;
  return {
    id: randomUUID(),
    nodeId,
    bundlePath: "1",
    state,
    attempts: 1,
    input: {},
    output: {},
    error,
    startedAt: 0,
    durationMs: 2,
  };
}
