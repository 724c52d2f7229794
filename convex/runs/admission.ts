/** Whether new work is taken on at all: not in maintenance, not while an organization drains, not when it is far behind. */
import type { Doc } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { laneOf } from "./lanes.ts";
import { getTicket, randomShard } from "./queue.ts";

/** What `Retry-After` says where nobody knows how long it takes. */
const CLOSED_RETRY_MS = 30_000;

export interface Refusal {
  /** `overloaded`: too much waits. `maintenance`: the deployment is closed for new work. `draining`: the organization is. */
  kind: "overloaded" | "maintenance" | "draining";
  retryAfterMs: number;
}

type Scenario = Pick<Doc<"scenarios">, "organizationId" | "gate">;

/** Why a new run of the scenario is refused in the shard, and for how long; null where it is welcome. */
export async function refusalOf(ctx: QueryCtx, args: { shard: number; scenario: Scenario }): Promise<Refusal | null> {
  const { shard, scenario } = args;
  const ticket = await getTicket(ctx, shard);
  if (ticket?.isClosed) return { kind: "maintenance", retryAfterMs: CLOSED_RETRY_MS };
  if (scenario.gate?.drainingSince !== undefined) return { kind: "draining", retryAfterMs: CLOSED_RETRY_MS };
  const lane = ticket?.lateLanes?.length ? laneOf(shard, scenario.organizationId) : null;
  const late = ticket?.lateLanes?.find((entry) => entry.lane === lane);
  const retryAfterMs = Math.max(ticket?.overloadedUntil ?? 0, late?.until ?? 0) - Date.now();
  return retryAfterMs > 0 ? { kind: "overloaded", retryAfterMs } : null;
}

const words = {
  maintenance: "Patchbay is in maintenance and takes no new work. What was accepted is kept and goes on.",
  draining: "The organization takes no new work for now. What was accepted is kept and goes on.",
} as const;

export const closedWords = (kind: keyof typeof words): string => words[kind];

/** Throws `unavailable` where new work is refused. A person's own run is not refused for overload. */
export async function requireOpen(ctx: QueryCtx, scenario: Scenario): Promise<void> {
  const refusal = await refusalOf(ctx, { shard: randomShard(), scenario });
  if (refusal === null || refusal.kind === "overloaded") return;
  const { kind, retryAfterMs } = refusal;
  throw appError("unavailable", closedWords(kind), { reason: kind, retryAfterMs });
}
