import type { z } from "zod";
import type { MutationCtx, OrgMutationCtx, OrgQueryCtx } from "../../functions.ts";
import type { ErrorCode } from "../../lib/errors.ts";
import type { Permission } from "../../lib/permissions.ts";

type Shape = z.ZodObject;
type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** One entry of the router's table: what a request to `method path` must look like, who may make it and what it does. */
interface OperationOf<Kind, Ctx, Params, Query, Body, Response extends z.ZodType> {
  /** Names it in OpenAPI and between the HTTP action and the transaction. */
  id: string;
  kind: Kind;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/v1`, with `{name}` for parameters. */
  path: string;
  summary: string;
  permission: Permission | null;
  params?: Params;
  query?: Query;
  body?: Body;
  status: 200 | 201 | 202;
  response: Response;
  /** Errors beyond those that any request can meet (400, 401, 403, 413, 422, 429), for the document. */
  errors?: ErrorCode[];
  /** Runs inside the transaction that authenticated the key, with checked input. */
  handler: (
    ctx: Ctx,
    input: { params: Output<Params>; query: Output<Query>; body: Output<Body> },
  ) => Promise<z.input<Response> | ApiFailure>;
}

/** An expected refusal whose details are any JSON. Returned before anything is written, as a transaction that returns commits. */
export class ApiFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: unknown;

  constructor(code: ErrorCode, message: string, details?: unknown) {
    this.code = code;
    this.message = message;
    this.details = details;
  }
}

/** An operation with the types of its parts forgotten, as the table holds it. */
export type Operation = OperationOf<
  "query" | "mutation",
  never,
  Shape | undefined,
  Shape | undefined,
  z.ZodType | undefined,
  z.ZodType
>;

export function apiQueryOperation<
  Response extends z.ZodType,
  Params extends Shape | undefined = undefined,
  Query extends Shape | undefined = undefined,
>(operation: Omit<OperationOf<"query", OrgQueryCtx, Params, Query, undefined, Response>, "kind">): Operation {
  return { ...operation, kind: "query" } as unknown as Operation;
}

export function apiMutationOperation<
  Response extends z.ZodType,
  Params extends Shape | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(
  operation: Omit<OperationOf<"mutation", OrgMutationCtx & MutationCtx, Params, undefined, Body, Response>, "kind">,
): Operation {
  return { ...operation, kind: "mutation" } as unknown as Operation;
}
