import { z } from "zod";
import type { OrgQueryCtx } from "../../functions.ts";
import { notFound } from "../../lib/errors.ts";
import { requireOwned } from "../../lib/ids.ts";
import type { RunDetail } from "../../runs/detail.ts";
import { summarizeRun } from "../../runs/listing.ts";
import { cancelRun, getRunDetail, listRuns, startRun, type StartResult } from "../../runs/model.ts";
import { runNode } from "../../runs/nodeRun.ts";
import { replayRun } from "../../runs/replay.ts";
import { ApiFailure, apiMutationOperation, apiQueryOperation, type Operation } from "./operation.ts";
import { scenarioParams } from "./scenarioOperations.ts";
import { dryRunSchema, listOf, pageQuery, runDetailSchema, runSchema, runStateSchema } from "./schemas.ts";

export const runParams = z.object({ id: z.string() });

/** What to execute; a version without `number` is the published one. */
const startSourceSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("draft") }),
  z.object({ kind: z.literal("version"), number: z.number().int().positive().optional() }),
]);

type RunSummary = ReturnType<typeof summarizeRun>;

function runJson(run: RunSummary) {
  const { id, scenarioId, state, source, trigger, startedAt, endedAt, operationCount } = run;
  const { parentRunId = null, error = null, dryRun = null, onlyNode = null } = run;
  const facts = { id, scenarioId, state, source, trigger, parentRunId, startedAt, endedAt, operationCount };
  return { ...facts, error, dryRun, onlyNode };
}

export async function loadRunJson(ctx: OrgQueryCtx, runId: string) {
  const owner = { organizationId: ctx.actor.organizationId, id: runId };
  const run = await requireOwned(ctx, "runs", { ...owner, what: "run" });
  return runJson(summarizeRun(run, ""));
}

function runDetailJson(run: RunDetail) {
  return {
    ...runJson(run),
    payload: parse(run.payload),
    operations: run.operations.map((operation) => ({
      id: String(operation.id),
      nodeId: operation.nodeId,
      bundlePath: operation.bundlePath,
      state: operation.state,
      attempts: operation.attempts.length,
      input: parse(operation.input),
      output: parse(operation.output),
      error: operation.error && { ...operation.error, details: parse(operation.error.details) },
      startedAt: operation.startedAt,
      durationMs: operation.durationMs,
      simulated: operation.simulated ?? null,
    })),
    operationsCut: run.operationsCut,
    generation: run.generation,
    stopped: run.stopped ? { ...run.stopped, retryAt: run.retryAt ?? null } : null,
    repeats: run.links.from?.runId ?? null,
    repeatedBy: run.links.to.map(({ runId }) => runId),
  };
}

/** JSON text that this backend stored; null stays null, and what is missing becomes null. */
const parse = (text: string | null | undefined) => (text ? (JSON.parse(text) as z.core.util.JSONType) : null);

export async function startedJson(ctx: OrgQueryCtx, started: StartResult) {
  if (started.kind === "ok") return await loadRunJson(ctx, started.runId);
  return new ApiFailure("invalid", "The scenario cannot be run.", { issues: started.issues });
}

/** Filters of run lists. */
const failureQuery = {
  state: runStateSchema.optional(),
  code: z.string().optional().describe("Of the error that a run failed or stopped with"),
  nodeId: z.coerce.number().int().positive().optional().describe("The node at which it failed or stopped"),
};

