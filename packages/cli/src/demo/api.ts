import { definitionSchema, operationErrorSchema, type Definition } from "@patchbay/core";
import { z } from "zod";
import { CommandError } from "../output.ts";

const source = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("version"), number: z.number() }),
  z.object({ kind: z.literal("draft"), revision: z.number() }),
]);

const scenario = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  webhookUrl: z.string(),
  publishedVersion: z.number().nullable(),
  draft: z.object({ revision: z.number(), definition: definitionSchema }),
});
export type Scenario = z.infer<typeof scenario>;

const version = z.object({
  number: z.number(),
  state: z.enum(["published", "superseded", "archived"]),
  label: z.string().nullish(),
  restoredFrom: z.number().nullish(),
  contentHash: z.string(),
});
export type Version = z.infer<typeof version>;

const run = z.object({
  id: z.string(),
  state: z.enum(["queued", "running", "waiting", "incomplete", "succeeded", "failed", "cancelled"]),
  source,
  operationCount: z.number(),
});
export type Run = z.infer<typeof run>;

const operation = z.object({
  nodeId: z.number(),
  bundlePath: z.string(),
  state: z.string(),
  attempts: z.number(),
  error: operationErrorSchema.nullish(),
  durationMs: z.number().nullish(),
});

const runDetail = run.extend({ operations: z.array(operation) });
export type RunDetail = z.infer<typeof runDetail>;

const started = z
  .object({ runId: z.string().optional(), id: z.string().optional() })
  .transform(({ runId, id }) => ({ runId: runId ?? id ?? "" }))
  .refine(({ runId }) => runId !== "", "the answer names no run");

const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullish() });

/** An answer with an error status. */
export class ApiError extends CommandError {
  readonly status: number;

  constructor(status: number, code: string, message: string) {
    super(code, message);
    this.name = "ApiError";
    this.status = status;
  }
}

export interface ApiOptions {
  /** `http://127.0.0.1:3211`; the API is at `/api/v1` below it. */
  siteUrl: string;
  key: string;
  signal: AbortSignal;
}

const REQUEST_TIMEOUT_MS = 60_000;

/** The public HTTP API as the demo uses it. Answers are checked against the documented shapes. */
export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  createScenario(name: string, definition: Definition): Promise<Scenario> {
    return this.#send(scenario, "POST", "/scenarios", { name, definition });
  }

  getScenario(id: string): Promise<Scenario> {
    return this.#send(scenario, "GET", `/scenarios/${id}`);
  }

  setEnabled(id: string, enabled: boolean): Promise<Scenario> {
    return this.#send(scenario, "PATCH", `/scenarios/${id}`, { enabled });
  }

  saveDraft(id: string, baseRevision: number, definition: Definition): Promise<unknown> {
    return this.#send(z.unknown(), "PUT", `/scenarios/${id}/draft`, { baseRevision, definition });
  }

  publish(id: string, label: string): Promise<{ number: number }> {
    return this.#send(z.object({ number: z.number() }), "POST", `/scenarios/${id}/versions`, { label });
  }

  rollback(id: string, number: number): Promise<{ number: number }> {
    return this.#send(z.object({ number: z.number() }), "POST", `/scenarios/${id}/versions/${number}/rollback`, {});
  }

  listVersions(id: string): Promise<Version[]> {
    return this.#list(version, `/scenarios/${id}/versions`, {});
  }

  listRuns(id: string, filter: { version?: number } = {}): Promise<Run[]> {
    return this.#list(
      run,
      `/scenarios/${id}/runs`,
      filter.version === undefined ? {} : { version: `${filter.version}` },
    );
  }

  getRun(id: string): Promise<RunDetail> {
    return this.#send(runDetail, "GET", `/runs/${id}`);
  }

  cancelRun(id: string): Promise<unknown> {
    return this.#send(z.unknown(), "POST", `/runs/${id}/cancel`, {});
  }

  retryRun(id: string): Promise<unknown> {
    return this.#send(z.unknown(), "POST", `/runs/${id}/retry`, {});
  }

  replayRun(id: string): Promise<{ runId: string }> {
    return this.#send(started, "POST", `/runs/${id}/replay`, { source: "original" });
  }

  async #list<Item extends z.ZodType>(
    item: Item,
    path: string,
    query: Record<string, string>,
  ): Promise<z.output<Item>[]> {
    const items: z.output<Item>[] = [];
    let cursor: string | null | undefined;
    do {
      const search = new URLSearchParams({ ...query, limit: "100", ...(cursor && { cursor }) });
      const next: { items: z.output<Item>[]; nextCursor?: string | null | undefined } = await this.#send(
        page(item),
        "GET",
        `${path}?${search.toString()}`,
      );
      items.push(...next.items);
      cursor = next.nextCursor;
    } while (cursor);
    return items;
  }

  async #send<Schema extends z.ZodType>(
    schema: Schema,
    method: string,
    path: string,
    body?: object,
  ): Promise<z.output<Schema>> {
    const { siteUrl, key, signal } = this.#options;
    const response = await fetch(`${siteUrl}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${key}`, ...(body && { "Content-Type": "application/json" }) },
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = parseJson(await response.text());
    if (!response.ok) throw toApiError(response.status, `${method} ${path}`, answer);
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") || "the whole";
    throw new CommandError(
      "unexpected_answer",
      `${method} ${path} answered in another shape (${where}: ${issue?.message})`,
    );
  }
}

function toApiError(status: number, request: string, answer: unknown): ApiError {
  const error = z.object({ error: z.object({ code: z.string(), message: z.string() }) }).safeParse(answer);
  const { code, message } = error.success
    ? error.data.error
    : { code: "unexpected_answer", message: "no reason given" };
  return new ApiError(status, code, `${request} answered ${status}: ${message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
