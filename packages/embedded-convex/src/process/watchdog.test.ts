import { describe, expect, it } from "vitest";
import type { Activity } from "./heartbeat.ts";
import { Watchdog } from "./watchdog.ts";

function create(): Watchdog {
  return new Watchdog({ everyMs: 200, limitMs: 1000 });
}

/** What comes of looking `times` times at the same activity. */
function look(watchdog: Watchdog, times: number, activity: Partial<Activity>): string | null {
  let reason: string | null = null;
  for (let index = 0; index < times; index++)
    reason ??= watchdog.look({ phase: "idle", label: "call 1", sequence: 1, beats: 1, calls: 1, ...activity });
  return reason;
}

describe("Watchdog", () => {
  it("ends the thread when the same function runs for the limit", () => {
    const watchdog = create();
    expect(look(watchdog, 5, { phase: "running" })).toBeNull();
    expect(look(watchdog, 1, { phase: "running" })).toContain("call 1 has been running for too long");
  });

  it("lets function after function run", () => {
    const watchdog = create();
    for (let sequence = 1; sequence < 100; sequence++)
      expect(look(watchdog, 1, { phase: "running", sequence })).toBeNull();
  });

  it.each(["idle", "answering"] as const)("ends a thread that is stuck while it is %s", (phase) => {
    const watchdog = create();
    expect(look(watchdog, 10, { phase })).toBeNull();
    expect(look(watchdog, 1, { phase })).toContain("does not answer");
  });

  it("lets an idle thread be whose event loop turns, and one that is still starting", () => {
    const watchdog = create();
    for (let beats = 1; beats < 100; beats++) expect(look(watchdog, 1, { beats })).toBeNull();
    expect(look(watchdog, 100, { beats: 0 })).toBeNull();
  });

  it("never interrupts a commit", () => {
    expect(look(create(), 1000, { phase: "committing" })).toBeNull();
  });
});
