import { z } from "zod";
import { emptyQueue } from "../../queue/emptying.ts";
import { MAX_ORGANIZATION_LIMIT, updateGate } from "../../queue/organization.ts";
import { getQueue } from "../../queue/overview.ts";
import { pauseScenario, resumeScenario } from "../../queue/scenario.ts";
import { apiMutationOperation, apiQueryOperation, type Operation } from "./operation.ts";
import { loadScenarioJson, scenarioParams } from "./scenarioOperations.ts";
import { queueSchema, scenarioSchema } from "./schemas.ts";

export const queueOperations: Operation[] = [
  apiQueryOperation({
    id: "getQueue",
    method: "GET",
    path: "/queue",
    summary: "What waits, runs and was done lately, in all and per scenario",
    permission: "scenario:read",
    status: 200,
    response: queueSchema,
    handler: (ctx) => getQueue(ctx),
  }),
  apiMutationOperation({
    id: "updateQueue",
    method: "PATCH",
    path: "/queue",
    summary: "Pause or resume all scenarios, refuse new work until the rest is done, or limit concurrent runs",
    permission: "org:settings:update",
    body: z.strictObject({
      paused: z.boolean().optional(),
      draining: z.boolean().optional().describe("Webhooks are answered 503 with Retry-After meanwhile"),
      maxConcurrentRuns: z.number().int().min(1).max(MAX_ORGANIZATION_LIMIT).nullable().optional(),
    }),
    status: 200,
    response: queueSchema,
    handler: async (ctx, { body }) => {
      await updateGate(ctx, body);
      return await getQueue(ctx);
    },
  }),
  apiMutationOperation({
    id: "pauseScenario",
    method: "POST",
    path: "/scenarios/{id}/pause",
    summary: "Pause a scenario: events are accepted and kept, runs wait after their current operation",
    permission: "scenario:update",
    params: scenarioParams,
    status: 200,
    response: scenarioSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params }) => {
      await pauseScenario(ctx, { scenarioId: params.id });
      return await loadScenarioJson(ctx, params.id);
    },
  }),
  apiMutationOperation({
    id: "resumeScenario",
    method: "POST",
    path: "/scenarios/{id}/resume",
    summary: "Resume a paused scenario: its runs go on in the order in which they came",
    permission: "scenario:update",
    params: scenarioParams,
    status: 200,
    response: scenarioSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params }) => {
      await resumeScenario(ctx, { scenarioId: params.id });
      return await loadScenarioJson(ctx, params.id);
    },
  }),
  apiMutationOperation({
    id: "emptyScenarioQueue",
    method: "POST",
    path: "/scenarios/{id}/empty-queue",
    summary:
      "Cancel all runs of a scenario that wait to be worked on, in the background; the queue tells how far it is",
    permission: "scenario:admin",
    params: scenarioParams,
    status: 202,
    response: queueSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params }) => {
      await emptyQueue(ctx, { scenarioId: params.id });
      return await getQueue(ctx);
    },
  }),
];
