import { expect } from "@playwright/test";
import type { Definition } from "@patchbay/core";

export interface ApiScenario {
  id: string;
  name: string;
  enabled: boolean;
  webhookUrl: string;
  publishedVersion: number | null;
  draft: { revision: number; definition: Definition };
}

export interface ApiVersion {
  number: number;
  state: string;
  label: string | null;
  note: string | null;
  restoredFrom: number | null;
  contentHash: string;
}

export interface ApiRun {
  id: string;
  state: string;
  source: { kind: "version"; number: number } | { kind: "draft"; revision: number };
  operationCount: number;
  operations: { nodeId: number; state: string; input: unknown; output: unknown; attempts: number }[];
}

/** The public HTTP API, with which journeys look at what is stored rather than at what is shown. */
export class PublicApi {
  private readonly siteUrl: string;
  private readonly key: string;

  constructor(siteUrl: string, key: string) {
    this.siteUrl = siteUrl;
    this.key = key;
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.siteUrl}/api/v1${path}`, { headers: { Authorization: `Bearer ${this.key}` } });
    expect(answer.status, `GET ${path}: ${await answer.clone().text()}`).toBe(200);
    return (await answer.json()) as T;
  }

  async send<T>(method: string, path: string, body: unknown): Promise<T> {
    const headers = { Authorization: `Bearer ${this.key}`, "Content-Type": "application/json" };
    const answer = await fetch(`${this.siteUrl}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
    expect(answer.status, `${method} ${path}: ${await answer.clone().text()}`).toBeLessThan(300);
    return (await answer.json()) as T;
  }

  /** Creates a scenario and publishes it, which switches it on. */
  async publish(name: string, definition: Definition): Promise<ApiScenario> {
    const scenario = await this.send<ApiScenario>("POST", "/scenarios", { name, definition });
    await this.send("POST", `/scenarios/${scenario.id}/versions`, {});
    return scenario;
  }

  scenario = (id: string) => this.get<ApiScenario>(`/scenarios/${id}`);
  versions = async (id: string) => (await this.get<{ items: ApiVersion[] }>(`/scenarios/${id}/versions`)).items;
  runs = async (id: string, version?: number) =>
    (await this.get<{ items: ApiRun[] }>(`/scenarios/${id}/runs${version === undefined ? "" : `?version=${version}`}`))
      .items;
  run = (id: string) => this.get<ApiRun>(`/runs/${id}`);

  /** Waits until a run has ended, and gives it with its operations. */
  async endedRun(id: string): Promise<ApiRun> {
    await expect
      .poll(async () => (await this.run(id)).state, { timeout: 30_000 })
      .toMatch(/succeeded|failed|cancelled|incomplete/);
    return this.run(id);
  }
}

/** Posts to a webhook from outside the browser. */
export async function postWebhook(url: string, body: unknown): Promise<{ status: number; runId: string | undefined }> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const json = (await answer.json().catch(() => ({}))) as { runId?: string };
  return { status: answer.status, runId: json.runId };
}
