/** One run with its operations, and the last outputs of a scenario's nodes. */
import type { OperationError } from "@patchbay/core";
import { pendingOperations, type AttemptRecord, type OperationRecord, type RunState } from "@patchbay/engine";
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { OrgQueryCtx, QueryCtx } from "../functions.ts";
import { getOwned } from "../lib/ids.ts";
import { runSummaryFields, summarizeRun } from "./listing.ts";
import { SHOWN_CHARACTERS } from "./limits.ts";
import { unpackOperations, type CutValue } from "./packing.ts";
import { getLog } from "./log.ts";
import { partsOf } from "./parts.ts";
import { readPayload } from "./payloads.ts";
import { createTeller, decisionValidator, storyValidator, tellStory } from "./story.ts";
import { getPlan, loadDefinition, rulesOf } from "./plans.ts";
import { createRecorder } from "./privacy/recorder.ts";
import type { Vault } from "./privacy/vault.ts";
import { peek } from "./step.ts";
import { hideTokens } from "../waits/tokens.ts";
import { waitReasonValidator } from "./tables.ts";

/** Characters of log that one look at a run reads; what is beyond is told by `operationsCut`. */
const MAX_LOG_CHARACTERS = 3_000_000;
/** Payloads beyond this are shown cut. */
const MAX_PAYLOAD_CHARACTERS = 1_000_000;

export const operationErrorValidator = v.object({
  kind: v.string(),
  code: v.string(),
  message: v.string(),
  /** JSON text. */
  details: v.optional(v.string()),
  retryAfterMs: v.optional(v.number()),
  notPerformed: v.optional(v.boolean()),
});

export const simulatedValidator = v.union(
  v.literal("lastOutput"),
  v.literal("example"),
  v.literal("shape"),
  v.literal("nothing"),
  v.literal("wait"),
  v.literal("response"),
);

export const operationValidator = v.object({
  id: v.number(),
  nodeId: v.number(),
  bundlePath: v.string(),
  state: v.union(
    v.literal("running"),
    v.literal("succeeded"),
    v.literal("failed"),
    v.literal("waiting"),
    v.literal("unknown"),
    v.literal("skipped"),
    v.literal("handled"),
  ),
  attempts: v.array(
    v.object({
      number: v.number(),
      startedAt: v.number(),
      durationMs: v.number(),
      error: v.optional(operationErrorValidator),
    }),
  ),
  /** JSON text; too large values as `{ _cut: true, characters, start }`. */
  input: v.string(),
  output: v.string(),
  error: v.union(operationErrorValidator, v.null()),
  startedAt: v.number(),
  durationMs: v.number(),
  /** Of a dry run: not performed. */
  simulated: v.optional(simulatedValidator),
  /** What was decided about it while the run was incomplete. */
  decisions: v.optional(v.array(decisionValidator)),
  missing: v.optional(
    v.array(v.object({ field: v.array(v.union(v.string(), v.number())), reference: v.string(), reason: v.string() })),
  ),
});

export const runDetailValidator = v.object({
  ...runSummaryFields,
  ...storyValidator.fields,
  createdAt: v.number(),
  /** JSON text of the definition that the run executes. */
  definition: v.string(),
  /** JSON text of the trigger's bundle; null while it has not been read in. */
  payload: v.union(v.string(), v.null()),
  /** Somebody keeps the run whatever its age. */
  keptAt: v.optional(v.number()),
  /** Its data was deleted, or never kept. */
  dataDeletedAt: v.optional(v.number()),
  waitingUntil: v.optional(v.number()),
  waitReason: v.optional(waitReasonValidator),
  operations: v.array(operationValidator),
  /** The log is longer than what is shown here. */
  operationsCut: v.boolean(),
  edgesTaken: v.array(
    v.object({
      from: v.number(),
      to: v.number(),
      kind: v.union(v.literal("next"), v.literal("error")),
      seen: v.number(),
      passed: v.number(),
    }),
  ),
});
export type RunDetail = Infer<typeof runDetailValidator>;

