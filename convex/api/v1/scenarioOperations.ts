import { z } from "zod";
import type { Doc } from "../../_generated/dataModel.d.ts";
import { saveDraft } from "../../drafts/model.ts";
import { requireDraftOf } from "../../drafts/read.ts";
import type { OrgQueryCtx } from "../../functions.ts";
import { pauseOf } from "../../runs/gates.ts";
import { requireScenario } from "../../scenarios/access.ts";
import { parseStored } from "../../scenarios/definition.ts";
import {
  archiveScenario,
  createScenario,
  describeTrigger,
  restoreScenario,
  updateScenario,
  visibleWebhookUrl,
} from "../../scenarios/model.ts";
import { ApiFailure, apiMutationOperation, apiQueryOperation, type Operation } from "./operation.ts";
import { draftSchema, listOf, pageQuery, scenarioSchema } from "./schemas.ts";

export const scenarioParams = z.object({ id: z.string() });

/** Definitions are checked by core, which says more than a schema can: here they are only JSON. */
const anyDefinition = z.json().describe("A definition; see the Scenario schema");

/** Definitions in one page of a list; the page ends early rather than grow without bound. */
const MAX_PAGE_BYTES = 4_000_000;

async function scenarioJson(ctx: OrgQueryCtx, scenario: Doc<"scenarios">, draft: Doc<"drafts">) {
  return {
    id: scenario._id,
    name: scenario.name,
    description: scenario.description,
    enabled: scenario.enabled,
    paused: pauseOf(scenario),
    webhookUrl: await visibleWebhookUrl(ctx, scenario),
    publishedVersion: scenario.publishedNumber ?? null,
    ...(await describeTrigger(ctx, scenario)),
    draft: { revision: draft.revision, definition: parseStored(draft.definition) },
    // Convex tells rows of the same millisecond apart by a fraction.
    createdAt: Math.floor(scenario._creationTime),
    updatedAt: scenario.updatedAt,
    archivedAt: scenario.archivedAt ?? null,
  };
}

/** A scenario with its draft, as the API shows it. Throws `not_found`. */
export async function loadScenarioJson(ctx: OrgQueryCtx, scenarioId: string) {
  const scenario = await requireScenario(ctx, { scenarioId });
  return await scenarioJson(ctx, scenario, await requireDraftOf(ctx, scenario._id));
}

/** Where a list goes on: rows are ordered by when they were deleted (if they were), then by when they were created. */
interface Position {
  archivedAt: number | undefined;
  createdAt: number;
}

function readCursor(query: { cursor?: string; archived: boolean }): Position | null {
  if (query.cursor === undefined) {
    return { archivedAt: query.archived ? Number.MAX_VALUE : undefined, createdAt: Number.MAX_VALUE };
  }
  const [createdAt, archivedAt] = query.cursor.split("_").map(Number);
  if (createdAt === undefined || Number.isNaN(createdAt) || Number.isNaN(archivedAt)) return null;
  return (archivedAt !== undefined) === query.archived ? { createdAt, archivedAt } : null;
}

const writeCursor = (scenario: Doc<"scenarios">) =>
  scenario.archivedAt === undefined
    ? String(scenario._creationTime)
    : `${scenario._creationTime}_${scenario.archivedAt}`;

function rowsBefore(ctx: OrgQueryCtx, position: Position) {
  const { archivedAt, createdAt } = position;
  return ctx.db
    .query("scenarios")
    .withIndex("by_organization_and_archivedAt", (q) => {
      const own = q.eq("organizationId", ctx.actor.organizationId);
      return archivedAt === undefined
        ? own.eq("archivedAt", undefined).lt("_creationTime", createdAt)
        : own.gt("archivedAt", 0).lte("archivedAt", archivedAt);
    })
    .order("desc");
}

async function listPage(ctx: OrgQueryCtx, query: { limit: number; cursor?: string; archived: boolean }) {
  const position = readCursor(query);
  if (position === null) return new ApiFailure("invalid", "The cursor is not one that this list has handed out.");
  const items = [];
  let bytes = 0;
  let last: Doc<"scenarios"> | undefined;
  for await (const scenario of rowsBefore(ctx, position)) {
    const seen = scenario.archivedAt === position.archivedAt && scenario._creationTime >= position.createdAt;
    if (seen) continue;
    const full = items.length === query.limit || bytes > MAX_PAGE_BYTES;
    if (full && last !== undefined) return { items, nextCursor: writeCursor(last) };
    const draft = await requireDraftOf(ctx, scenario._id);
    items.push(await scenarioJson(ctx, scenario, draft));
    bytes += draft.definition.length;
    last = scenario;
  }
  return { items, nextCursor: null };
}

