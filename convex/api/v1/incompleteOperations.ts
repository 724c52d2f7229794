/** Decisions about incomplete runs, one by one and many at once. */
import { z } from "zod";
import { cancelBulk, describeBatch, requireBatch, startBulk } from "../../runs/bulk.ts";
import { resolveRun, restartRun, retryRun, stopRetries } from "../../runs/decisions.ts";
import { summarizeIncomplete } from "../../runs/incomplete.ts";
import { getVersionChoice } from "../../runs/versionChoice.ts";
import { apiMutationOperation, apiQueryOperation, type Operation } from "./operation.ts";
import { loadRunJson, runParams, startedJson } from "./runOperations.ts";
import { runSchema } from "./schemas.ts";

const generation = z
  .number()
  .int()
  .optional()
  .describe("Of the run as you have seen it: 409 when it has gone on since");
const changes = z
  .record(z.string(), z.json())
  .describe("Fields of the stopped operation's input and what to replace them by; 422 names those that are refused");
const sourceSchema = z.enum(["original", "published"]);

const time = z.number().describe("Milliseconds since 1970");
const batchSchema = z
  .object({
    id: z.string(),
    act: z.enum(["retry", "restart", "discard", "cancel"]),
    state: z.enum(["running", "done", "cancelled"]),
    total: z
      .number()
      .int()
      .describe("Runs that it is about; with a filter as counted at the beginning, up to 1,000 per state"),
    handled: z.number().int(),
    failed: z.number().int(),
    failures: z.array(z.object({ runId: z.string(), message: z.string() })).describe("The first fifty"),
    startedAt: time,
    endedAt: time.nullable(),
  })
  .meta({ id: "BulkAct" });
const batchParams = z.object({ id: z.string() });

const versionChoiceSchema = z
  .object({
    original: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("version"), number: z.number().int() }),
      z.object({ kind: z.literal("draft"), revision: z.number().int() }),
    ]),
    published: z
      .object({
        number: z.number().int(),
        isSame: z.boolean(),
        difference: z.string(),
        hasNode: z.boolean().describe("Whether it still has the node at which the run stopped"),
      })
      .nullable(),
  })
  .meta({ id: "VersionChoice" });

const summarySchema = z
  .object({
    count: z.number().int(),
    isCut: z.boolean().describe("Whether there are more than were looked at"),
    groups: z.array(
      z.object({
        scenarioId: z.string(),
        scenarioName: z.string(),
        code: z.string().optional(),
        nodeId: z.number().int().optional(),
        nodeName: z.string().optional(),
        error: z.string().optional().describe("Of the newest run of the group"),
        newestAt: time,
        count: z.number().int(),
        retrying: z.number().int().describe("How many of them try again by themselves"),
      }),
    ),
  })
  .meta({ id: "IncompleteSummary" });

