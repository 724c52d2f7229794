import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { Stack } from "./stack.ts";

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body, of whatever shape; null where it is not JSON. */
  json: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests assert its parts
}

/** Sends a request and gives back the answer, whatever its status. A text body goes out as it is. */
export async function send(
  method: string,
  url: string,
  options: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { body, headers } = options;
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    redirect: "manual",
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const PASSWORD = "correct horse battery";

/** An account on a running stack, with an API key and a browser's session. */
export class Account {
  readonly email: string;
  readonly key: string;
  readonly organizationId: string;
  private readonly stack: Stack;
  private token: string | null = null;

  private constructor(stack: Stack, fields: { email: string; key: string; organizationId: string }) {
    this.stack = stack;
    this.email = fields.email;
    this.key = fields.key;
    this.organizationId = fields.organizationId;
  }

  static async create(stack: Stack, email: string): Promise<Account> {
    const user = { email, password: PASSWORD, name: "Test" };
    const { organizationId } = await callAsOperator(stack, "auth/admin:createUser", user);
    const { key } = await callAsOperator(stack, "apiKeys/admin:createApiKeyForUser", { email, name: "test" });
    return new Account(stack, { email, key, organizationId });
  }

  /** Calls the HTTP API. */
  api(method: string, path: string, body?: unknown): Promise<Answer> {
    const url = `${this.stack.siteUrl}/api/v1${path}`;
    return send(method, url, { body, headers: { authorization: `Bearer ${this.key}` } });
  }

  /** Calls a function as the web app does, signed in. */
  async call(kind: "query" | "mutation" | "action", path: string, args: object): Promise<Answer> {
    this.token ??= await this.signIn();
    return callFunction(this.stack, { kind, path, args, authorization: `Bearer ${this.token}` });
  }

  private async signIn(): Promise<string> {
    const credentials = { email: this.email, password: PASSWORD, flow: "signIn" };
    const path = "auth/actions:proveCredentials";
    const proof = await callFunction(this.stack, { kind: "action", path, args: credentials });
    const args = { provider: "password", params: proof.json.value };
    const { json } = await callFunction(this.stack, { kind: "action", path: "auth:signIn", args });
    return json.value.tokens.token as string;
  }

  /** Creates a scenario, publishes it and switches it on. */
  async publish(definition: unknown): Promise<{ id: string; webhookUrl: string }> {
    const created = await this.api("POST", "/scenarios", { name: "Test", definition });
    expect(created.status, created.text).toBe(201);
    const { id, webhookUrl } = created.json;
    const published = await this.api("POST", `/scenarios/${id}/versions`);
    expect(published.status, published.text).toBe(201);
    expect((await this.api("PATCH", `/scenarios/${id}`, { enabled: true })).status).toBe(200);
    return { id, webhookUrl };
  }

  /** Posts to a webhook; gives back the run's id. */
  async trigger(webhookUrl: string, body: unknown = {}): Promise<string> {
    const answer = await send("POST", webhookUrl, { body });
    expect(answer.status, answer.text).toBe(202);
    return answer.json.runId;
  }

  /** Waits until the run has come to one of the states; gives it back with its operations. */
  async waitForRun(runId: string, states: string[] = ["succeeded", "failed", "incomplete", "cancelled"]) {
    let run = (await this.api("GET", `/runs/${runId}`)).json;
    await expect
      .poll(
        async () => {
          run = (await this.api("GET", `/runs/${runId}`)).json;
          return states.includes(run.state) ? "there" : run.state;
        },
        { timeout: 60_000, interval: 100 },
      )
      .toBe("there");
    return run;
  }
}

interface FunctionCall {
  kind: "query" | "mutation" | "action" | "function";
  path: string;
  args: object;
  authorization?: string;
}

/** Calls a function over the deployment's own HTTP API. */
export function callFunction(stack: Stack, { kind, path, args, authorization }: FunctionCall): Promise<Answer> {
  const body = { path, args, format: "json" };
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  return send("POST", `${stack.cloudUrl}/api/${kind}`, { body, headers });
}

/** Calls an internal function with the data folder's admin key. */
export async function callAsOperator(stack: Stack, path: string, args: object) {
  const adminKey = (await readFile(join(stack.dataFolder, "admin.key"), "utf8")).trim();
  const answer = await callFunction(stack, { kind: "function", path, args, authorization: `Convex ${adminKey}` });
  expect(answer.json.status, answer.text).toBe("success");
  return answer.json.value;
}

/** A node whose place does not matter. */
export const node = (id: number, type: string, config: object = {}, more: object = {}) => ({
  id,
  type,
  typeVersion: 1,
  config,
  position: { x: id * 200, y: 0 },
  ...more,
});

/** A definition whose nodes follow each other. */
export const chain = (...nodes: { id: number }[]) => ({
  format: 1,
  nodes,
  edges: nodes.slice(1).map(({ id }, index) => ({ from: nodes[index]!.id, to: id, kind: "next" })),
});
