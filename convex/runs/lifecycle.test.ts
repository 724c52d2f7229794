/**
 * Random sequences of what people and time do to runs, compared after each step with the reference model of `lifecycle.support.ts`:
 * states, reasons to wait, what was called how often, and on which content a run ends. More of them: `PATCHBAY_SEQUENCES=1000`.
 */
import type { Definition } from "@patchbay/core";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import {
  getDetail,
  getRow,
  node,
  okJson,
  outputOf,
  post,
  publishDraft,
  publishScenario,
  receive,
  request,
  saveDraft,
  stubService,
  useBackend,
  variables,
  type Call,
  type Published,
} from "./harness.support.ts";
import {
  beginRun,
  BREAK_MS,
  BREAK_RETRIES,
  BUSY_MS,
  cancelRun,
  DELAY_MS,
  passTime,
  plans,
  retryRun,
  resumeRun,
  type ModelRun,
  type Plan,
  type World,
} from "./lifecycle.support.ts";

declare const process: { env: Record<string, string | undefined> };

const SEQUENCES = Number(process.env.PATCHBAY_SEQUENCES ?? 30);
/** Model and product may differ by what a few ticks take; nothing is compared while a timer is so near. */
const NEAR_MS = 1_000;

const backend = useBackend();

function scenario(content: string): Definition {
  const isBroken = { conditions: [[{ left: "{{1.body.plan}}", operator: "equals" as const, right: "broken" }]] };
  const breakConfig = { attempts: BREAK_RETRIES, intervalSeconds: BREAK_MS / 1_000 };
  return {
    format: 1,
    nodes: [
      receive,
      request(2, { body: '{"key":"{{1.body.key}}"}' }),
      node(3, "tools.delay", { config: { seconds: DELAY_MS / 1_000 } }),
      variables(4, { content }),
      node(5, "error.break", { config: breakConfig }),
    ],
    edges: [
      { from: 1, to: 2, kind: "next" },
      { from: 2, to: 3, kind: "next" },
      { from: 3, to: 4, kind: "next" },
      { from: 2, to: 5, kind: "error", filter: isBroken },
    ],
  };
}

/** What people do to the scenario, and to one run. */
const changes = ["edit", "publish", "sweep", "toggle", "pause", "pause"] as const;
const demands = ["cancel", "retry"] as const;

type Step =
  | { kind: "start"; by: "webhook" | "version" | "draft"; plan: Plan; failures: number }
  | { kind: (typeof changes)[number] }
  | { kind: "wait"; durationMs: number }
  | { kind: (typeof demands)[number]; run: number }
  | { kind: "replay"; run: number; source: "original" | "published" | "draft" };

const anyRun = fc.nat({ max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("start" as const),
      by: fc.constantFrom("webhook" as const, "webhook" as const, "version" as const, "draft" as const),
      plan: fc.constantFrom(...plans),
      failures: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), durationMs: fc.constantFrom(3_000, 8_000, 20_000) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom(...changes) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom(...demands), run: anyRun }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("replay" as const),
      run: anyRun,
      source: fc.constantFrom("original" as const, "published" as const, "draft" as const),
    }),
  },
);

/** The product and the model of one scenario, side by side. */
class Pair {
  readonly #published: Published;
  readonly #calls: Call[];
  readonly #runs: { id: Id<"runs">; model: ModelRun; endedAt?: number }[] = [];
  readonly #versions: string[];
  readonly #behaviour: Map<string, Pick<ModelRun, "plan" | "failures">>;
  /** How runs were found standing, over all sequences. */
  readonly #seen: Set<string>;
  #draft: string;
  #edits = 0;
  #isOn = true;
  #isPaused = false;

  constructor(published: Published, content: string, service: Service, seen: Set<string>) {
    this.#seen = seen;
    this.#published = published;
    this.#versions = [content];
    this.#draft = content;
    this.#calls = service.calls;
    this.#behaviour = service.behaviour;
  }

