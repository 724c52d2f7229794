import { z } from "zod";

/**
 * What an integration says about itself, as data: stored in `integrationVersions`, read by the editor for
 * pickers and forms, by `validateDefinition` for checks and by the engine for how a node is executed.
 */

/** How often an action may be performed when its result was lost (design 02, Effects). `pure` needs no I/O at all. */
export const effectSchema = z.enum(["pure", "read", "idempotent", "write"]);
export type Effect = z.infer<typeof effectSchema>;

/** What the engine itself does at a node of this kind, instead of calling the integration's code. */
export const controlSchema = z.enum([
  "router",
  "ifElse",
  "merge",
  "iterate",
  "repeat",
  "aggregate",
  "delay",
  "wait",
  "respond",
  "stop",
  "call",
  "return",
  "resume",
  "ignore",
  "break",
  "commit",
  "rollback",
]);
export type Control = z.infer<typeof controlSchema>;

const jsonSchema = z.record(z.string(), z.unknown());

const nodeKindFields = {
  /** Without the integration's prefix: `"request"` of `"http.request"`. */
  name: z.string().regex(/^[a-z][a-zA-Z0-9]*$/),
  label: z.string().min(1),
  description: z.string().min(1),
  /** Icon name of the app's icon set; the integration's own icon where absent. */
  icon: z.string().optional(),
  typeVersion: z.number().int().positive(),
  /** JSON Schema (draft 2020-12) of the config after mapping, with `x-` keywords for the form; see `formKeywords`. */
  input: jsonSchema,
  /** JSON Schema of the output bundle, where it is known. */
  output: jsonSchema.optional(),
  /** An output as it might come back, for the value picker before the first run. */
  sampleOutput: z.json().optional(),
  /** Names of the connection types that the node may use; absent where it uses none. */
  connectionTypes: z.array(z.string()).optional(),
  connectionRequired: z.boolean().optional(),
  /** The config of a newly placed node, where that should differ from the defaults that older nodes live by. */
  initialConfig: z.record(z.string(), z.json()).optional(),
};

export const actionManifestSchema = z.object({
  ...nodeKindFields,
  effect: effectSchema,
  /**
   * Where the effect depends on the config: the first rule whose `field` has one of `values` wins (compared as upper-case
   * text); a field that holds a formula takes `effect`.
   */
  effectRules: z.array(z.object({ field: z.string(), values: z.array(z.string()), effect: effectSchema })).optional(),
  control: controlSchema.optional(),
  /** What follows this typeVersion, by name (without the prefix) and typeVersion, and what is different there. Absent for the newest. */
  upgrade: z
    .object({ name: z.string(), typeVersion: z.number().int().positive(), changes: z.string().min(1) })
    .optional(),
});
export type ActionManifest = z.infer<typeof actionManifestSchema>;

export const triggerManifestSchema = z.object({
  ...nodeKindFields,
  kind: z.enum(["webhook", "schedule", "polling", "manual", "call"]),
});
export type TriggerManifest = z.infer<typeof triggerManifestSchema>;

export const connectionFieldSchema = z.object({
  name: z.string(),
  label: z.string(),
  description: z.string().optional(),
  secret: z.boolean(),
  required: z.boolean(),
});

export const connectionTypeSchema = z.object({
  /** Unique in the integration: `"bearer"`. Addressed as `"http.bearer"`. */
  name: z.string(),
  label: z.string(),
  description: z.string(),
  fields: z.array(connectionFieldSchema),
});
export type ConnectionType = z.infer<typeof connectionTypeSchema>;

export const manifestSchema = z.object({
  /** `"http"`: the prefix of its node types. */
  name: z.string().regex(/^[a-z][a-zA-Z0-9]*$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  label: z.string().min(1),
  description: z.string().min(1),
  /** `"#0f62b5"`; white text on it reaches 4.5:1. */
  color: z.string().regex(/^#[0-9a-f]{6}$/),
  icon: z.string(),
  category: z.enum(["core", "flow", "content", "payments", "productivity", "communication", "data"]),
  actions: z.array(actionManifestSchema),
  triggers: z.array(triggerManifestSchema),
  connections: z.array(connectionTypeSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * Keywords that the form reads from an input schema's properties, beside JSON Schema's own `title`, `description`,
 * `default`, `enum`, `examples`.
 * - `x-control`: `"text" | "textarea" | "number" | "switch" | "select" | "json" | "list" | "keyValue" | "nodeRef" | "duration" |
 *   "scenario" | "scenarioInputs"` (the values for the inputs of the scenario that the field `scenarioId` names)
 * - `x-enumLabels`: labels of the `enum` values, in their order
 * - `x-advanced`: folded under "more fields"
 * - `x-showWhen`: `{ field, values }`: shown (and required) only when another field has one of the values
 * - `x-literal`: takes no formulas (a `nodeRef`, say)
 * - `x-group`: folded under a heading of this text, with the other fields of the group
 *
 * And one that logs of runs read, of outputs as well:
 * - `x-secret`: `true`: its value is never stored; `"byName"`: of an object, or of a list of `{ name, value }`, those whose names
 *   tell of credentials
 */
export const formKeywords = [
  "x-control",
  "x-enumLabels",
  "x-advanced",
  "x-showWhen",
  "x-literal",
  "x-group",
  "x-secret",
] as const;

/**
 * Keywords by which an output schema says that a part of the bundle follows from the node's config.
 * - `x-valueOf`: what a field of the config comes to
 * - `x-itemOf`: one item of what a field of the config comes to
 * - `x-fieldsFrom`: an object with a field for each row `{ name, value }` of a field of the config
 * - `x-formFields`: an object with a field for each field of the form that a field of the config describes
 * - `x-showWhen`: `{ field, values }`: there only when a field of the config has one of the values
 */
export const outputKeywords = ["x-valueOf", "x-itemOf", "x-fieldsFrom", "x-formFields", "x-showWhen"] as const;
