import type { CallableScenarios } from "../../calls/interface.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Scopes } from "../../graph/scope.ts";
import type { ManifestCatalog, NodeKind } from "../../manifest/catalog.ts";
import type { Control } from "../../manifest/schema.ts";
import type { FlowShapes } from "../../shapes/flow.ts";
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
  /** Scenarios that may be called, where they are known. */
  callables?: CallableScenarios;
  /** What formulas can expect to read. */
  shapes: FlowShapes;
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

const directives: ReadonlySet<Control | undefined> = new Set(["resume", "ignore", "break", "commit", "rollback"]);

/** Controls that end an error route. */
export const isDirective = (control: Control | undefined): boolean => directives.has(control);

/** Controls whose `next` edges are routes. */
export const isBranching = (control: Control | undefined): boolean => control === "router" || control === "ifElse";

/** Whether an error route begins on the way from a node up to one before it. */
export function crossesErrorRoute({ graph, scopes }: RuleContext, way: { from: NodeId; to: NodeId }): boolean {
  const seen = new Set<NodeId>();
  for (let id: NodeId | undefined = way.from; id !== undefined && id !== way.to && !seen.has(id);) {
    seen.add(id);
    const edges = graph.incoming(id);
    if (edges.length === 1 && edges[0]?.kind === "error") return true;
    id = scopes.dominatorOf(id);
  }
  return false;
}
