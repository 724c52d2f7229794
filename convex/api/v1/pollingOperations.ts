import type { OrgQueryCtx } from "../../functions.ts";
import { appError } from "../../lib/errors.ts";
import { describePolling, pollSoon, startAnew } from "../../polling/model.ts";
import { apiMutationOperation, apiQueryOperation, type Operation } from "./operation.ts";
import { scenarioParams } from "./scenarioOperations.ts";
import { pollingSchema } from "./schemas.ts";

async function requirePolling(ctx: OrgQueryCtx, scenarioId: string) {
  const polling = await describePolling(ctx, { scenarioId });
  if (polling === null) throw appError("not_found", "The scenario's published version is not started by polling.");
  return polling;
}

const about = { permission: "scenario:execute", params: scenarioParams, status: 200, response: pollingSchema } as const;

export const pollingOperations: Operation[] = [
  apiQueryOperation({
    ...about,
    id: "getPolling",
    method: "GET",
    path: "/scenarios/{id}/polling",
    summary: "Read when a polled scenario was and will be polled, and what went wrong",
    permission: "scenario:read",
    errors: ["not_found"],
    handler: (ctx, { params }) => requirePolling(ctx, params.id),
  }),
  apiMutationOperation({
    ...about,
    id: "pollNow",
    method: "POST",
    path: "/scenarios/{id}/polling/poll",
    summary: "Poll at once instead of at the next time",
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params }) => {
      await pollSoon(ctx, { scenarioId: params.id });
      return await requirePolling(ctx, params.id);
    },
  }),
  apiMutationOperation({
    ...about,
    id: "restartPolling",
    method: "POST",
    path: "/scenarios/{id}/polling/restart",
    summary: "Forget the place that was reached, and begin again where the trigger says",
    permission: "scenario:update",
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params }) => {
      await startAnew(ctx, { scenarioId: params.id });
      return await requirePolling(ctx, params.id);
    },
  }),
];
