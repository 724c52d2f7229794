import { z } from "zod";
import { errorStatuses, type ErrorCode } from "../../lib/errors.ts";
import type { Operation } from "./operation.ts";
import * as schemas from "./schemas.ts";
import { operations } from "./table.ts";

type JsonObject = Record<string, unknown>;

const statusTexts: Record<number, string> = { 200: "Done", 201: "Created", 202: "Accepted: durably stored" };

/** The OpenAPI 3.1 document, made from the table that routes requests and the schemas that check them. */
export function makeOpenApiDocument(serverUrl: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Patchbay",
      version: "1",
      description: "Lists are `{ items, nextCursor }`. Errors are `{ error: { code, message, details } }`.",
    },
    servers: [{ url: serverUrl }],
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: { apiKey: { type: "http", scheme: "bearer", description: "An API key: `pb_...`" } },
      schemas: componentSchemas(),
    },
  };
}

function describe(operation: Operation): JsonObject {
  const { id, summary, params, query, body, status, response, permission } = operation;
  return {
    operationId: id,
    summary,
    ...(permission === null ? {} : { description: `Needs the permission \`${permission}\`.` }),
    parameters: [...parametersOf(params, "path"), ...parametersOf(query, "query")],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.safeParse(undefined).success,
            content: jsonContent(toJsonSchema(body, "input")),
          },
        }),
    responses: {
      [status]: { description: statusTexts[status], content: jsonContent(toJsonSchema(response, "output")) },
      ...errorResponses(operation),
    },
  };
}

function parametersOf(schema: z.ZodObject | undefined, where: "path" | "query"): JsonObject[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = toJsonSchema(schema, where === "path" ? "output" : "input") as {
    properties?: Record<string, JsonObject>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === "path" || required.includes(name),
    schema: property,
  }));
}

function errorResponses(operation: Operation): JsonObject {
  const always: ErrorCode[] = ["malformed", "unauthenticated", "forbidden", "too_large", "invalid", "rate_limited"];
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...always, ...(operation.errors ?? [])]) {
    const status = errorStatuses[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const content = jsonContent({ $ref: "#/components/schemas/Error" });
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      { description: codes.map((code) => `\`${code}\``).join(", "), content },
    ]),
  );
}

const jsonContent = (schema: JsonObject) => ({ "application/json": { schema } });

/** JSON Schema of one part, its named parts as references into the document's components. */
function toJsonSchema(schema: z.ZodType, io: "input" | "output"): JsonObject {
  const { $schema: _dialect, $defs: _definitions, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rewriteReferences(rest) as JsonObject;
}

function componentSchemas(): JsonObject {
  const registry = z.registry<{ id: string }>();
  for (const { id, schema } of namedSchemas()) registry.add(schema, { id });
  const { schemas: named } = z.toJSONSchema(registry, {
    io: "output",
    unrepresentable: "any",
    uri: (id) => `#/components/schemas/${id}`,
  });
  const names = componentNames();
  const described = Object.entries(named).filter(([name]) => names.has(name));
  return Object.fromEntries(
    described.map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [name, rewriteReferences(schema)]),
  );
}

/**
 * References to named schemas become references into the document's components. The only schema that refers to itself
 * without a name is that of any JSON value, which JSON Schema says with an empty schema.
 */
function rewriteReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewriteReferences);
  if (typeof value !== "object" || value === null) return value;
  const { $ref: reference, ...rest } = value as { $ref?: string };
  const rewritten = Object.entries(rest).map(([key, inner]) => [key, rewriteReferences(inner)] as const);
  const name = reference?.split("/").at(-1) ?? "";
  const target = componentNames().has(name) ? { $ref: `#/components/schemas/${name}` } : {};
  return { ...Object.fromEntries(rewritten), ...target };
}

function componentNames(): Set<string> {
  return new Set(namedSchemas().map(({ id }) => id));
}

function namedSchemas(): { id: string; schema: z.ZodType }[] {
  return Object.values(schemas).flatMap((schema) => {
    const id = schema instanceof z.ZodType ? schema.meta()?.id : undefined;
    return id === undefined ? [] : [{ id, schema: schema as z.ZodType }];
  });
}
