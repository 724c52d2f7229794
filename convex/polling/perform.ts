/** A poll, from claiming it to the last run that it starts: an action, since it asks a service. */
import { findTrigger } from "@patchbay/catalog/runtime";
import { readPolling, type JsonValue } from "@patchbay/core";
import { createRedactor, errors, toOperationError, type PolledItem, type PollContext } from "@patchbay/sdk";
import { v } from "convex/values";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.d.ts";
import { internalAction, type ActionCtx } from "../functions.ts";
import { sha256Hex } from "../lib/bytes.ts";
import { openConnection, redactError } from "../runs/perform.ts";
import type { PolledTrigger } from "./model.ts";
import type { PollJob } from "./progress.ts";

/** For asking the service, all of it. */
const POLL_MS = 60_000;
/** Runs that one transaction starts, and characters of their bundles. */
const MAX_RUNS = 20;
const MAX_CHARACTERS = 500_000;
/** A run's bundle beyond this could not be stored in one transaction. */
const MAX_ITEM_CHARACTERS = 2_000_000;
const MAX_ID_CHARACTERS = 64;

export const poll = internalAction({
  args: { pollerId: v.id("pollers"), generation: v.number() },
  returns: v.null(),
  handler: async (ctx, args) => {
    await performPoll(ctx, args);
    return null;
  },
});

type Calls = Pick<ActionCtx, "runQuery" | "runMutation">;

/** Claims the poll, asks the service and hands in what was found; or notes why that failed. */
export async function performPoll(ctx: Calls, claim: { pollerId: Id<"pollers">; generation: number }): Promise<void> {
  const job = await ctx.runMutation(internal.polling.progress.take, claim);
  if (job === null) return;
  const trigger = JSON.parse(job.trigger) as PolledTrigger;
  const cursor = job.cursor === null ? null : (JSON.parse(job.cursor) as JsonValue);
  const polled = await askService(ctx, { organizationId: job.organizationId, trigger, cursor, begun: job.begun });
  const { pollerId, generation } = job;
  if (!polled.ok) {
    await ctx.runMutation(internal.polling.progress.fail, { pollerId, generation, ...polled.error });
    return;
  }
  const sorted = await sortOut(job, trigger, polled.result);
  if (!sorted.ok) await ctx.runMutation(internal.polling.progress.fail, { pollerId, generation, ...sorted.error });
  else await handIn(ctx, job, sorted.parts);
}

export interface Polled {
  items: PolledItem[];
  cursor: JsonValue;
  hasMore: boolean;
}
type PollFailure = { ok: false; error: { kind: string; message: string; retryAfterMs?: number } };

/** Asks the service what is new, with the trigger's connection. Never throws, and says nothing of the connection's secrets. */
export async function askService(
  ctx: Pick<Calls, "runQuery">,
  args: { organizationId: Id<"organizations">; trigger: PolledTrigger; cursor: JsonValue; begun: boolean },
): Promise<{ ok: true; result: Polled } | PollFailure> {
  const { trigger, cursor, organizationId } = args;
  let redact = createRedactor([]);
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const runtime = findTrigger(trigger.type, trigger.typeVersion);
    if (!runtime) throw errors.terminal(`The trigger ${trigger.type} is not installed on this server.`);
    const opened = await openConnection(ctx, { organizationId, connectionId: trigger.connectionId });
    if (opened) redact = createRedactor(opened.secrets);
    const wants = args.begun || readPolling(trigger.config).start.kind !== "now" ? "all" : "new";
    const context: PollContext = {
      fetch: (input, init) => fetch(input, init),
      signal: abort.signal,
      nowMs: () => Date.now(),
      cursor,
      wants,
      ...(opened && { connection: opened.use }),
    };
    const overdue = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(errors.timeout(`The poll took longer than ${POLL_MS / 1_000} s.`));
        abort.abort();
      }, POLL_MS);
    });
    const { items, cursor: next, hasMore } = await Promise.race([runtime.poll(trigger.config, context), overdue]);
    const redacted = items.map(({ id, data }) => ({ id, data: redact(data) }));
    return { ok: true, result: { items: redacted, cursor: next, hasMore } };
  } catch (thrown) {
    const { kind, message, retryAfterMs } = redactError(toOperationError(thrown), redact);
    return { ok: false, error: { kind, message, ...(retryAfterMs !== undefined && { retryAfterMs }) } };
  } finally {
    clearTimeout(timer);
  }
}

