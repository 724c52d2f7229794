/** How a polling trigger is polled: what every such trigger's config says beside its own fields, and when the next poll is due. */
import { canonicalJson } from "../canonicalJson.ts";
import type { JsonValue } from "../definition/schema.ts";

export interface Polling {
  intervalMs: number;
  /** Which of the items that are there at the first poll start runs: none, all, or those after the one with this id. */
  start: { kind: "now" } | { kind: "all" } | { kind: "after"; itemId: string };
  /** A run for each item, or one for all that a poll found. */
  deliver: "each" | "batch";
}

/** Fields that every polling trigger has; whatever else is in its config says what is polled. */
export const pollingFields = ["everyMinutes", "startFrom", "startItem", "deliver"] as const;

const MINUTE_MS = 60_000;
const MAX_MINUTES = 30 * 1_440;
const DEFAULT_MINUTES = 15;

/** Reads the common fields of a polling trigger's config; what is out of range is brought into it. */
export function readPolling(config: Record<string, JsonValue>): Polling {
  const minutes = Number(config.everyMinutes ?? DEFAULT_MINUTES);
  const inRange = Number.isFinite(minutes) ? Math.min(MAX_MINUTES, Math.max(1, minutes)) : DEFAULT_MINUTES;
  return {
    intervalMs: inRange * MINUTE_MS,
    start: readStart(config),
    deliver: config.deliver === "batch" ? "batch" : "each",
  };
}

function readStart(config: Record<string, JsonValue>): Polling["start"] {
  if (config.startFrom === "all") return { kind: "all" };
  const { startItem } = config;
  const itemId = typeof startItem === "string" || typeof startItem === "number" ? String(startItem).trim() : "";
  return config.startFrom === "after" && itemId !== "" ? { kind: "after", itemId } : { kind: "now" };
}

/** Equal for triggers that poll the same: a changed interval keeps the place that was reached, another list does not. */
export function pollingKey(trigger: {
  type: string;
  typeVersion: number;
  connectionId?: string | undefined;
  config: Record<string, JsonValue>;
}): string {
  const own = Object.entries(trigger.config).filter(([name]) => !(pollingFields as readonly string[]).includes(name));
  const { type, typeVersion, connectionId = null } = trigger;
  return canonicalJson({ type, typeVersion, connectionId, config: Object.fromEntries(own) });
}

const MAX_JITTER_MS = 30_000;
const FIRST_BACKOFF_MS = MINUTE_MS;
const MAX_BACKOFF_MS = 6 * 60 * MINUTE_MS;

/**
 * When to poll next. After failures in growing distances, but never more often than the interval says, nor than the service
 * asked for. `chance` (0 to 1) spreads polls that would otherwise all come at the full minute: by a tenth of the interval at
 * most, and never to less than it.
 */
export function nextPollAt(args: {
  nowMs: number;
  intervalMs: number;
  /** Polls that have failed since the last one that did not. */
  failures: number;
  retryAfterMs?: number | undefined;
  chance: number;
}): number {
  const { nowMs, intervalMs, failures, retryAfterMs = 0, chance } = args;
  const backoffMs = failures === 0 ? 0 : Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 20));
  const waitMs = Math.max(intervalMs, backoffMs, retryAfterMs);
  return Math.round(nowMs + waitMs + chance * Math.min(waitMs / 10, MAX_JITTER_MS));
}
