import { formatDuration, stateFacts } from "@patchbay/ui";

export type RunSource = { kind: "version"; number: number } | { kind: "draft"; revision: number };
export type RunTrigger = "webhook" | "manual" | "api" | "replay" | "schedule" | "polling" | "node" | "scenario";

/** `v14`, or `draft r3` for a test run of a draft's revision. */
export function sourceLabel(source: RunSource): string {
  return source.kind === "version" ? `v${source.number}` : `draft r${source.revision}`;
}

const triggerLabels: Record<RunTrigger, string> = {
  webhook: "Webhook",
  manual: "By hand",
  api: "API",
  replay: "Replay",
  schedule: "Schedule",
  polling: "New item",
  node: "Single node",
  scenario: "Scenario",
};

export const triggerLabel = (trigger: RunTrigger): string => triggerLabels[trigger];

/** The end of an id is what differs between neighbours: enough to tell runs of one page apart. */
export const shortId = (id: string): string => id.slice(-6);

/** How long a run took, or has taken so far. */
export function tookLabel(run: { startedAt: number; endedAt: number | null }, nowMs: number): string {
  return formatDuration((run.endedAt ?? nowMs) - run.startedAt);
}

export type RunAct = "cancel" | "retry" | "discard" | "replay";

/** What may be done to a run in this state: stop what is live, retry or discard what is incomplete, replay what has ended. */
export function runActs(state: string): readonly RunAct[] {
  if (stateFacts(state).live) return ["cancel"];
  if (state === "incomplete") return ["retry", "discard", "replay"];
  return ["replay"];
}