interface Part {
  runs: { ids: string[]; data: string }[];
  skipped: string[];
  begun: boolean;
  last?: { cursor: string; hasMore: boolean; found: number };
}

/** What becomes of each item, in parts for one transaction each; the last one moves the cursor. */
async function sortOut(
  job: PollJob,
  trigger: PolledTrigger,
  { items, cursor, hasMore }: Polled,
): Promise<{ ok: true; parts: Part[] } | PollFailure> {
  const { start, deliver } = readPolling(trigger.config);
  const known = new Set(job.seen);
  const keyed = await Promise.all(items.map(async (item) => ({ key: await keyOf(item.id), data: item.data })));
  let from = 0;
  let begun = true;
  if (!job.begun && start.kind === "now") {
    from = keyed.length;
    begun = !hasMore;
  } else if (!job.begun && start.kind === "after") {
    const wanted = await keyOf(start.itemId);
    from = keyed.findIndex(({ key }) => key === wanted) + 1;
    if (from === 0 && !hasMore) return notFound(start.itemId);
    begun = from > 0;
    if (!begun) from = keyed.length;
  }
  const fresh = new Map(keyed.slice(from).flatMap(({ key, data }) => (known.has(key) ? [] : [[key, data] as const])));
  const single = [...fresh].map(([key, data]) => ({ ids: [key], data: JSON.stringify(data) }));
  const runs = deliver === "batch" && fresh.size > 0 ? [batchOf(fresh)] : single;
  const tooLarge = runs.find(({ data }) => data.length > MAX_ITEM_CHARACTERS);
  if (tooLarge)
    return failure("terminal", `What was found is too large for a run: ${tooLarge.data.length} characters.`);
  const parts = inParts(runs).map((each): Part => ({ runs: each, skipped: [], begun }));
  const skipped = keyed.map(({ key }) => key).filter((key) => !fresh.has(key));
  // A page that brings nothing and leads nowhere would be asked for without end.
  const leadsOn = hasMore && (fresh.size > 0 || JSON.stringify(cursor) !== job.cursor);
  const last = { cursor: JSON.stringify(cursor), hasMore: leadsOn, found: fresh.size };
  if (parts.length === 0) parts.push({ runs: [], skipped: [], begun });
  // First of all, what starts nothing: a successor that finds the poll begun must know those items already.
  const [first, end] = [parts[0]!, parts.at(-1)!];
  first.skipped = skipped;
  end.last = last;
  return { ok: true, parts };
}

const failure = (kind: string, message: string): PollFailure => ({ ok: false, error: { kind, message } });

const notFound = (itemId: string) =>
  failure("invalid", `There is no item with the id "${itemId.slice(0, 80)}" to begin after. Choose another one.`);

function batchOf(fresh: ReadonlyMap<string, JsonValue>) {
  const items = [...fresh.values()];
  return { ids: [...fresh.keys()], data: JSON.stringify({ items, count: items.length }) };
}

function inParts(runs: Part["runs"]): Part["runs"][] {
  const parts: Part["runs"][] = [];
  let characters = 0;
  for (const run of runs) {
    const current = parts.at(-1);
    characters += run.data.length;
    if (current && current.length < MAX_RUNS && characters <= MAX_CHARACTERS) current.push(run);
    else {
      parts.push([run]);
      characters = run.data.length;
    }
  }
  return parts;
}

/** What an item is remembered by. */
const keyOf = async (id: string): Promise<string> => (id.length > MAX_ID_CHARACTERS ? await sha256Hex(id) : id);

/** Hands in one part after the other. Stops where the poll was given up in the meantime: its successor finds the rest again. */
async function handIn(ctx: Calls, job: PollJob, parts: readonly Part[]): Promise<void> {
  const { pollerId, generation } = job;
  try {
    for (const part of parts) {
      const taken = await ctx.runMutation(internal.polling.progress.accept, { pollerId, generation, ...part });
      if (taken !== "ok") return;
    }
  } catch (thrown) {
    const message = `The runs of what was found could not be started: ${thrown instanceof Error ? thrown.message : "?"}`;
    await ctx.runMutation(internal.polling.progress.fail, { pollerId, generation, kind: "internal", message });
  }
}
