/** The HTTP API's JSON, as zod schemas: they check requests, shape answers and make the OpenAPI document. */
import { answerFieldTypes, definitionSchema, operationErrorSchema } from "@patchbay/core";
import { z } from "zod";
import { errorStatuses, type ErrorCode } from "../../lib/errors.ts";

/** Unix time in milliseconds. */
export const time = z.number().describe("Unix time in milliseconds");

export const scenarioSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    enabled: z.boolean().describe("Whether its triggers start runs"),
    paused: z
      .enum(["scenario", "organization"])
      .nullable()
      .describe("By whom it is paused: events are accepted and kept, and its runs wait until it is resumed"),
    webhookUrl: z.string().nullable().describe("Null for those who may not edit the scenario"),
    publishedVersion: z.number().int().nullable(),
    publishedTrigger: z
      .enum(["webhook", "schedule", "polling", "manual", "call"])
      .nullable()
      .describe("What starts runs of the published version"),
    nextRunAt: time.nullable().describe("When its schedule strikes next"),
    draft: z.object({ revision: z.number().int(), definition: definitionSchema }),
    createdAt: time,
    updatedAt: time,
    archivedAt: time.nullable().describe("Set once it was deleted"),
  })
  .meta({ id: "Scenario" });

export const draftSchema = z
  .object({ revision: z.number().int(), definition: definitionSchema, updatedAt: time })
  .meta({ id: "Draft" });

export const versionSchema = z
  .object({
    number: z.number().int(),
    state: z.enum(["published", "superseded", "archived"]),
    label: z.string().nullable(),
    note: z.string().nullable(),
    restoredFrom: z.number().int().nullable().describe("The version whose content a rollback brought back"),
    contentHash: z.string(),
    createdAt: time,
    createdBy: z.object({ name: z.string() }),
    changes: z.object({ added: z.number(), removed: z.number(), changed: z.number(), moved: z.number() }),
    liveRuns: z.number().describe("Runs of it that have not ended; counted up to 100"),
  })
  .meta({ id: "Version" });

export const runStateSchema = z.enum([
  "queued",
  "running",
  "waiting",
  "incomplete",
  "succeeded",
  "failed",
  "cancelled",
]);

export const runSourceSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("version"), number: z.number().int() }),
  z.object({ kind: z.literal("draft"), revision: z.number().int() }),
]);

export const dryRunSchema = z.enum(["performReads", "simulateReads"]);

const runFields = {
  id: z.string(),
  scenarioId: z.string(),
  state: runStateSchema,
  source: runSourceSchema.describe("What the run is pinned to"),
  trigger: z.enum(["webhook", "schedule", "polling", "manual", "api", "replay", "node", "scenario"]),
  parentRunId: z.string().nullable().describe("The run of another scenario that called this one"),
  startedAt: time,
  endedAt: time.nullable(),
  operationCount: z.number().int(),
  error: z.string().nullable().describe("Why it failed or stopped, for a person"),
  dryRun: dryRunSchema.nullable().describe("Of a dry run: whether what only reads outside was performed"),
  onlyNode: z.number().int().nullable().describe("The one node that was executed, of runs of a single node"),
};

export const runSchema = z.object(runFields).meta({ id: "Run" });

export const operationSchema = z
  .object({
    id: z.string(),
    nodeId: z.number().int(),
    bundlePath: z.string(),
    state: z.string().describe("running, succeeded, failed, waiting, unknown, skipped or handled"),
    attempts: z.number().int(),
    input: z.json(),
    output: z.json(),
    error: operationErrorSchema.extend({ kind: z.string() }).nullable(),
    startedAt: time,
    durationMs: z.number(),
    simulated: z
      .enum(["lastOutput", "example", "shape", "nothing", "wait", "response"])
      .nullable()
      .describe("In a dry run: it was not performed, and where its output is from"),
  })
  .meta({ id: "Operation" });

export const runDetailSchema = z
  .object({
    ...runFields,
    payload: z.json().describe("The trigger's bundle"),
    operations: z.array(operationSchema),
    operationsCut: z.boolean().describe("Whether the run has more operations than are shown"),
    generation: z.number().int().describe("Rises when the run goes on; decisions about an incomplete run may carry it"),
    stopped: z
      .object({
        nodeId: z.number().int(),
        bundlePath: z.string(),
        reason: z.enum(["unknown", "broken"]).describe("unknown: nobody knows whether the operation was performed"),
        breaks: z.number().int(),
        retryAt: time.nullable(),
      })
      .nullable()
      .describe("Of an incomplete run: where it stopped"),
    repeats: z.string().nullable().describe("The run that this one repeats"),
    repeatedBy: z.array(z.string()),
  })
  .meta({ id: "RunDetail" });

