/** Connections as programs see them: names and how their services fare, never secrets. */
import { z } from "zod";
import { resetBreaker, setBreaker } from "../../connections/breakers.ts";
import { listConnections } from "../../connections/model.ts";
import type { OrgQueryCtx } from "../../functions.ts";
import { notFound } from "../../lib/errors.ts";
import { apiMutationOperation, apiQueryOperation, type Operation } from "./operation.ts";

const connectionParams = z.object({ id: z.string() });
const time = z.number().describe("Milliseconds since 1970");

const connectionSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    name: z.string(),
    breaker: z
      .object({
        opensAfter: z.number().int().describe("Failures in a row that pause the connection; 0: never"),
        pauseSeconds: z.number().int().describe("The first pause; it doubles with each trial that fails"),
        trouble: z
          .object({
            state: z.enum(["counting", "open", "trying"]).describe("open: operations wait; trying: one of them tries"),
            failures: z.number().int(),
            message: z.string(),
            lastFailedAt: time,
            openedAt: time.nullable(),
            nextTryAt: time.nullable(),
            waiting: z.number().int().describe("Runs that wait for it, counted up to a hundred"),
          })
          .nullable()
          .describe("Null while the service answers"),
      })
      .describe("The circuit breaker"),
  })
  .meta({ id: "Connection" });

async function connectionsJson(ctx: OrgQueryCtx) {
  return (await listConnections(ctx)).map(({ id, type, name, breaker }) => ({ id, type, name, breaker }));
}

async function connectionJson(ctx: OrgQueryCtx, id: string) {
  const found = (await connectionsJson(ctx)).find((connection) => connection.id === id);
  if (!found) throw notFound("connection");
  return found;
}

export const connectionOperations: Operation[] = [
  apiQueryOperation({
    id: "listConnections",
    method: "GET",
    path: "/connections",
    summary: "List connections and whether their services answer",
    permission: "connection:read",
    status: 200,
    response: z.object({ items: z.array(connectionSchema) }),
    handler: async (ctx) => ({ items: await connectionsJson(ctx) }),
  }),
  apiMutationOperation({
    id: "setConnectionBreaker",
    method: "PUT",
    path: "/connections/{id}/breaker",
    summary: "Say when a connection whose service fails is paused, and for how long",
    permission: "connection:update",
    params: connectionParams,
    body: z.object({
      failures: z.number().int().min(0).max(100),
      pauseSeconds: z.number().int().min(1).max(3_600).default(30),
    }),
    status: 200,
    response: connectionSchema,
    errors: ["not_found"],
    handler: async (ctx, { params, body }) => {
      await setBreaker(ctx, { connectionId: params.id, ...body });
      return await connectionJson(ctx, params.id);
    },
  }),
  apiMutationOperation({
    id: "resetConnectionBreaker",
    method: "POST",
    path: "/connections/{id}/breaker/reset",
    summary: "Forget a connection's failures and let everything go on that waits for it",
    permission: "connection:test",
    params: connectionParams,
    status: 200,
    response: connectionSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params }) => {
      await resetBreaker(ctx, { connectionId: params.id });
      return await connectionJson(ctx, params.id);
    },
  }),
];