/** Everything about a run that the run page shows; null where the organization has none of this id. */
export async function getRunDetail(ctx: OrgQueryCtx, args: { runId: string }): Promise<RunDetail | null> {
  const run = await getOwned(ctx, "runs", { organizationId: ctx.actor.organizationId, id: args.runId });
  if (run === null) return null;
  const scenario = await ctx.db.get("scenarios", run.scenarioId);
  const log = await getLog(ctx, run);
  const payload = log && (await getPayload(ctx, log));
  const live = log && run.endedAt === undefined ? await peek(ctx, run, log) : null;
  const state = live?.state ?? null;
  const { records, isCut } = log ? await readLog(ctx, log) : { records: [], isCut: false };
  if (live) records.push(...(await pendingsIn(ctx, run, live)));
  const tell = await createTeller(ctx, records);
  const operations = records.map((record) => ({
    ...describeOperation(record, payload),
    ...(record.decisions && { decisions: record.decisions.map(tell) }),
  }));
  return {
    ...summarizeRun(run, scenario?.name ?? ""),
    createdAt: run._creationTime,
    definition: (await loadDefinition(ctx, run)) ?? "null",
    payload: payload === null ? null : shorten(payload, MAX_PAYLOAD_CHARACTERS),
    ...(await tellStory(ctx, run, state)),
    // Who waits for a called run or a connection is called, whenever that may be.
    ...(run.queue === "waiting" && !isCalled(run) && { waitingUntil: run.dueAt }),
    ...(run.waitReason && { waitReason: run.waitReason }),
    operations: run.asks && !mayAnswer(ctx) ? withoutTokens(operations) : operations,
    ...(run.keptAt !== undefined && { keptAt: run.keptAt }),
    ...(run.dataDeletedAt !== undefined && { dataDeletedAt: run.dataDeletedAt }),
    operationsCut: isCut,
    edgesTaken: await describeEdges(ctx, run, state?.edges ?? parseEdges(log)),
  };
}

const isCalled = ({ waitReason }: Doc<"runs">) => waitReason === "call" || waitReason === "breaker";

/** What is under way, as it may be shown. */
async function pendingsIn(
  ctx: QueryCtx,
  run: Doc<"runs">,
  { state, vault }: { state: RunState; vault: Vault | null },
): Promise<OperationRecord[]> {
  const pending = pendingOperations(state, Date.now());
  const plan = pending.length > 0 ? await getPlan(ctx, run) : null;
  const recorder = createRecorder(plan && rulesOf(plan), vault);
  return recorder ? pending.map((operation) => recorder.hide(operation)) : pending;
}

/** The payload's text; null while it is still in a file. */
async function getPayload(ctx: QueryCtx, log: Doc<"runLogs">): Promise<string | null> {
  try {
    return await readPayload(ctx, log);
  } catch {
    return null;
  }
}

async function readLog(ctx: QueryCtx, log: Doc<"runLogs">): Promise<{ records: OperationRecord[]; isCut: boolean }> {
  const records: OperationRecord[] = [];
  let characters = 0;
  if (log.closedParts > 0) {
    for await (const { text = "" } of partsOf(ctx, { logId: log._id, kind: "operations" })) {
      characters += text.length;
      if (characters > MAX_LOG_CHARACTERS) return { records, isCut: true };
      records.push(...unpackOperations(text));
    }
  }
  records.push(...unpackOperations(log.operations));
  return { records, isCut: false };
}

const mayAnswer = (ctx: OrgQueryCtx): boolean => ctx.actor.permissions.has("scenario:execute");

/** An address that was sent to somebody is a key: who may not answer does not get it from the log. */
const withoutTokens = (operations: RunDetail["operations"]): RunDetail["operations"] =>
  JSON.parse(hideTokens(JSON.stringify(operations))) as RunDetail["operations"];

function describeOperation(record: OperationRecord, payload: string | null): RunDetail["operations"][number] {
  return {
    id: record.id,
    nodeId: record.nodeId,
    bundlePath: record.bundlePath,
    state: record.state,
    attempts: record.attempts.map(describeAttempt),
    input: shorten(JSON.stringify(record.input), 2 * SHOWN_CHARACTERS),
    output: shorten(outputOf(record, payload), 2 * SHOWN_CHARACTERS),
    error: record.error && describeError(record.error),
    startedAt: record.startedAt,
    durationMs: record.durationMs,
    ...(record.simulated && { simulated: record.simulated }),
    ...(record.missing && { missing: record.missing }),
  };
}

/** The trigger's output is the run's payload, which the log does not repeat. */
function outputOf(record: OperationRecord, payload: string | null): string {
  return record.id === 1 && payload !== null ? payload : JSON.stringify(record.output);
}

function shorten(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const start = text.slice(0, SHOWN_CHARACTERS).toWellFormed();
  const mark: CutValue = { _cut: true, characters: text.length, start };
  return JSON.stringify(mark);
}

function describeAttempt({ error, ...attempt }: AttemptRecord) {
  return error ? { ...attempt, error: describeError(error) } : attempt;
}

/** Details may have any keys, which Convex objects may not: they cross as text. */
function describeError({ details, ...error }: OperationError): Infer<typeof operationErrorValidator> {
  return details === undefined ? error : { ...error, details: JSON.stringify(details) };
}

function parseEdges(log: Doc<"runLogs"> | null): RunState["edges"] {
  return log?.edges === undefined ? {} : (JSON.parse(log.edges) as RunState["edges"]);
}

async function describeEdges(
  ctx: QueryCtx,
  run: Doc<"runs">,
  counts: RunState["edges"],
): Promise<RunDetail["edgesTaken"]> {
  if (Object.keys(counts).length === 0) return [];
  const plan = await getPlan(ctx, run);
  return Object.entries(counts).flatMap(([index, [seen, passed]]) => {
    const edge = plan?.edges[Number(index)];
    return edge ? [{ ...edge, seen, passed }] : [];
  });
}
