import { expect } from "vitest";
import { type Case, type CaseContext, messageFor, OTHER_WORDS } from "../driver.ts";

async function log({ driver, tag }: CaseContext): Promise<string[]> {
  return (await driver.query("scheduling:log", { tag })) as string[];
}

/** Waits until the log has `count` lines. */
async function settled(context: CaseContext, count: number): Promise<string[]> {
  await context.driver.settle(async () => (await log(context)).length >= count);
  return await log(context);
}

async function jobState({ driver }: CaseContext, id: string): Promise<string | null> {
  const job = (await driver.query("scheduling:job", { id })) as { state: { kind: string } } | null;
  return job?.state.kind ?? null;
}

/** What is refused: the message of the wire, and what convex-test does. */
const refusals: Record<string, [wire: string | RegExp, convexTest: "same" | "refused" | "accepted"]> = {
  "a negative delay": ["`delayMs` must be non-negative", "same"],
  "an endless delay": ["`delayMs` must be a finite number", "same"],
  "a delay of text": ["`delayMs` must be a number", "same"],
  "a time of text": ["The invoke time must a Date or a timestamp", "same"],
  "a time far ahead": [/is more than 5 years in the future$/, "accepted"],
  "a time long ago": [/is more than 5 years in the past$/, "accepted"],
  "a missing module": ["Attempted to schedule function at nonexistent path: nowhere", "accepted"],
  "a missing function": [
    "Attempted to schedule function, but no exported function missing found in the file: scheduling.js. Did you forget to export it?",
    "accepted",
  ],
  "cancelling no id": [
    "Invalid argument `id` for `db.cancel_job`: Unable to decode ID: Invalid ID length 8",
    "refused",
  ],
};

