import { z } from "zod";
import { requireDraftOf } from "../../drafts/read.ts";
import { requireScenario } from "../../scenarios/access.ts";
import { MAX_VERSIONS } from "../../versions/append.ts";
import { compareVersions } from "../../versions/compare.ts";
import { getVersionSummary, listVersionsBefore, publish, rollback } from "../../versions/model.ts";
import { ApiFailure, apiMutationOperation, apiQueryOperation, type Operation } from "./operation.ts";
import { scenarioParams } from "./scenarioOperations.ts";
import { listOf, pageQuery, versionSchema } from "./schemas.ts";

const sideSchema = z
  .union([z.literal("draft"), z.coerce.number().int().positive()])
  .describe("A version's number, or `draft`");

const anyChange = z.unknown();
const listChanges = z.object({ added: z.array(anyChange), removed: z.array(anyChange), changed: z.array(anyChange) });

const comparisonSchema = z
  .object({
    summary: z.object({
      added: z.number(),
      removed: z.number(),
      changed: z.number(),
      moved: z.number(),
      text: z.string(),
    }),
    breaking: z
      .array(z.object({ code: z.string(), nodeId: z.number().int(), message: z.string() }))
      .describe("What senders, or runs that are under way, may trip over"),
    diff: z
      .object({ nodes: listChanges, edges: listChanges, notes: listChanges, settings: z.array(anyChange) })
      .describe("`changed` names the item and its fields by path, with the values before and after"),
  })
  .meta({ id: "Comparison" });

const atLimit = () =>
  new ApiFailure("limit_reached", `A scenario can have ${MAX_VERSIONS} versions that are not archived.`);

export const versionOperations: Operation[] = [
  apiMutationOperation({
    id: "publish",
    method: "POST",
    path: "/scenarios/{id}/versions",
    summary: "Publish the draft as the next version",
    permission: "scenario:publish",
    params: scenarioParams,
    body: z
      .object({
        label: z.string().optional(),
        note: z.string().optional(),
        draftRevision: z.number().int().optional().describe("Publish only if the draft is still at this revision"),
      })
      .default({}),
    status: 201,
    response: versionSchema,
    errors: ["not_found", "conflict", "limit_reached"],
    handler: async (ctx, { params, body }) => {
      const scenario = await requireScenario(ctx, { scenarioId: params.id });
      const draftRevision = body.draftRevision ?? (await requireDraftOf(ctx, scenario._id)).revision;
      const published = await publish(ctx, { ...body, scenarioId: params.id, draftRevision });
      switch (published.kind) {
        case "ok":
          return await getVersionSummary(ctx, { scenarioId: params.id, number: published.number });
        case "unchanged":
          return new ApiFailure("conflict", `The draft equals version ${published.number}, which is published.`, {
            reason: "unchanged",
            number: published.number,
          });
        case "invalid":
          return new ApiFailure("invalid", "The draft cannot be published.", { issues: published.issues });
        case "conflict":
          return new ApiFailure("conflict", "The draft has changed since that revision.", {
            head: { revision: published.revision },
          });
        case "version_limit":
          return atLimit();
      }
    },
  }),
  apiQueryOperation({
    id: "listVersions",
    method: "GET",
    path: "/scenarios/{id}/versions",
    summary: "List a scenario's versions, the newest first",
    permission: "scenario:read",
    params: scenarioParams,
    query: z.object(pageQuery),
    status: 200,
    response: listOf(versionSchema),
    errors: ["not_found"],
    handler: async (ctx, { params, query }) => {
      const before = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(query.cursor);
      if (!Number.isInteger(before)) {
        return new ApiFailure("invalid", "The cursor is not one that a list has handed out.");
      }
      const items = await listVersionsBefore(ctx, { scenarioId: params.id, before, limit: query.limit });
      const last = items.at(-1);
      const more = items.length === query.limit && last !== undefined && last.number > 1;
      return { items, nextCursor: more ? String(last.number) : null };
    },
  }),
  apiQueryOperation({
    id: "compareVersions",
    method: "GET",
    path: "/scenarios/{id}/versions/compare",
    summary: "What leads from one version, or the draft, to another",
    permission: "scenario:read",
    params: scenarioParams,
    query: z.object({
      from: sideSchema.optional().describe("A version's number, or `draft`; the published version, where it is absent"),
      to: sideSchema.default("draft"),
    }),
    status: 200,
    response: comparisonSchema,
    errors: ["not_found"],
    handler: (ctx, { params, query }) => compareVersions(ctx, { scenarioId: params.id, ...query }),
  }),
  apiMutationOperation({
    id: "rollback",
    method: "POST",
    path: "/scenarios/{id}/versions/{n}/rollback",
    summary: "Publish an earlier version's content again, as a new version",
    permission: "scenario:admin",
    params: scenarioParams.extend({ n: z.coerce.number().int().positive() }),
    status: 201,
    response: versionSchema,
    errors: ["not_found", "conflict", "limit_reached"],
    handler: async (ctx, { params }) => {
      const rolledBack = await rollback(ctx, { scenarioId: params.id, number: params.n });
      switch (rolledBack.kind) {
        case "ok":
          return await getVersionSummary(ctx, { scenarioId: params.id, number: rolledBack.number });
        case "current":
          return new ApiFailure("conflict", "This version is the published one.", { reason: "current" });
        case "archived":
          return new ApiFailure("conflict", "This version is archived.", { reason: "archived" });
        case "version_limit":
          return atLimit();
      }
    },
  }),
];
