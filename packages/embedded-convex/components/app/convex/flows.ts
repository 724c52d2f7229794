import { vWorkflowId, WorkflowManager } from "@convex-dev/workflow";
import type { WorkflowId } from "@convex-dev/workflow";
import { vResultValidator } from "@convex-dev/workpool";
import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { components, internalMutation, mutation, query } from "./builders";
import { internal } from "./references";

const workflow = new WorkflowManager(components.workflow, {
  workpoolOptions: {
    maxParallelism: 5,
    logLevel: "ERROR",
    retryActionsByDefault: true,
    defaultRetryBehavior: { maxAttempts: 3, initialBackoffMs: 50, base: 2 },
  },
});

/** Every kind of step, one after another. */
export const order = workflow
  .define({ args: { tag: v.string(), sleepMs: v.number() }, returns: v.string() })
  .handler(async (step, { tag, sleepMs }): Promise<string> => {
    await step.runMutation(internal.jobs.record, { tag, text: "placed" });
    const placed = await step.runQuery(internal.jobs.countEvents, { tag, text: "placed" });
    const [left, right] = await Promise.all([
      step.runAction(internal.jobs.work, { tag, text: "left", ms: 20 }),
      step.runAction(internal.jobs.flaky, { tag, text: "right", failures: 1 }),
    ]);
    await step.runMutation(internal.jobs.record, { tag, text: "inline" }, { inline: true });
    await step.sleep(sleepMs);
    const approval = await step.awaitEvent({ name: "approved", validator: v.object({ by: v.string() }) });
    const nested: unknown = await step.runWorkflow(internal.flows.inner, { tag } as never);
    await step.runMutation(internal.jobs.record, { tag, text: "delivered" });
    return `${placed} ${left} ${right} ${approval.by} ${String(nested)}`;
  });

export const inner = workflow
  .define({ args: { tag: v.string() }, returns: v.string() })
  .handler(async (step, { tag }): Promise<string> => {
    await step.runMutation(internal.jobs.record, { tag, text: "nested" });
    return "nested";
  });

/** Many steps, each of which leaves exactly one event. */
export const chain = workflow
  .define({ args: { tag: v.string(), steps: v.number() }, returns: v.number() })
  .handler(async (step, { tag, steps }): Promise<number> => {
    for (let index = 0; index < steps; index++)
      await step.runMutation(internal.jobs.record, { tag, text: `step ${index}` });
    return steps;
  });

export const failing = workflow.define({ args: { tag: v.string() } }).handler(async (step, { tag }): Promise<void> => {
  await step.runAction(internal.jobs.flaky, { tag, text: "never works", failures: 99 }, { retry: false });
});

export const finished = internalMutation({
  args: { workflowId: vWorkflowId, result: vResultValidator, context: v.string() },
  handler: async (ctx, { result, context: tag }) => {
    const outcome = result.kind === "success" ? `success ${String(result.returnValue)}` : result.kind;
    await ctx.db.insert("events", { tag, text: `complete: ${outcome}`, at: Date.now() });
  },
});

export const start = mutation({
  args: { name: v.string(), tag: v.string(), args: v.any() },
  handler: (ctx, { name, tag, args }): Promise<WorkflowId> =>
    workflow.start(ctx, makeFunctionReference(`flows:${name}`) as never, { tag, ...(args as object) } as never, {
      onComplete: internal.flows.finished,
      context: tag,
    }),
});

export const approve = mutation({
  args: { id: vWorkflowId, by: v.string() },
  handler: async (ctx, { id, by }) => {
    await workflow.sendEvent(ctx, { workflowId: id, name: "approved", value: { by } });
  },
});

export const cancel = mutation({
  args: { id: vWorkflowId },
  handler: (ctx, { id }) => workflow.cancel(ctx, id),
});

export const status = query({
  args: { id: vWorkflowId },
  handler: async (ctx, { id }) => {
    const { type } = await workflow.status(ctx, id);
    const { page } = await workflow.listSteps(ctx, id);
    return { type, steps: page.map(({ name, kind }) => `${kind} ${name}`) };
  },
});

export const cleanup = mutation({
  args: { id: vWorkflowId },
  handler: (ctx, { id }) => workflow.cleanup(ctx, id),
});
