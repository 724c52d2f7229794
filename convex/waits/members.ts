/** What members of an organization do about what their runs wait for. */
import { pendingAsks, type AskCommand, type RunState } from "@patchbay/engine";
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.d.ts";
import { recordAudit, type AuditAction } from "../audit/model.ts";
import type { OrgMutationCtx, OrgQueryCtx, QueryCtx } from "../functions.ts";
import { appError } from "../lib/errors.ts";
import { getOwned, requireOwned } from "../lib/ids.ts";
import { isHeld } from "../runs/gates.ts";
import { getLog } from "../runs/log.ts";
import { peekState, stepRun } from "../runs/step.ts";
import { answerWait, type Answered } from "./answer.ts";
import { readAnswer, readRequest, requestValidator } from "./describe.ts";
import { findWait } from "./lookup.ts";
import { addressesOf } from "./tokens.ts";

export const openWaitValidator = v.object({
  operationId: v.number(),
  nodeId: v.number(),
  bundlePath: v.string(),
  request: requestValidator,
  openedAt: v.number(),
  dueAt: v.number(),
  /** For members who may answer: where somebody else can. `page` is there for approvals. */
  addresses: v.optional(v.object({ resume: v.string(), page: v.optional(v.string()) })),
});

/** What the run waits for now, empty where it does not; null where the organization has no run of this id. */
export async function listOpenWaits(
  ctx: OrgQueryCtx,
  args: { runId: string },
): Promise<Infer<typeof openWaitValidator>[] | null> {
  const run = await getOwned(ctx, "runs", { organizationId: ctx.actor.organizationId, id: args.runId });
  if (run === null) return null;
  const mayAnswer = ctx.actor.permissions.has("scenario:execute");
  return (await findAsking(ctx, run)).flatMap(({ wait, ask, state }) => {
    const request = readRequest(wait);
    if (!request) return [];
    const { operationId, nodeId, bundlePath, dueMs: dueAt } = ask;
    const { resume, approve } = addressesOf(state, ask);
    const addresses = { resume, ...(request.kind === "approval" && { page: approve }) };
    const place = { operationId, nodeId, bundlePath };
    return [{ ...place, request, openedAt: wait.openedAt ?? 0, dueAt, ...(mayAnswer && { addresses }) }];
  });
}

interface Asking {
  wait: Doc<"runWaits">;
  ask: AskCommand;
  state: RunState;
}

/** What the run asks for now: several things where it processes bundles side by side. */
async function findAsking(ctx: QueryCtx, run: Doc<"runs">): Promise<Asking[]> {
  const log = run.asks && run.endedAt === undefined ? await getLog(ctx, run) : null;
  const state = log && (await peekState(ctx, run, log));
  const found: Asking[] = [];
  for (const ask of state ? pendingAsks(state) : []) {
    const wait = await findWait(ctx, run._id, ask);
    if (wait?.state === "open") found.push({ wait, ask, state: state! });
  }
  return found;
}

/**
 * The wait that a member means: the run's only one, or that of an operation. Throws `not_found`, and `conflict` where it is over
 * or not clear which is meant.
 */
async function requireAsking(
  ctx: OrgMutationCtx,
  args: { runId: string; operationId?: number },
): Promise<Asking & { run: Doc<"runs"> }> {
  const owner = { organizationId: ctx.actor.organizationId, id: args.runId };
  const run = await requireOwned(ctx, "runs", { ...owner, what: "run" });
  const asking = await findAsking(ctx, run);
  const meant = asking.filter(({ ask }) => args.operationId === undefined || ask.operationId === args.operationId);
  if (meant.length === 1 && meant[0]) return { ...meant[0], run };
  const message = meant.length > 1 ? "The run waits for several answers. Say which operation you mean." : NO_LONGER;
  throw appError("conflict", message, { state: run.state });
}

const NO_LONGER = "The run does not wait for this answer any more.";

/** Answers in the name of the member; `answer` is JSON text. Throws as `requireAsking`, `malformed` and `too_large`. */
export async function answerRun(
  ctx: OrgMutationCtx,
  args: { runId: string; operationId?: number; answer: string },
): Promise<Answered> {
  const { wait, run } = await requireAsking(ctx, args);
  const user = await ctx.db.get("users", ctx.actor.userId);
  const answered = await answerWait(ctx, wait, { ...(await readAnswer(args.answer)), by: user?.name ?? null });
  if (answered.kind === "accepted") await record(ctx, run, { action: "run.answered", nodeId: wait.nodeId });
  return answered;
}

/** Goes on without an answer, whatever the node would do at the end of its time. Throws as `requireAsking`. */
export async function skipWait(ctx: OrgMutationCtx, args: { runId: string; operationId?: number }): Promise<void> {
  const { wait, ask, run } = await requireAsking(ctx, args);
  if (run.state !== "waiting" || isHeld(run))
    throw appError("conflict", "The run is at work on other bundles. Try again in a moment.");
  const { operationId } = ask;
  const { accepted } = await stepRun(ctx, run, { kind: "skip", operationId }, { holder: "queue" });
  if (!accepted) throw appError("conflict", NO_LONGER, { state: run.state });
  const user = await ctx.db.get("users", ctx.actor.userId);
  const by = user?.name === undefined ? {} : { answeredBy: user.name };
  await ctx.db.patch("runWaits", wait._id, { state: "skipped", answeredAt: Date.now(), ...by });
  await record(ctx, run, { action: "run.waitSkipped", nodeId: wait.nodeId });
}

async function record(
  ctx: OrgMutationCtx,
  run: Doc<"runs">,
  { action, nodeId }: { action: AuditAction; nodeId: number },
): Promise<void> {
  const { actor } = ctx;
  const resource = { type: "run" as const, id: run._id };
  await recordAudit(ctx, { organizationId: actor.organizationId, actor, action, resource, details: { nodeId } });
}
