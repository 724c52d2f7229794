import { z } from "zod";
import { DEFINITION_FORMAT } from "./format.ts";

/** A node's id: a positive integer, unique in its scenario and never reused. */
export const nodeIdSchema = z.number().int().positive();
export type NodeId = z.infer<typeof nodeIdSchema>;

export const positionSchema = z.object({ x: z.number(), y: z.number() });

/** `"http.request"`: integration, dot, action or trigger. */
export const nodeTypeSchema = z.string().regex(/^[a-z][a-zA-Z0-9]*\.[a-z][a-zA-Z0-9]*$/);

export const retryPolicySchema = z.object({
  /** Attempts in all, the first one included. */
  attempts: z.number().int().min(1).max(10),
  /** Pause before the second attempt, in milliseconds; doubles from there. */
  initialDelayMs: z.number().int().min(0).max(3_600_000),
  maxDelayMs: z.number().int().min(0).max(86_400_000),
});
export type RetryPolicy = z.infer<typeof retryPolicySchema>;

export const nodeErrorHandlingSchema = z.object({
  retry: retryPolicySchema.optional(),
  /** Time one attempt may take, 1-300 s. */
  timeoutMs: z.number().int().min(1_000).max(300_000).optional(),
  /** A write whose result was lost may be performed again instead of becoming `unknown`. */
  whenUnknown: z.enum(["ask", "repeat"]).optional(),
  /** While its connection's circuit breaker is open: wait until the service answers again, or fail at once. Waits where absent. */
  whenUnavailable: z.enum(["wait", "fail"]).optional(),
});

export const nodeSchema = z.object({
  id: nodeIdSchema,
  type: nodeTypeSchema,
  typeVersion: z.number().int().positive(),
  name: z.string().max(200).optional(),
  connectionId: z.string().max(64).optional(),
  /** Literal values and texts with `{{ }}` formulas, shaped by the manifest's input schema. */
  config: z.record(z.string(), z.json()),
  position: positionSchema,
  disabled: z.boolean().optional(),
  note: z.string().max(10_000).optional(),
  /** What the node takes in and gives out is not kept in the logs of runs. */
  hideData: z.boolean().optional(),
  errorHandling: nodeErrorHandlingSchema.optional(),
});
export type DefinitionNode = z.infer<typeof nodeSchema>;

/** What each does stands in `conditionDocs`. In the order in which they are offered. */
export const conditionOperators = [
  "exists",
  "notExists",
  "isEmpty",
  "notEmpty",
  "equals",
  "notEquals",
  "contains",
  "notContains",
  "startsWith",
  "notStartsWith",
  "endsWith",
  "notEndsWith",
  "matches",
  "notMatches",
  "greaterThan",
  "greaterOrEqual",
  "lessThan",
  "lessOrEqual",
  "laterThan",
  "laterOrEqual",
  "earlierThan",
  "earlierOrEqual",
  "sameTime",
  "otherTime",
  "lengthEquals",
  "lengthNotEquals",
  "longerThan",
  "longerOrEqual",
  "shorterThan",
  "shorterOrEqual",
  "isTrue",
  "isFalse",
] as const;

export const conditionSchema = z.object({
  /** A mapping, as in a config. */
  left: z.string().max(10_000),
  operator: z.enum(conditionOperators),
  /** A mapping; ignored by operators that compare with nothing. */
  right: z.string().max(10_000).optional(),
  ignoreCase: z.boolean().optional(),
});
export type ConditionOperator = (typeof conditionOperators)[number];
export type Condition = z.infer<typeof conditionSchema>;

/** OR of ANDs: the filter passes when every condition of at least one group holds. */
export const filterSchema = z.object({
  label: z.string().max(200).optional(),
  conditions: z.array(z.array(conditionSchema).min(1).max(50)).min(1).max(50),
});
export type Filter = z.infer<typeof filterSchema>;

/**
 * A link between nodes. `(from, kind, to)` identifies it. From a router, `order` (ascending, ties by target id)
 * is the order in which routes are tried, and `fallback` marks the one route that takes what no other took.
 */
export const edgeSchema = z.object({
  from: nodeIdSchema,
  to: nodeIdSchema,
  kind: z.enum(["next", "error"]),
  order: z.number().int().min(0).optional(),
  fallback: z.boolean().optional(),
  filter: filterSchema.optional(),
});
export type Edge = z.infer<typeof edgeSchema>;

export const noteSchema = z.object({
  id: z.string().max(64),
  text: z.string().max(10_000),
  position: positionSchema,
  size: z.object({ width: z.number().positive(), height: z.number().positive() }).optional(),
});

export const settingsSchema = z.object({
  /** Operations one run may perform before it fails with `scenario_limit`. */
  maxOperations: z.number().int().min(1).max(100_000).optional(),
  /** Runs that may be under way at the same time, others wait for their turn; without it, any number. One: strictly in order. */
  maxConcurrentRuns: z.number().int().min(1).max(100).optional(),
  /** Fields of bundles that appear in no log, wherever their values go; see `parseSensitiveField`. */
  sensitiveFields: z.array(z.string().max(500)).max(100).optional(),
  /** Runs that a run may start by calling scenarios, those of the called ones included; 1,000 without it. */
  maxCalledRuns: z.number().int().min(1).max(100_000).optional(),
  /** How long a run may live, waits included and time as incomplete not; 30 days where absent. It then fails with `scenario_limit`. */
  maxRunSeconds: z
    .number()
    .int()
    .min(60)
    .max(90 * 86_400)
    .optional(),
  /** What a run's operations may store, in millions of characters of JSON; 200 where absent. It then fails with `scenario_limit`. */
  maxDataMegabytes: z.number().int().min(1).max(2_000).optional(),
});

/** A scenario's graph. Structure only: what it means is checked by `validateDefinition`. */
export const definitionSchema = z.object({
  format: z.literal(DEFINITION_FORMAT),
  nodes: z.array(nodeSchema).max(2_000),
  edges: z.array(edgeSchema).max(4_000),
  notes: z.array(noteSchema).max(500).optional(),
  settings: settingsSchema.optional(),
});
export type Definition = z.infer<typeof definitionSchema>;

export type JsonValue = z.infer<ReturnType<typeof z.json>>;