export const schedulingCases: readonly Case[] = [
  {
    name: "a mutation scheduled for now runs once, after the commit",
    covers: ["Scheduler.runAfter", "syscall 1.0/schedule", "GenericMutationCtx.scheduler"],
    run: async (context) => {
      const id = (await context.driver.mutation("scheduling:after", {
        tag: context.tag,
        text: "now",
        delayMs: 0,
      })) as string;
      expect(await settled(context, 1)).toEqual(["now"]);
      await context.driver.settle(async () => (await jobState(context, id)) === "success");
      expect(await context.driver.query("scheduling:job", { id })).toMatchObject({
        state: { kind: "success" },
        args: [{ tag: context.tag, text: "now" }],
      });
    },
  },
  {
    name: "a scheduled action runs",
    run: async (context) => {
      await context.driver.mutation("scheduling:actionAfter", { tag: context.tag, text: "by an action", delayMs: 0 });
      expect(await settled(context, 1)).toEqual(["by an action"]);
    },
  },
  {
    name: "an action can schedule",
    covers: ["GenericActionCtx.scheduler", "syscall 1.0/actions/schedule"],
    run: async (context) => {
      await context.driver.action("scheduling:fromAction", { tag: context.tag, text: "from an action" });
      expect(await settled(context, 1)).toEqual(["from an action"]);
    },
  },
  {
    name: "jobs run in the order of their times",
    covers: ["Scheduler.runAt"],
    run: async (context) => {
      const { driver, tag } = context;
      const now = Date.now();
      await driver.mutation("scheduling:at", { tag, text: "second", timestamp: now + 600 });
      await driver.mutation("scheduling:at", { tag, text: "first", timestamp: now + 400 });
      await driver.mutation("scheduling:at", { tag, text: "past", timestamp: now - 60_000 });
      expect(await settled(context, 3)).toEqual(["past", "first", "second"]);
    },
  },
  {
    name: "a cancelled job does not run",
    covers: ["Scheduler.cancel", "syscall 1.0/cancel_job"],
    run: async (context) => {
      const { driver, tag } = context;
      const id = (await driver.mutation("scheduling:after", { tag, text: "never", delayMs: 50 })) as string;
      expect(await jobState(context, id)).toBe("pending");
      await driver.mutation("scheduling:cancel", { id });
      expect(await jobState(context, id)).toBe("canceled");
      await driver.mutation("scheduling:after", { tag, text: "later", delayMs: 100 });
      expect(await settled(context, 1)).toEqual(["later"]);
    },
  },
  {
    name: "nothing is scheduled by a mutation that throws",
    run: async (context) => {
      const { driver, tag } = context;
      await expect(driver.mutation("scheduling:scheduleAndThrow", { tag })).rejects.toThrow("rolled back");
      await driver.mutation("scheduling:after", { tag, text: "later", delayMs: 30 });
      expect(await settled(context, 1)).toEqual(["later"]);
    },
  },
  {
    name: "a job that throws is failed, and its writes are gone",
    wireOnly: "convex-test says nothing of the error in the job's state",
    run: async (context) => {
      const { driver, tag } = context;
      const id = (await driver.mutation("scheduling:failAfter", { tag })) as string;
      await driver.settle(async () => (await jobState(context, id)) === "failed");
      expect(await driver.query("scheduling:job", { id })).toMatchObject({
        state: { kind: "failed", error: expect.stringContaining("the job failed") as string },
      });
      expect(await log(context)).toEqual([]);
    },
  },
  {
    name: "an action schedules by date, and cancels",
    covers: ["syscall 1.0/actions/cancel_job"],
    run: async (context) => {
      const id = (await context.driver.action("scheduling:allFromAction", { tag: context.tag })) as string;
      expect(await settled(context, 1)).toEqual(["by date"]);
      expect(await jobState(context, id)).toBe("canceled");
    },
  },
  {
    name: "the system table lists the jobs",
    differs: {
      right: "wire",
      why: "convex-test names the function without its file's extension, and gives no time of completion",
    },
    run: async (context) => {
      const { driver, tag } = context;
      await driver.mutation("scheduling:after", { tag, text: "soon", delayMs: 0 });
      await driver.mutation("scheduling:after", { tag, text: "late", delayMs: 3_600_000 });
      const jobs = () => driver.query("scheduling:jobs", { tag }) as Promise<{ state: string }[]>;
      await driver.settle(async () => (await jobs())[0]?.state === "success");
      const wire = driver.reference === "wire";
      const name = wire ? "scheduling.js:writeLog" : "scheduling:writeLog";
      expect(await jobs()).toEqual([
        { name, text: "soon", state: "success", isTimed: true, isCompleted: wire },
        { name, text: "late", state: "pending", isTimed: true, isCompleted: false },
      ]);
    },
  },
  {
    name: "what a nested mutation scheduled goes with it",
    wireOnly: "convex-test starts its timers at once, and then fails because the job is not there",
    run: async (context) => {
      await context.driver.mutation("scheduling:nestedSchedule", { tag: context.tag });
      expect(await settled(context, 1)).toEqual(["outer"]);
      expect(await context.driver.query("scheduling:jobs", { tag: context.tag })).toHaveLength(1);
    },
  },
  {
    name: "a scheduled function runs for nobody",
    run: async (context) => {
      await context.driver.mutation("scheduling:scheduleWhoami", { tag: context.tag }, { as: { subject: "ann" } });
      expect(await settled(context, 1)).toEqual(["nobody"]);
    },
  },
  ...Object.entries(refusals).map(([name, [wire, convexTest]]): Case => ({
    name: `refused, or not: ${name}`,
    differs:
      convexTest === "same"
        ? undefined
        : convexTest === "accepted"
          ? { right: "wire", why: "convex-test schedules anything at any time" }
          : OTHER_WORDS,
    run: async ({ driver }) => {
      const messages = (await driver.mutation("scheduling:refusals")) as Record<string, string>;
      const other = convexTest === "accepted" ? "nothing" : convexTest === "same" ? wire : /./;
      expect(messages[name]).toMatch(messageFor(driver, { wire, convexTest: other }));
    },
  })),
];