export const webhookSchema = z
  .object({
    url: z.string(),
    secrets: z
      .array(z.object({ createdAt: time, validUntil: time.nullable().describe("Until when a replaced one counts") }))
      .describe("The newest first; the secrets themselves are never shown again"),
    refusedLastDay: z.record(z.string(), z.number().int()).describe("How many requests were refused, by reason"),
    latestRefusals: z.array(
      z.object({
        at: time,
        reason: z
          .string()
          .describe("method, address, secret, signature, timestamp, malformed, too_large, schema or rate_limit"),
        detail: z.string(),
        method: z.string(),
        address: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: "Webhook" });

const queueCounts = {
  ready: z.number().int().describe("Runs that wait for an executor"),
  running: z.number().int(),
  heldByTurn: z.number().int().describe("Runs that wait for the scenario's limit"),
  heldByPause: z.number().int(),
  heldByOrganization: z.number().int().describe("Runs that wait for the organization's limit"),
  sleeping: z.number().int().describe("Runs that wait for a time, an event or another run"),
  oldestAt: time.nullable().describe("When the oldest run that could go on, but does not, was started"),
  endedLastMinute: z.number().int(),
};

export const queueSchema = z
  .object({
    ...queueCounts,
    isCut: z.boolean().describe("Whether there is more than was counted"),
    pausedAt: time.nullable(),
    drainingSince: time.nullable().describe("Since when the organization takes no new work"),
    maintenanceSince: time.nullable().describe("Since when the whole deployment takes no new work"),
    maxConcurrentRuns: z.number().int().nullable().describe("Null: no limit but the fair share"),
    scenarios: z.array(
      z.object({
        ...queueCounts,
        id: z.string(),
        name: z.string(),
        paused: z.enum(["scenario", "organization"]).nullable(),
        emptying: z
          .object({ cancelled: z.number().int(), endedAt: time.nullable() })
          .nullable()
          .describe("How far emptying its queue is"),
      }),
    ),
  })
  .meta({ id: "Queue" });

export const pollingSchema = z
  .object({
    state: z
      .enum(["waiting", "polling", "failing", "off", "stopped"])
      .describe("`stopped`: switched off because its polls had failed for too long"),
    nextPollAt: time.nullable(),
    intervalMs: z.number(),
    begun: z.boolean().describe("Whether new items start runs by now"),
    lastPolledAt: time.nullable(),
    lastFoundAt: time.nullable(),
    lastFoundCount: z.number().int().nullable(),
    failures: z.number().int().describe("Polls that have failed since the last one that did not"),
    failingSince: time.nullable(),
    lastError: z.object({ kind: z.string(), message: z.string(), at: time }).nullable(),
    stoppedAt: time.nullable(),
  })
  .meta({ id: "Polling" });

export const meSchema = z
  .object({
    user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
    organization: z.object({ id: z.string(), name: z.string() }),
    role: z.enum(["viewer", "member", "admin", "owner"]),
    permissions: z.array(z.string()),
  })
  .meta({ id: "Me" });

export const errorSchema = z
  .object({
    error: z.object({
      code: z.enum(Object.keys(errorStatuses) as [ErrorCode, ...ErrorCode[]]),
      message: z.string(),
      details: z.json(),
    }),
  })
  .meta({ id: "Error" });

/** A page of a list: `nextCursor` is null on the last one. */
export const waitSchema = z
  .object({
    operationId: z.number().int(),
    nodeId: z.number().int(),
    bundlePath: z.string(),
    request: z.object({
      kind: z.enum(["approval", "event"]),
      title: z.string(),
      message: z.string(),
      fields: z.array(
        z.object({
          name: z.string(),
          label: z.string(),
          type: z.enum(answerFieldTypes),
          required: z.boolean(),
          choices: z.array(z.string()),
        }),
      ),
      approveLabel: z.string(),
      rejectLabel: z.string(),
    }),
    openedAt: time,
    dueAt: time,
    addresses: z
      .object({ resume: z.string(), page: z.string().optional() })
      .optional()
      .describe("Where others can answer: by POST, and on a page. For those who may execute the scenario"),
  })
  .meta({ id: "Wait" });

export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 100;

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z
    .string()
    .max(2_000)
    .optional()
    .transform((cursor) => cursor || undefined)
    .describe("`nextCursor` of the page before; none for the first page"),
};
