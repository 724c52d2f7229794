import type { Graph } from "../../graph/graph.ts";
import type { Scopes } from "../../graph/scope.ts";
import type { ManifestCatalog, NodeKind } from "../../manifest/catalog.ts";
import type { Control } from "../../manifest/schema.ts";
import type { Issue } from "../issue.ts";
import type { Definition, DefinitionNode, NodeId } from "../schema.ts";

/** What a connection must be known by to check that a node may use it. */
export interface KnownConnection {
  id: string;
  /** `"http.bearer"`. */
  type: string;
}

/** What every rule reads. */
export interface RuleContext {
  definition: Definition;
  catalog: ManifestCatalog;
  graph: Graph;
  scopes: Scopes;
  kinds: ReadonlyMap<NodeId, NodeKind>;
  connections?: ReadonlyMap<string, KnownConnection>;
}

/** A rule finds faults of one sort; it must cope with definitions that are broken in every other way. */
export type Rule = (context: RuleContext) => Issue[];

/** `Node 3 (HTTP)`, for messages. */
export function nameOf({ graph, kinds }: RuleContext, nodeId: NodeId): string {
  const name = graph.nodes.get(nodeId)?.name ?? kinds.get(nodeId)?.node.label;
  return name ? `Node ${nodeId} (${name})` : `Node ${nodeId}`;
}

export function controlAt({ kinds }: RuleContext, nodeId: NodeId): Control | undefined {
  const kind = kinds.get(nodeId);
  return kind?.role === "action" ? kind.node.control : undefined;
}

/** Nodes that are triggers by their type. */
export const triggersOf = ({ definition, kinds }: RuleContext): DefinitionNode[] =>
  definition.nodes.filter((node) => kinds.get(node.id)?.role === "trigger");

/** Controls that end an error route. */
export const isDirective = (control: Control | undefined): boolean =>
  control === "resume" || control === "ignore" || control === "break";
