import type { api } from "@convex/api";
import type { FunctionReturnType } from "convex/server";

export type Queue = FunctionReturnType<typeof api.queue.queries.getQueue>;
export type QueueRow = Queue["scenarios"][number];
type Counts = Pick<Queue, "ready" | "heldByTurn" | "heldByPause" | "heldByOrganization">;

/** All that could go on, but does not yet. */
export const waitingOf = ({ ready, heldByTurn, heldByPause, heldByOrganization }: Counts): number =>
  ready + heldByTurn + heldByPause + heldByOrganization;

/** Why runs wait, the most first: `12 paused, 3 for their turn`; empty when none does. */
export function waitReasons(counts: Counts): string {
  const reasons: [number, string][] = [
    [counts.heldByPause, "paused"],
    [counts.heldByTurn, "for their turn"],
    [counts.heldByOrganization, "for the organization's limit"],
    [counts.ready, "to be taken on"],
  ];
  return reasons
    .filter(([count]) => count > 0)
    .sort(([a], [b]) => b - a)
    .map(([count, words]) => `${formatCount(count)} ${words}`)
    .join(", ");
}

export const formatCount = (count: number): string => count.toLocaleString("en-US");

/** How far draining has come, in words. */
export function drainProgress(queue: Pick<Queue, "running" | "sleeping" | "isCut"> & Counts): string {
  const left = queue.running + waitingOf(queue);
  if (left === 0) {
    const sleeping =
      queue.sleeping === 0 ? "" : ` ${formatCount(queue.sleeping)} wait for a time or an event, and keep.`;
    return `Everything that was accepted is done.${sleeping}`;
  }
  return `${queue.isCut ? "More than " : ""}${formatCount(left)} ${left === 1 ? "run is" : "runs are"} still to be done.`;
}

/** The limit that was typed: null for none, undefined where it is no limit. */
export function readLimit(text: string, max: number): number | null | undefined {
  if (text.trim() === "") return null;
  const limit = Number(text);
  return Number.isInteger(limit) && limit >= 1 && limit <= max ? limit : undefined;
}