  async take(step: Step): Promise<void> {
    const index = "run" in step ? step.run % Math.max(1, this.#runs.length) : 0;
    switch (step.kind) {
      case "start":
        await this.#start(step);
        break;
      case "edit":
        this.#draft = `content ${++this.#edits}`;
        await saveDraft(backend.owner, this.#published.scenarioId, scenario(this.#draft));
        break;
      case "publish":
        if (this.#versions.at(-1) !== this.#draft) await publishDraft(backend.owner, this.#published.scenarioId);
        this.#versions.push(this.#draft);
        break;
      case "toggle":
        this.#isOn = !this.#isOn;
        await this.#act(api.scenarios.mutations.updateScenario, { ...this.#at(), enabled: this.#isOn });
        break;
      case "pause":
        await this.#pause();
        break;
      case "sweep":
        await backend.t.mutation(internal.runs.sweeper.sweep, {});
        break;
      case "wait":
        await letPass(step.durationMs);
        break;
      case "cancel":
        await this.#change(index, api.runs.mutations.cancelRun, cancelRun);
        break;
      case "retry":
        await this.#change(index, api.runs.mutations.retryRun, (model) => retryRun(model, this.#world()));
        break;
      case "replay":
        await this.#replay(index, step.source);
    }
    await comeToRest();
    while (this.#isTimerNear()) await letPass(2 * NEAR_MS);
    await this.compare();
  }

  #world = (): World => ({ nowMs: Date.now(), isPaused: this.#isPaused });

  #isTimerNear(): boolean {
    const world = this.#world();
    const dues = this.#runs.flatMap(({ model }) => [model.dueMs, passTime(model, world).dueMs]);
    return dues.some((dueMs) => dueMs !== null && Math.abs(dueMs - world.nowMs) < NEAR_MS);
  }

  /** Pauses the scenario, or lets it and what it held go on. */
  async #pause(): Promise<void> {
    const { pauseScenario, resumeScenario } = api.queue.mutations;
    await this.#act(this.#isPaused ? resumeScenario : pauseScenario, this.#at());
    this.#isPaused = !this.#isPaused;
    await letPass(50);
    if (!this.#isPaused) for (const run of this.#runs) run.model = resumeRun(run.model, this.#world());
  }

  #at = () => ({ organizationId: backend.owner.organizationId, scenarioId: this.#published.scenarioId });

  #act = async (mutation: Parameters<typeof backend.owner.client.mutation>[0], args: object) =>
    await backend.owner.client.mutation(mutation, args);

  async #start({ by, plan, failures }: Extract<Step, { kind: "start" }>): Promise<void> {
    const key = `run ${this.#runs.length} of ${this.#published.scenarioId}`;
    this.#behaviour.set(key, { plan, failures });
    const body = { key, plan };
    const content = by === "draft" ? this.#draft : this.#versions.at(-1)!;
    if (by === "webhook") {
      const answer = await post(backend.t, this.#published.path, body);
      expect(answer.status).toBe(this.#isOn ? 202 : 404);
      if (answer.runId) this.#begun(answer.runId, { key, plan, failures, content });
      return;
    }
    const started = await this.#act(api.runs.mutations.startRun, {
      ...this.#at(),
      source: { kind: by },
      payload: JSON.stringify(body),
    });
    this.#begun((started as { runId: Id<"runs"> }).runId, { key, plan, failures, content });
  }

  #begun(id: Id<"runs">, given: Pick<ModelRun, "key" | "plan" | "failures" | "content">): void {
    this.#runs.push({ id, model: beginRun(given, this.#world()) });
  }

  /** What a person does to a run: refused exactly where the model refuses it. */
  async #change(
    index: number,
    mutation: Parameters<typeof backend.owner.client.mutation>[0],
    apply: (model: ModelRun) => ModelRun | null,
  ): Promise<void> {
    const run = this.#runs[index];
    if (!run) return;
    const changed = apply(run.model);
    const doing = this.#act(mutation, { organizationId: backend.owner.organizationId, runId: run.id });
    if (changed === null) await expect(doing).rejects.toThrow(/conflict/);
    else await doing;
    run.model = changed ?? run.model;
  }

  /** The same event again. Only where the service does not count: a run and its replay could not be told apart otherwise. */
  async #replay(index: number, source: "original" | "published" | "draft"): Promise<void> {
    const run = this.#runs[index];
    if (!run || !["calm", "refused"].includes(run.model.plan)) return;
    const { organizationId } = backend.owner;
    const started = await this.#act(api.runs.mutations.replayRun, { organizationId, runId: run.id, source });
    const content = { original: run.model.content, published: this.#versions.at(-1)!, draft: this.#draft }[source];
    this.#begun((started as { runId: Id<"runs"> }).runId, { ...run.model, content });
  }