export const scenarioOperations: Operation[] = [
  apiMutationOperation({
    id: "createScenario",
    method: "POST",
    path: "/scenarios",
    summary: "Create a scenario, switched off, with a draft",
    permission: "scenario:create",
    body: z.object({
      name: z.string(),
      description: z.string().optional(),
      definition: anyDefinition.optional(),
    }),
    status: 201,
    response: scenarioSchema,
    handler: async (ctx, { body: { definition, ...fields } }) => {
      const text = definition === undefined ? {} : { definition: JSON.stringify(definition) };
      return await loadScenarioJson(ctx, await createScenario(ctx, { ...fields, ...text }));
    },
  }),
  apiQueryOperation({
    id: "listScenarios",
    method: "GET",
    path: "/scenarios",
    summary: "List scenarios, the newest first",
    permission: "scenario:read",
    query: z.object({
      ...pageQuery,
      archived: z.stringbool().default(false).describe("List deleted scenarios instead"),
    }),
    status: 200,
    response: listOf(scenarioSchema),
    handler: (ctx, { query }) => listPage(ctx, query),
  }),
  apiQueryOperation({
    id: "getScenario",
    method: "GET",
    path: "/scenarios/{id}",
    summary: "Read a scenario with its draft",
    permission: "scenario:read",
    params: scenarioParams,
    status: 200,
    response: scenarioSchema,
    errors: ["not_found"],
    handler: (ctx, { params }) => loadScenarioJson(ctx, params.id),
  }),
  apiMutationOperation({
    id: "updateScenario",
    method: "PATCH",
    path: "/scenarios/{id}",
    summary: "Rename, describe, enable or disable a scenario",
    permission: "scenario:update",
    params: scenarioParams,
    body: z.strictObject({
      name: z.string().optional(),
      description: z.string().optional(),
      enabled: z.boolean().optional(),
    }),
    status: 200,
    response: scenarioSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params, body }) => {
      await updateScenario(ctx, { scenarioId: params.id, ...body });
      return await loadScenarioJson(ctx, params.id);
    },
  }),
  apiMutationOperation({
    id: "deleteScenario",
    method: "DELETE",
    path: "/scenarios/{id}",
    summary: "Delete a scenario: it is switched off and archived, and can be restored",
    permission: "scenario:delete",
    params: scenarioParams,
    status: 200,
    response: scenarioSchema,
    errors: ["not_found"],
    handler: async (ctx, { params }) => {
      await archiveScenario(ctx, { scenarioId: params.id });
      return await loadScenarioJson(ctx, params.id);
    },
  }),
  apiMutationOperation({
    id: "restoreScenario",
    method: "POST",
    path: "/scenarios/{id}/restore",
    summary: "Bring a deleted scenario back, switched off",
    permission: "scenario:delete",
    params: scenarioParams,
    status: 200,
    response: scenarioSchema,
    errors: ["not_found"],
    handler: async (ctx, { params }) => {
      await restoreScenario(ctx, { scenarioId: params.id });
      return await loadScenarioJson(ctx, params.id);
    },
  }),
  apiMutationOperation({
    id: "saveDraft",
    method: "PUT",
    path: "/scenarios/{id}/draft",
    summary: "Replace the draft, if `baseRevision` is still its revision; 409 with the head otherwise",
    permission: "scenario:update",
    params: scenarioParams,
    body: z.object({ baseRevision: z.number().int(), definition: anyDefinition }),
    status: 200,
    response: draftSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params, body }) => {
      const definition = JSON.stringify(body.definition);
      const saved = await saveDraft(ctx, { scenarioId: params.id, baseRevision: body.baseRevision, definition });
      if (saved.kind === "invalid") {
        return new ApiFailure("invalid", "The definition is not valid.", { issues: saved.issues });
      }
      if (saved.kind === "conflict") {
        const head = { ...saved.head, definition: JSON.parse(saved.head.definition) as unknown };
        return new ApiFailure("conflict", "The draft has changed since that revision.", { head });
      }
      const { draft } = await loadScenarioJson(ctx, params.id);
      return { ...draft, updatedAt: saved.updatedAt };
    },
  }),
];