export const incompleteOperations: Operation[] = [
  apiQueryOperation({
    id: "summarizeIncomplete",
    method: "GET",
    path: "/runs/incomplete",
    summary: "Incomplete runs of the organization, grouped by scenario, error and node",
    permission: "scenario:read",
    status: 200,
    response: summarySchema,
    handler: (ctx) => summarizeIncomplete(ctx),
  }),
  apiMutationOperation({
    id: "retryRun",
    method: "POST",
    path: "/runs/{id}/retry",
    summary: "Go on with an incomplete run from where it stopped, with edited data if wanted",
    permission: "scenario:execute",
    params: runParams,
    body: z.object({ changes: changes.optional(), generation }).default({}),
    status: 200,
    response: runSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params, body }) => {
      const edited = body.changes && { changes: JSON.stringify(body.changes) };
      const at = body.generation !== undefined && { generation: body.generation };
      await retryRun(ctx, { runId: params.id, ...at, ...edited });
      return await loadRunJson(ctx, params.id);
    },
  }),
  apiMutationOperation({
    id: "resolveRun",
    method: "POST",
    path: "/runs/{id}/resolve",
    summary: "Go on with an incomplete run as if its operation had been performed, with the given output",
    permission: "scenario:execute",
    params: runParams,
    body: z.object({ output: z.json(), generation }),
    status: 200,
    response: runSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params, body }) => {
      const at = body.generation !== undefined && { generation: body.generation };
      await resolveRun(ctx, { runId: params.id, ...at, output: JSON.stringify(body.output) });
      return await loadRunJson(ctx, params.id);
    },
  }),
  apiMutationOperation({
    id: "restartRun",
    method: "POST",
    path: "/runs/{id}/restart",
    summary: "Begin anew with an incomplete run's event, and discard it; answers with the new run",
    permission: "scenario:execute",
    params: runParams,
    body: z.object({ source: sourceSchema.default("original"), generation }).default({ source: "original" }),
    status: 202,
    response: runSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params, body }) => {
      const at = body.generation !== undefined && { generation: body.generation };
      return await startedJson(ctx, await restartRun(ctx, { runId: params.id, ...at, source: body.source }));
    },
  }),
  apiMutationOperation({
    id: "stopRetries",
    method: "POST",
    path: "/runs/{id}/stop-retries",
    summary: "Let an incomplete run wait for a person instead of trying again by itself",
    permission: "scenario:execute",
    params: runParams,
    status: 200,
    response: runSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params }) => {
      await stopRetries(ctx, { runId: params.id });
      return await loadRunJson(ctx, params.id);
    },
  }),
  apiQueryOperation({
    id: "getVersionChoice",
    method: "GET",
    path: "/runs/{id}/version-choice",
    summary: "How the published version differs from what a run is pinned to",
    permission: "scenario:read",
    params: runParams,
    status: 200,
    response: versionChoiceSchema,
    errors: ["not_found"],
    handler: (ctx, { params }) => getVersionChoice(ctx, { runId: params.id }),
  }),
  apiMutationOperation({
    id: "startBulkAct",
    method: "POST",
    path: "/runs/bulk",
    summary: "Retry, restart, discard or cancel many runs in the background",
    permission: "scenario:execute",
    body: z.object({
      act: z
        .enum(["retry", "restart", "discard", "cancel"])
        .describe("`cancel` is for live runs, the others for incomplete ones"),
      runIds: z.array(z.string()).max(500).optional(),
      filter: z
        .object({ scenarioId: z.string(), code: z.string(), nodeId: z.number().int() })
        .partial()
        .optional()
        .describe("Instead of `runIds`: all incomplete runs that match; for `cancel` all live runs of the scenario"),
      unknown: z
        .enum(["skip", "again"])
        .default("skip")
        .describe(
          "What a retry does with operations that may have been performed: list them as failures, or perform them again",
        ),
      source: sourceSchema.default("original").describe("What `restart` executes"),
    }),
    status: 202,
    response: batchSchema,
    errors: ["not_found"],
    handler: async (ctx, { body: { runIds, filter, ...request } }) => {
      const selection = { ...(runIds && { runIds }), ...(filter && { filter }) };
      const batchId = await startBulk(ctx, { ...request, ...selection });
      return describeBatch(await requireBatch(ctx, { batchId }));
    },
  }),
  apiQueryOperation({
    id: "getBulkAct",
    method: "GET",
    path: "/runs/bulk/{id}",
    summary: "Read how far a bulk act is carried out",
    permission: "scenario:read",
    params: batchParams,
    status: 200,
    response: batchSchema,
    errors: ["not_found"],
    handler: async (ctx, { params }) => describeBatch(await requireBatch(ctx, { batchId: params.id })),
  }),
  apiMutationOperation({
    id: "cancelBulkAct",
    method: "POST",
    path: "/runs/bulk/{id}/cancel",
    summary: "Stop carrying out a bulk act; what was done stays done",
    permission: "scenario:execute",
    params: batchParams,
    status: 200,
    response: batchSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params }) => {
      await cancelBulk(ctx, { batchId: params.id });
      return describeBatch(await requireBatch(ctx, { batchId: params.id }));
    },
  }),
];