  #callsOf = (key: string) =>
    this.#calls.filter(({ body }) => (JSON.parse(body) as { key: string }).key === key).length;

  async compare(): Promise<void> {
    const world = this.#world();
    const { nowMs } = world;
    for (const run of this.#runs) {
      run.model = passTime(run.model, world);
      const { model } = run;
      this.#seen.add(`${model.state} ${model.waitReason ?? ""}`.trim());
      const row = await getRow(backend.t, run.id);
      expect({ key: model.key, state: row.state, waitReason: row.waitReason ?? null }).toEqual({
        key: model.key,
        state: model.state,
        waitReason: model.waitReason,
      });
      expect(Math.abs((row.dueAt ?? nowMs) - (model.dueMs ?? nowMs))).toBeLessThan(NEAR_MS);
      if (run.endedAt !== undefined) expect(row.endedAt).toBe(run.endedAt);
      if (row.endedAt !== undefined) run.endedAt = row.endedAt;
      if (model.state === "succeeded") {
        const detail = await getDetail(backend.owner, run.id);
        expect(outputOf(detail, 4)).toEqual({ content: model.content });
      }
    }
    this.#compareCalls();
  }

  /** What the service got, summed up over a run and its replays, which share its key. */
  #compareCalls(): void {
    const expected = new Map<string, number>();
    for (const { model } of this.#runs) expected.set(model.key, (expected.get(model.key) ?? 0) + model.calls);
    for (const [key, count] of expected) expect(this.#callsOf(key), `requests of ${key}`).toBe(count);
  }
}

interface Service {
  calls: Call[];
  behaviour: Map<string, Pick<ModelRun, "plan" | "failures">>;
}

function startService(): Service {
  const behaviour: Service["behaviour"] = new Map();
  const counts = new Map<string, number>();
  const calls = stubService(({ body }) => {
    const { key } = JSON.parse(body) as { key: string };
    const { plan, failures } = behaviour.get(key)!;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (plan === "refused") return new Response("no", { status: 400 });
    if (plan === "calm" || count > failures) return okJson({});
    if (plan === "lost") throw new TypeError("terminated");
    if (plan === "busy")
      return new Response("later", { status: 429, headers: { "Retry-After": `${BUSY_MS / 1_000}` } });
    return new Response("broken", { status: 400 });
  });
  return { calls, behaviour };
}

const realSetTimeout = globalThis.setTimeout;
const realPause = () => new Promise<void>((resolve) => realSetTimeout(resolve, 0));

async function letPass(durationMs: number): Promise<void> {
  for (let left = durationMs; left > 0; left -= 500) {
    await vi.advanceTimersByTimeAsync(Math.min(left, 500));
    await realPause();
    await comeToRest();
  }
}

/** Lets executors finish all that they can do now. */
async function comeToRest(): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await isAtRest()) return;
    await vi.advanceTimersByTimeAsync(5);
    await realPause();
  }
  throw new Error("Runs do not come to rest.");
}

const isAtRest = () =>
  backend.t.run(async (ctx) => {
    for (const queue of ["ready", "claimed"] as const) {
      for (const shard of [0, 1]) {
        const run = await ctx.db
          .query("runs")
          .withIndex("by_queue_and_shard_and_dueAt", (q) => q.eq("queue", queue).eq("shard", shard))
          .first();
        if (run) return false;
      }
    }
    return true;
  });

it(
  "does with runs what the model does, whatever people and time do",
  async () => {
    const service = startService();
    const seen = new Set<string>();
    const sequence = fc.array(step, { minLength: 4, maxLength: 18 });
    await fc.assert(
      fc.asyncProperty(sequence, async (steps) => {
        const published = await publishScenario(backend.owner, scenario("first content"));
        const pair = new Pair(published, "first content", service, seen);
        for (const each of steps) await pair.take(each);
        for (let more = 0; more < 3; more++) await pair.take({ kind: "wait", durationMs: 20_000 });
      }),
      { seed: 20_261_120, numRuns: SEQUENCES },
    );
    expect([...seen].sort()).toEqual([
      "cancelled",
      "failed",
      "incomplete",
      "incomplete break",
      "queued paused",
      "succeeded",
      "waiting delay",
      "waiting paused",
      "waiting retry",
    ]);
  },
  20_000 + SEQUENCES * 4_000,
);
