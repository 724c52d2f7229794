import { z } from "zod";
import { notFound } from "../../lib/errors.ts";
import { answerRun, listOpenWaits, skipWait } from "../../waits/members.ts";
import { ApiFailure, apiMutationOperation, apiQueryOperation, type Operation } from "./operation.ts";
import { loadRunJson, runParams } from "./runOperations.ts";
import { runSchema, waitSchema } from "./schemas.ts";

const operationId = z.number().int().optional().describe("Where the run waits for several answers: which one is meant");

export const waitOperations: Operation[] = [
  apiQueryOperation({
    id: "listWaits",
    method: "GET",
    path: "/runs/{id}/waits",
    summary: "What a run waits for somebody to answer",
    permission: "scenario:read",
    params: runParams,
    status: 200,
    response: z.object({ items: z.array(waitSchema) }),
    errors: ["not_found"],
    handler: async (ctx, { params }) => {
      const items = await listOpenWaits(ctx, { runId: params.id });
      if (items === null) throw notFound("run");
      return { items };
    },
  }),
  apiMutationOperation({
    id: "resumeRun",
    method: "POST",
    path: "/runs/{id}/resume",
    summary: "Answer what a run waits for, or go on without an answer",
    permission: "scenario:execute",
    params: runParams,
    body: z.union([
      z
        .strictObject({ answer: z.json(), operationId })
        .describe('Of an approval: { "decision": "approved" | "rejected", "fields": { }, "comment": "" }'),
      z.strictObject({ skip: z.literal(true), operationId }),
    ]),
    status: 200,
    response: runSchema,
    errors: ["not_found", "conflict"],
    handler: async (ctx, { params, body }) => {
      const place = { runId: params.id, ...(body.operationId !== undefined && { operationId: body.operationId }) };
      if ("skip" in body) await skipWait(ctx, place);
      else {
        const answered = await answerRun(ctx, { ...place, answer: JSON.stringify(body.answer) });
        if (answered.kind === "invalid") {
          const message = answered.faults.map((fault) => fault.message).join(" ");
          return new ApiFailure("invalid", message, { fields: answered.faults });
        }
        if (answered.kind === "gone") return new ApiFailure("conflict", "The run waits no longer.", answered.gone);
        if (answered.kind === "tooMany")
          return new ApiFailure("rate_limited", "Too many answers were refused.", answered);
      }
      return await loadRunJson(ctx, params.id);
    },
  }),
];
