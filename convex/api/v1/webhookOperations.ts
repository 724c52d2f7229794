import { z } from "zod";
import { removeSecret, setSecret } from "../../webhooks/secrets.ts";
import { getListening, getSecurity } from "../../webhooks/model.ts";
import { apiMutationOperation, apiQueryOperation, type Operation } from "./operation.ts";
import { scenarioParams } from "./scenarioOperations.ts";
import { time, webhookSchema } from "./schemas.ts";

export const webhookOperations: Operation[] = [
  apiQueryOperation({
    id: "getWebhook",
    method: "GET",
    path: "/scenarios/{id}/webhook",
    summary: "Read a webhook's address, since when it has its secrets, and what it refused lately",
    permission: "scenario:update",
    params: scenarioParams,
    status: 200,
    response: webhookSchema,
    errors: ["not_found"],
    handler: async (ctx, { params }) => {
      const scenario = { scenarioId: params.id };
      const { url } = await getListening(ctx, scenario);
      const { secrets, refusals } = await getSecurity(ctx, scenario);
      const latest = refusals.latest.map(({ address = null, ...refusal }) => ({ ...refusal, address }));
      return { url, secrets, refusedLastDay: refusals.countsLastDay, latestRefusals: latest };
    },
  }),
  apiMutationOperation({
    id: "setWebhookSecret",
    method: "POST",
    path: "/scenarios/{id}/webhook/secret",
    summary:
      "Set or replace a webhook's secret; it is in the answer this once, and the one before counts on for a while",
    permission: "scenario:update",
    params: scenarioParams,
    body: z
      .strictObject({
        secret: z.string().optional().describe("One that the service gave; made here where absent"),
        overlapHours: z
          .number()
          .optional()
          .describe("For how long the one before counts on; 24 where absent, 0 to 720"),
      })
      .default({}),
    status: 200,
    response: z.object({ secret: z.string(), previousValidUntil: time.nullable() }),
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params, body }) =>
      await setSecret(ctx, {
        scenarioId: params.id,
        ...(body.secret !== undefined && { given: body.secret }),
        ...(body.overlapHours !== undefined && { overlapHours: body.overlapHours }),
      }),
  }),
  removal("removeWebhookSecrets", "/secret", "all", "Take a webhook's secrets away, where nothing checks them"),
  removal("endPreviousWebhookSecret", "/secret/previous", "previous", "End the secret that was replaced, at once"),
];

function removal(id: string, path: string, which: "all" | "previous", summary: string): Operation {
  return apiMutationOperation({
    id,
    method: "DELETE",
    path: `/scenarios/{id}/webhook${path}`,
    summary,
    permission: "scenario:update",
    params: scenarioParams,
    status: 200,
    response: z.object({ secrets: webhookSchema.shape.secrets }),
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params }) => {
      const scenario = { scenarioId: params.id };
      await removeSecret(ctx, { ...scenario, which });
      return { secrets: (await getSecurity(ctx, scenario)).secrets };
    },
  });
}
