import { nextOccurrence, readSchedule, type JsonValue } from "@patchbay/core";

/** The next times of a schedule trigger's config, in milliseconds; none where it cannot be read. */
export function nextTimes(config: Record<string, JsonValue>, from: { nowMs: number; count: number }): number[] {
  const read = readSchedule(config);
  if (!read.ok) return [];
  const times: number[] = [];
  for (let afterMs = from.nowMs; times.length < from.count;) {
    const next = nextOccurrence(read.schedule, { afterMs, anchorMs: from.nowMs });
    if (next === null) break;
    times.push(next);
    afterMs = next;
  }
  return times;
}
