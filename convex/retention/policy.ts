/** How long runs are kept, and what of them: an organization's rule, and a scenario's own where it has one. */
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.d.ts";
import { appError } from "../lib/errors.ts";
import { DAY_MS } from "../lib/time.ts";

export const MIN_DAYS = 1;
export const MAX_DAYS = 365;

export const retentionValidator = v.object({
  /** Days after their end. */
  succeededDays: v.number(),
  /** The same of failed and cancelled runs. Incomplete ones are kept until somebody resolves them. */
  failedDays: v.number(),
  /** `drop`: of successful runs of published versions only the row is kept, from the moment they end. */
  succeededData: v.union(v.literal("keep"), v.literal("drop")),
});
export type Retention = Infer<typeof retentionValidator>;

export const defaultRetention: Retention = { succeededDays: 30, failedDays: 90, succeededData: "keep" };

/** What holds for a scenario's runs. */
export function effectiveRetention(
  organization: Pick<Doc<"organizations">, "retention"> | null,
  scenario?: Pick<Doc<"scenarios">, "retention">,
): Retention {
  return scenario?.retention ?? organization?.retention ?? defaultRetention;
}

/** Throws `invalid`, naming the field, for days out of bounds. */
export function checkRetention(retention: Retention): Retention {
  for (const field of ["succeededDays", "failedDays"] as const) {
    const days = retention[field];
    if (Number.isInteger(days) && days >= MIN_DAYS && days <= MAX_DAYS) continue;
    throw appError("invalid", `Runs are kept for ${MIN_DAYS} to ${MAX_DAYS} whole days.`, { field });
  }
  return retention;
}

export type EndState = "succeeded" | "failed" | "cancelled";

/** Runs in this state that ended before are deleted. Unix time in milliseconds. */
export function cutoffOf(retention: Retention, state: EndState, nowMs: number): number {
  return nowMs - (state === "succeeded" ? retention.succeededDays : retention.failedDays) * DAY_MS;
}
