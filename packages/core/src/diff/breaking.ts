/** Changes that somebody outside the scenario, or a run that is under way, may trip over. Design 03, "Versions". */
import type { Definition, DefinitionNode, NodeId } from "../definition/schema.ts";
import type { ManifestCatalog } from "../manifest/catalog.ts";
import { readWebhookSettings, webhookMethods, type WebhookSettings } from "../webhook/settings.ts";
import { diffDefinitions } from "./diff.ts";
import { isSameJson } from "./values.ts";

export interface BreakingChange {
  /**
   * `trigger_type`: something else starts the scenario. `webhook_contract`: requests that were taken may be refused, or are answered in
   * another way. `node_removed`: a node is gone that runs may stand on. `connection_type`: a node uses a connection of another type.
   */
  code: "trigger_type" | "webhook_contract" | "node_removed" | "connection_type";
  nodeId: NodeId;
  /** What is different, for a person. */
  message: string;
}

export interface BreakingOptions {
  catalog: ManifestCatalog;
  /** The type of a connection (`"http.bearer"`), where it is known. */
  connectionTypeOf?: (connectionId: string) => string | undefined;
}

/** What in `after` may break those who rely on `before`, the trigger's changes first. */
export function breakingChanges(before: Definition, after: Definition, options: BreakingOptions): BreakingChange[] {
  const diff = diffDefinitions(before, after);
  const kept = new Map(before.nodes.map((node) => [node.id, node]));
  const connections = after.nodes.flatMap((node) => connectionChange(kept.get(node.id), node, options));
  const removed = diff.nodes.removed.flatMap((node) => removal(node, options.catalog));
  return [...triggerChanges(before, after, options.catalog), ...removed, ...connections];
}

const triggerOf = (definition: Definition, catalog: ManifestCatalog): DefinitionNode | undefined =>
  definition.nodes.find((node) => catalog.getNodeKind(node.type, node.typeVersion)?.role === "trigger");

function triggerChanges(before: Definition, after: Definition, catalog: ManifestCatalog): BreakingChange[] {
  const [was, is] = [triggerOf(before, catalog), triggerOf(after, catalog)];
  if (!was || !is) return [];
  if (was.type !== is.type) {
    const label = (node: DefinitionNode) => catalog.getNodeKind(node.type, node.typeVersion)?.node.label ?? node.type;
    const message = `It was started by “${label(was)}” and is started by “${label(is)}” now: whoever starts it must follow.`;
    return [{ code: "trigger_type", nodeId: is.id, message }];
  }
  const kind = catalog.getNodeKind(is.type, is.typeVersion);
  if (kind?.role !== "trigger" || kind.node.kind !== "webhook") return [];
  return contractChanges(was, is).map((message) => ({ code: "webhook_contract", nodeId: is.id, message }));
}

/** What senders of a webhook would notice. A contract that cannot be read is an issue of its own. */
function contractChanges(was: DefinitionNode, is: DefinitionNode): string[] {
  const [old, now] = [readWebhookSettings(was.config), readWebhookSettings(is.config)];
  if (!old.ok || !now.ok) return [];
  const [a, b] = [old.settings, now.settings];
  const lost = methodsOf(a).filter((method) => !methodsOf(b).includes(method));
  return [
    ...(lost.length > 0 ? [`Requests by ${lost.join(", ")} are refused from now on.`] : []),
    ...(isSameJson(a.authentication, b.authentication) || b.authentication.kind === "none"
      ? []
      : ["Senders must prove themselves in another way than before."]),
    ...(isSameJson(a.addresses, b.addresses) || !b.addresses ? [] : ["Requests are taken from other networks only."]),
    ...(isSameJson(was.config.bodySchema, is.config.bodySchema) || !b.checkBody
      ? []
      : ["Bodies are checked against another schema: some that were taken may be refused."]),
    ...(isSameJson(a.answer, b.answer) ? [] : ["The answer to a request is another one."]),
  ];
}

const methodsOf = (settings: WebhookSettings): readonly string[] => settings.methods ?? webhookMethods;

/** Runs wait, or stand as incomplete, only at nodes that do something; the trigger's own removal is a change of trigger. */
function removal(node: DefinitionNode, catalog: ManifestCatalog): BreakingChange[] {
  const kind = catalog.getNodeKind(node.type, node.typeVersion);
  if (kind?.role === "trigger") return [];
  const isPassed = kind?.node.effect === "pure" && !waits.has(kind.node.control ?? "");
  if (isPassed) return [];
  const name = node.name ?? kind?.node.label ?? node.type;
  const message = `“${name}” is gone. Runs that stand at it finish on their own version.`;
  return [{ code: "node_removed", nodeId: node.id, message }];
}

/** Controls at which a run may stand still. */
const waits: ReadonlySet<string> = new Set(["delay", "wait", "call"]);

function connectionChange(
  was: DefinitionNode | undefined,
  is: DefinitionNode,
  { connectionTypeOf }: BreakingOptions,
): BreakingChange[] {
  if (!was?.connectionId || !is.connectionId || was.connectionId === is.connectionId) return [];
  const [before, after] = [connectionTypeOf?.(was.connectionId), connectionTypeOf?.(is.connectionId)];
  if (before === undefined || after === undefined || before === after) return [];
  const message = `It used a connection of type ${before} and uses one of type ${after} now.`;
  return [{ code: "connection_type", nodeId: is.id, message }];
}
