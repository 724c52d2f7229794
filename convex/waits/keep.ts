/** Keeps track of what runs wait for, in the transactions that store their states. */
import type { AskCommand, RunState } from "@patchbay/engine";
import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { MutationCtx } from "../functions.ts";
import type { Interpretation } from "../runs/interpret.ts";
import { redactorOf } from "../runs/privacy/vault.ts";
import { findWait } from "./lookup.ts";
import { hashToken, tokenOf } from "./tokens.ts";

type Run = Pick<Doc<"runs">, "_id" | "organizationId">;
type Place = Pick<Doc<"runWaits">, "nodeId" | "bundlePath">;

/** Notes addresses that were given out, and opens what is asked for now. */
export async function keepWaits(
  ctx: MutationCtx,
  run: Run,
  step: Pick<Interpretation, "commands" | "state" | "vault">,
): Promise<void> {
  for (const command of step.commands) {
    if (command.kind === "expect") await expectAnswer(ctx, run, { place: command, state: step.state });
    else if (command.kind === "ask") await openWait(ctx, run, { ask: command, ...step });
  }
}

async function expectAnswer(ctx: MutationCtx, run: Run, args: { place: Place; state: RunState }): Promise<void> {
  if ((await findWait(ctx, run._id, args.place)) === null) await insertWait(ctx, run, args);
}

async function insertWait(ctx: MutationCtx, run: Run, args: { place: Place; state: RunState }) {
  const { nodeId, bundlePath } = args.place;
  return await ctx.db.insert("runWaits", {
    organizationId: run.organizationId,
    runId: run._id,
    nodeId,
    bundlePath,
    tokenHash: await hashToken(tokenOf(args.state, { nodeId, bundlePath })),
    state: "expected",
  });
}

/**
 * The run has got there. An answer that was quicker is handed in right behind this transaction; one that was taken already belongs
 * to an earlier time that the run was here, before a retry: it is asked for anew.
 */
async function openWait(
  ctx: MutationCtx,
  run: Run,
  args: Pick<Interpretation, "state" | "vault"> & { ask: AskCommand },
): Promise<void> {
  const { ask, state, vault } = args;
  const known = await findWait(ctx, run._id, ask);
  const waitId = known?._id ?? (await insertWait(ctx, run, { place: ask, state }));
  const { operationId, dueMs: dueAt } = ask;
  const opened = {
    operationId,
    dueAt,
    openedAt: Date.now(),
    request: JSON.stringify(vault ? redactorOf(vault)(ask.input) : ask.input),
  };
  if (known?.state === "answered" && !known.taken) {
    await ctx.db.patch("runWaits", waitId, opened);
    await ctx.scheduler.runAfter(0, internal.waits.internal.handIn, { waitId });
    return;
  }
  const nothing = { answer: undefined, bodyHash: undefined, answeredAt: undefined, answeredBy: undefined };
  await ctx.db.patch("runWaits", waitId, { ...opened, ...nothing, state: "open", taken: undefined });
}

/** Deletes what is kept of a run's waits. */
export async function deleteWaits(ctx: MutationCtx, runId: Id<"runs">): Promise<void> {
  const waits = ctx.db.query("runWaits").withIndex("by_run_and_nodeId_and_bundlePath", (q) => q.eq("runId", runId));
  for await (const wait of waits) await ctx.db.delete("runWaits", wait._id);
}
