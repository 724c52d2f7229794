import type { Definition, DefinitionNode, Edge, JsonValue, NodeId } from "../definition/schema.ts";
import { createManifestCatalog } from "../manifest/catalog.ts";
import type { ActionManifest, Control, Manifest, TriggerManifest } from "../manifest/schema.ts";

const text = (title: string, more: object = {}) => ({ type: "string", title, ...more });

const action = (name: string, input: object = {}, more: Partial<ActionManifest> = {}): ActionManifest => ({
  name,
  label: name,
  description: name,
  typeVersion: 1,
  effect: "pure",
  input: { type: "object", properties: input, required: [] },
  ...more,
});
const control = (name: string, kind: Control, input: object = {}) => action(name, input, { control: kind });

const trigger = (name: string, kind: TriggerManifest["kind"]): TriggerManifest => ({
  name,
  label: name,
  description: name,
  typeVersion: 1,
  kind,
  input: { type: "object", properties: {} },
});

const integration = (name: string, parts: Partial<Manifest>): Manifest => ({
  name,
  version: "1.0.0",
  label: name,
  description: name,
  color: "#000000",
  icon: "box",
  category: "core",
  actions: [],
  triggers: [],
  connections: [],
  ...parts,
});

const request = action(
  "request",
  {
    url: text("URL", { minLength: 1 }),
    method: { type: "string", title: "Method", enum: ["GET", "POST"], default: "GET" },
    headers: {
      type: "array",
      title: "Headers",
      default: [],
      items: {
        type: "object",
        properties: { name: text("Header"), value: text("Value") },
        required: ["name", "value"],
      },
    },
    bodyType: { type: "string", title: "Body type", enum: ["none", "json"], default: "none" },
    body: { title: "Body", "x-showWhen": { field: "bodyType", values: ["json"] } },
    timeoutMs: { type: "integer", title: "Timeout", minimum: 1000, maximum: 300000, default: 30000 },
  },
  { effect: "write", connectionTypes: ["bearer"], typeVersion: 2 },
);
request.input.required = ["url", "method", "body"];

/** The node types of design 02, small. */
export const testCatalog = createManifestCatalog([
  integration("webhook", { triggers: [trigger("receive", "webhook")], actions: [control("respond", "respond")] }),
  integration("schedule", { triggers: [trigger("tick", "schedule")] }),
  integration("http", {
    actions: [request, action("secure", {}, { connectionTypes: ["bearer"], connectionRequired: true })],
    connections: [{ name: "bearer", label: "Bearer", description: "Bearer", fields: [] }],
  }),
  integration("tools", {
    actions: [
      action("set", { value: { title: "Value" } }),
      control("iterate", "iterate", {
        array: { title: "List" },
        concurrency: { type: "integer", title: "At the same time", default: 1, "x-literal": true },
      }),
      control("wait", "wait", { kind: { type: "string", enum: ["approval", "event"], default: "approval" } }),
      control("aggregate", "aggregate", {
        source: { type: "integer", title: "Source", "x-control": "nodeRef", "x-literal": true },
        item: { title: "Item" },
      }),
      action("literal", { text: text("Text", { "x-literal": true }) }),
    ],
  }),
  integration("router", {
    actions: [control("route", "router"), control("ifElse", "ifElse"), control("merge", "merge")],
  }),
  integration("error", {
    actions: [control("resume", "resume"), control("ignore", "ignore"), control("break", "break")],
  }),
]);

export const node = (
  id: NodeId,
  type: string,
  config: Record<string, JsonValue> = {},
  more: Partial<DefinitionNode> = {},
): DefinitionNode => ({
  id,
  type,
  typeVersion: type === "http.request" ? 2 : 1,
  config,
  position: { x: id * 100, y: 0 },
  ...more,
});

export const next = (from: NodeId, to: NodeId, more: Partial<Edge> = {}): Edge => ({ from, to, kind: "next", ...more });
export const onError = (from: NodeId, to: NodeId): Edge => ({ from, to, kind: "error" });

export const define = (nodes: DefinitionNode[], edges: Edge[], more: Partial<Definition> = {}): Definition => ({
  format: 1,
  nodes,
  edges,
  ...more,
});

/** Nodes in a row behind a webhook, which is node 1: the given ones are 2, 3, ... */
export function chain(...configs: [type: string, config?: Record<string, JsonValue>][]): Definition {
  const nodes = [node(1, "webhook.receive"), ...configs.map(([type, config], index) => node(index + 2, type, config))];
  return define(
    nodes,
    configs.map((_, index) => next(index + 1, index + 2)),
  );
}

export const passAll = { conditions: [[{ left: "x", operator: "exists" as const }]] };