export const runOperations: Operation[] = [
  apiMutationOperation({
    id: "startRun",
    method: "POST",
    path: "/scenarios/{id}/runs",
    summary:
      "Start a run; the payload becomes the body of the trigger's bundle, or the inputs of a scenario that others call",
    permission: "scenario:execute",
    params: scenarioParams,
    body: z
      .object({
        payload: z.json().default({}),
        source: startSourceSchema.default({ kind: "version" }),
        dryRun: dryRunSchema.optional().describe("Changes nothing outside: writes are simulated and marked"),
      })
      .default({ payload: {}, source: { kind: "version" } }),
    status: 202,
    response: runSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params, body }) => {
      const payload = JSON.stringify(body.payload);
      return await startedJson(ctx, await startRun(ctx, { ...body, scenarioId: params.id, payload }));
    },
  }),
  apiQueryOperation({
    id: "listRuns",
    method: "GET",
    path: "/scenarios/{id}/runs",
    summary: "List a scenario's runs, the newest first",
    permission: "scenario:read",
    params: scenarioParams,
    query: z.object({
      ...pageQuery,
      version: z.coerce.number().int().positive().optional(),
      ...failureQuery,
    }),
    status: 200,
    response: listOf(runSchema),
    errors: ["not_found"],
    handler: async (ctx, { params, query: { limit, cursor, ...filter } }) => {
      const paginationOpts = { numItems: limit, cursor: cursor ?? null };
      const { page, isDone, continueCursor } = await listRuns(ctx, {
        scenarioId: params.id,
        ...filter,
        paginationOpts,
      });
      return { items: page.map(runJson), nextCursor: isDone ? null : continueCursor };
    },
  }),
  apiQueryOperation({
    id: "listAllRuns",
    method: "GET",
    path: "/runs",
    summary: "List the organization's runs, the newest first",
    permission: "scenario:read",
    query: z.object({ ...pageQuery, ...failureQuery }),
    status: 200,
    response: listOf(runSchema),
    handler: async (ctx, { query: { limit, cursor, ...filter } }) => {
      const paginationOpts = { numItems: limit, cursor: cursor ?? null };
      const { page, isDone, continueCursor } = await listRuns(ctx, { ...filter, paginationOpts });
      return { items: page.map(runJson), nextCursor: isDone ? null : continueCursor };
    },
  }),
  apiQueryOperation({
    id: "getRun",
    method: "GET",
    path: "/runs/{id}",
    summary: "Read a run with its operations",
    permission: "scenario:read",
    params: runParams,
    status: 200,
    response: runDetailSchema,
    errors: ["not_found"],
    handler: async (ctx, { params }) => {
      const run = await getRunDetail(ctx, { runId: params.id });
      if (run === null) throw notFound("run");
      return runDetailJson(run);
    },
  }),
  apiMutationOperation({
    id: "cancelRun",
    method: "POST",
    path: "/runs/{id}/cancel",
    summary: "Stop a run before its next operation",
    permission: "scenario:execute",
    params: runParams,
    status: 200,
    response: runSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params }) => {
      await cancelRun(ctx, { runId: params.id });
      return await loadRunJson(ctx, params.id);
    },
  }),
  apiMutationOperation({
    id: "replayRun",
    method: "POST",
    path: "/runs/{id}/replay",
    summary: "Start a new run with the payload of an earlier one",
    permission: "scenario:execute",
    params: runParams,
    body: z
      .object({
        source: z
          .union([z.enum(["original", "published", "draft"]), z.object({ version: z.number().int().positive() })])
          .default("original"),
        dryRun: dryRunSchema.optional().describe("Changes nothing outside: writes are simulated and marked"),
      })
      .default({ source: "original" }),
    status: 202,
    response: runSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params, body }) =>
      await startedJson(ctx, await replayRun(ctx, { ...body, runId: params.id })),
  }),
  apiMutationOperation({
    id: "runNode",
    method: "POST",
    path: "/scenarios/{id}/nodes/{nodeId}/run",
    summary: "Execute one node of the draft alone; a write is really done",
    permission: "scenario:execute",
    params: z.object({ id: z.string(), nodeId: z.coerce.number().int().positive() }),
    body: z
      .object({
        bundles: z
          .record(z.string().regex(/^\d+$/), z.json())
          .default({})
          .describe("What nodes before it have emitted, by their ids; their newest output where one is left out"),
      })
      .default({ bundles: {} }),
    status: 202,
    response: runSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params, body }) => {
      const bundles = JSON.stringify(body.bundles);
      return await startedJson(ctx, await runNode(ctx, { scenarioId: params.id, nodeId: params.nodeId, bundles }));
    },
  }),
];
