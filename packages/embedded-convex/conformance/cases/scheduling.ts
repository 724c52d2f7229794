import { expect } from "vitest";
import type { Case, CaseContext } from "../driver.ts";

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

export const schedulingCases: readonly Case[] = [
  {
    name: "a mutation scheduled for now runs once, after the commit",
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
    run: async (context) => {
      await context.driver.action("scheduling:fromAction", { tag: context.tag, text: "from an action" });
      expect(await settled(context, 1)).toEqual(["from an action"]);
    },
  },
  {
    name: "jobs run in the order of their times",
    run: async (context) => {
      const { driver, tag } = context;
      const now = Date.now();
      await driver.mutation("scheduling:at", { tag, text: "second", timestamp: now + 120 });
      await driver.mutation("scheduling:at", { tag, text: "first", timestamp: now + 60 });
      await driver.mutation("scheduling:at", { tag, text: "past", timestamp: now - 60_000 });
      expect(await settled(context, 3)).toEqual(["past", "first", "second"]);
    },
  },
  {
    name: "a cancelled job does not run",
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
];
