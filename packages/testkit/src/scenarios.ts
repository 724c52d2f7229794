/** Small definitions and the integrations they need, for tests of the engine. */
import {
  createManifestCatalog,
  type ActionManifest,
  type Control,
  type Definition,
  type DefinitionNode,
  type Edge,
  type Effect,
  type JsonValue,
  type Manifest,
  type ManifestCatalog,
} from "@patchbay/core";
import type { Collector, Ports, PureResult } from "@patchbay/engine";

export type NodeSpec = Partial<Omit<DefinitionNode, "id" | "type">>;

/** A node of a test definition: `action(2, "test.write", { config: { to: "{{1.id}}" } })`. */
export function action(id: number, type: string, spec: NodeSpec = {}): DefinitionNode {
  return { id, type, typeVersion: 1, config: {}, position: { x: 0, y: 0 }, ...spec };
}

/** A `next` edge, unless the spec says otherwise. */
export function edge(from: number, to: number, spec: Partial<Edge> = {}): Edge {
  return { from, to, kind: "next", ...spec };
}

/** A definition that begins with the trigger `test.receive` as node 1; without `edges` the nodes form a chain. */
export function scenario(nodes: DefinitionNode[], edges?: Edge[], settings?: Definition["settings"]): Definition {
  const all = [action(1, "test.receive"), ...nodes];
  const chain = all.slice(1).map((node, index) => edge(all[index]?.id ?? 1, node.id));
  return { format: 1, nodes: all, edges: edges ?? chain, ...(settings && { settings }) };
}

function actionManifest(name: string, effect: Effect, control?: Control): ActionManifest {
  const input: Record<string, unknown> = { type: "object", properties: { source: { "x-literal": true } } };
  return { name, label: name, description: name, typeVersion: 1, input, effect, ...(control && { control }) };
}

function manifest(name: string, actions: ActionManifest[]): Manifest {
  const base = { version: "1.0.0", label: name, description: name, color: "#000000", icon: "box" } as const;
  return { name, ...base, category: "core", actions, triggers: [], connections: [] };
}

const receive = {
  name: "receive",
  label: "receive",
  description: "receive",
  typeVersion: 1,
  input: {},
  kind: "webhook",
} as const;
const send: ActionManifest = {
  ...actionManifest("send", "write"),
  input: { type: "object", properties: { method: { default: "POST" } } },
  effectRules: [
    { field: "method", values: ["GET"], effect: "read" },
    { field: "method", values: ["PUT"], effect: "idempotent" },
  ],
};

/**
 * `test.receive`; `test.echo` (pure, gives back its input), `test.fail` (pure, fails with its input as the error);
 * `test.read`, `test.idempotent`, `test.write`; `test.send` whose effect depends on `method`; all controls.
 */
export const testCatalog: ManifestCatalog = createManifestCatalog([
  {
    ...manifest("test", [
      actionManifest("echo", "pure"),
      actionManifest("fail", "pure"),
      actionManifest("read", "read"),
      actionManifest("idempotent", "idempotent"),
      actionManifest("write", "write"),
      send,
    ]),
    triggers: [receive],
  },
  manifest("router", [
    actionManifest("route", "pure", "router"),
    actionManifest("ifElse", "pure", "ifElse"),
    actionManifest("merge", "pure", "merge"),
  ]),
  manifest("tools", [
    actionManifest("iterate", "pure", "iterate"),
    actionManifest("aggregate", "pure", "aggregate"),
    actionManifest("repeat", "pure", "repeat"),
    actionManifest("delay", "pure", "delay"),
    actionManifest("wait", "pure", "wait"),
    actionManifest("stop", "pure", "stop"),
  ]),
  manifest("webhook", [actionManifest("respond", "pure", "respond")]),
  manifest("scenario", [actionManifest("call", "pure", "call"), actionManifest("return", "pure", "return")]),
  manifest("error", [
    actionManifest("resume", "pure", "resume"),
    actionManifest("ignore", "pure", "ignore"),
    actionManifest("break", "pure", "break"),
    actionManifest("commit", "pure", "commit"),
    actionManifest("rollback", "pure", "rollback"),
  ]),
]);

/** Ports with a clock that stands still and the pure test actions. */
export function testPorts(options: { nowMs: number; random?: () => number }): Ports {
  return {
    nowMs: options.nowMs,
    random: options.random ?? (() => 0),
    runPure: (type, _version, input) => runPure(type, input),
    checkInput: (type, _version, input) => checkInput(type, input),
    collector: (type) => collectors[type] ?? null,
    addresses: { keyId: "k1", makeUrl: (kind, { name, keyId }) => `https://patchbay.test/${kind}/${keyId}/${name}` },
  };
}

/** The aggregator makes a list of its items; the merge lays the fields of later bundles over those of earlier ones. */
const collectors: Record<string, Collector> = {
  "tools.aggregate": {
    item: (input) => input.item ?? null,
    finish: (items) => [{ array: items, count: items.length }],
  },
  "router.merge": {
    item: (input) => input,
    finish: (items) => [Object.fromEntries(items.flatMap((item) => Object.entries(item as Record<string, JsonValue>)))],
  },
};

function runPure(type: string, input: Record<string, JsonValue>): PureResult<JsonValue> {
  if (type === "test.echo") return { ok: true, value: input };
  return { ok: false, error: { kind: "terminal", code: "action_failed", message: JSON.stringify(input) } };
}

function checkInput(type: string, input: Record<string, JsonValue>): PureResult<Record<string, JsonValue>> {
  if (type === "tools.iterate" && !Array.isArray(input.array)) {
    return { ok: false, error: { kind: "invalid", code: "action_invalid", message: "array: expected a list" } };
  }
  return { ok: true, value: input };
}
