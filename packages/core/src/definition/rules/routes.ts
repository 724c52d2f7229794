import { aggregatedSource, findInScope } from "../../graph/scope.ts";
import type { Issue } from "../issue.ts";
import type { Edge, NodeId } from "../schema.ts";
import {
  controlAt,
  crossesErrorRoute,
  isBranching,
  isDirective,
  nameOf,
  triggersOf,
  type Rule,
  type RuleContext,
} from "./context.ts";

const endsOf = ({ from, to, kind }: Edge) => ({ from, to, kind });

/** Only routers branch; a router has at most one fallback, which some bundle must be able to reach. */
export const checkRouters: Rule = (context) => {
  const { definition, graph } = context;
  return definition.nodes.flatMap(({ id }): Issue[] => {
    const routes = graph.outgoing(id).filter((edge) => edge.kind === "next");
    if (!context.kinds.has(id)) return [];
    return isBranching(controlAt(context, id))
      ? checkRouter(context, id, routes)
      : checkSingleExit(context, id, routes);
  });
};

function checkSingleExit(context: RuleContext, id: NodeId, routes: readonly Edge[]): Issue[] {
  const name = nameOf(context, id);
  const branches = routes.slice(1).map((edge): Issue => ({
    code: "branch_without_router",
    severity: "error",
    message: `${name} leads to ${routes.length} nodes, but only a router can branch.`,
    fix: `Put a router behind node ${id}.`,
    nodeId: id,
    edge: endsOf(edge),
  }));
  const fallbacks = routes
    .filter((edge) => edge.fallback)
    .map((edge): Issue => ({
      code: "fallback_without_router",
      severity: "error",
      message: `The connection behind ${name} is marked as fallback, but only a router's route can be one.`,
      fix: "Unmark it.",
      edge: endsOf(edge),
    }));
  return [...branches, ...fallbacks];
}

function checkRouter(context: RuleContext, id: NodeId, routes: readonly Edge[]): Issue[] {
  const name = nameOf(context, id);
  if (routes.length === 0) {
    const message = `${name} has no routes.`;
    return [
      {
        code: "router_without_routes",
        severity: "warning",
        message,
        fix: "Add a route or remove the router.",
        nodeId: id,
      },
    ];
  }
  const [fallback, ...others] = routes.filter((edge) => edge.fallback);
  const issues: Issue[] = others.map((edge) => ({
    code: "second_fallback",
    severity: "error",
    message: `${name} has more than one fallback route.`,
    fix: "Keep one fallback.",
    nodeId: id,
    edge: endsOf(edge),
  }));
  if (fallback?.filter) {
    const message = "A fallback takes what no other route took; what its own filter rejects is lost.";
    const fix = "Remove the filter from the fallback.";
    issues.push({ code: "fallback_filter", severity: "warning", message, fix, nodeId: id, edge: endsOf(fallback) });
  }
  if (fallback && routes.some((edge) => !edge.fallback && !edge.filter)) {
    const message = "The fallback is never reached: a route without a filter takes every bundle.";
    const fix = "Give every other route a filter, or remove the fallback.";
    issues.push({
      code: "fallback_unreachable",
      severity: "warning",
      message,
      fix,
      nodeId: id,
      edge: endsOf(fallback),
    });
  }
  return issues;
}

/**
 * One error route per node, each of its ends a directive, and directives nowhere else. The trigger's error route is the
 * scenario's catch-all: it runs for errors that no other route takes, and may end without a directive; then the run fails.
 */
export const checkErrorRoutes: Rule = (context) => {
  const { definition, graph } = context;
  const isTrigger = (id: NodeId) => context.kinds.get(id)?.role === "trigger";
  const onErrorRoute = findErrorRouteNodes(context, () => true);
  const needsDirective = findErrorRouteNodes(context, (id) => !isTrigger(id));
  const issues: Issue[] = [];
  for (const { id } of definition.nodes) {
    const errorEdges = graph.outgoing(id).filter((edge) => edge.kind === "error");
    issues.push(...checkErrorEdges(context, id, errorEdges));
    if (!context.kinds.has(id)) continue;
    if (isDirective(controlAt(context, id))) issues.push(...checkDirective(context, id, onErrorRoute.has(id)));
    else if (needsDirective.has(id) && !graph.outgoing(id).some((edge) => edge.kind === "next")) {
      issues.push({
        code: "error_route_without_directive",
        severity: "error",
        message: `The error route ends with ${nameOf(context, id)} without saying how to go on.`,
        fix: "Add Resume, Ignore, Break, Commit or Rollback behind it.",
        nodeId: id,
      });
    }
  }
  return issues;
};

function checkErrorEdges(context: RuleContext, id: NodeId, edges: readonly Edge[]): Issue[] {
  const issues: Issue[] = edges.slice(1).map((edge) => ({
    code: "second_error_route",
    severity: "error",
    message: `${nameOf(context, id)} has more than one error route.`,
    fix: "Keep one; put a router on it where errors are to be told apart.",
    nodeId: id,
    edge: endsOf(edge),
  }));
  const [first] = edges;
  if (first?.fallback) {
    const message = "An error route cannot be a fallback.";
    issues.push({
      code: "fallback_without_router",
      severity: "error",
      message,
      fix: "Unmark it.",
      edge: endsOf(first),
    });
  }
  return issues;
}

function checkDirective(context: RuleContext, id: NodeId, onErrorRoute: boolean): Issue[] {
  const issues: Issue[] = [];
  const name = nameOf(context, id);
  if (!onErrorRoute) {
    issues.push({
      code: "directive_outside_error_route",
      severity: "error",
      message: `${name} only makes sense on an error route.`,
      fix: "Move it to the error route of the node that may fail.",
      nodeId: id,
    });
  }
  const [next] = context.graph.outgoing(id);
  if (next) {
    const message = `Nothing can follow ${name}: it ends the error route.`;
    const fix = "Move what follows in front of it.";
    issues.push({ code: "directive_not_last", severity: "error", message, fix, nodeId: id, edge: endsOf(next) });
  }
  return issues;
}

/** Nodes behind the error edges of those nodes that `begins` accepts. Each is visited once, however broken the graph is. */
function findErrorRouteNodes({ definition, graph }: RuleContext, begins: (id: NodeId) => boolean): Set<NodeId> {
  const found = new Set<NodeId>();
  const starts = definition.edges.filter((edge) => edge.kind === "error" && begins(edge.from));
  const stack = starts.map((edge) => edge.to);
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    stack.push(...graph.outgoing(id).map((edge) => edge.to));
  }
  return found;
}

/** `respond` answers a webhook's caller. */
export const checkRespond: Rule = (context) => {
  const triggers = triggersOf(context).map(({ id }) => context.kinds.get(id));
  const hasCaller = triggers.some((kind) => kind?.role === "trigger" && kind.node.kind === "webhook");
  if (hasCaller || triggers.length === 0) return [];
  return context.definition.nodes
    .filter(({ id }) => controlAt(context, id) === "respond")
    .map(({ id }): Issue => ({
      code: "respond_without_webhook",
      severity: "error",
      message: `${nameOf(context, id)} answers a webhook, but this scenario does not start with one.`,
      fix: "Use a webhook as trigger, or remove the node.",
      nodeId: id,
    }));
};

/** An aggregator's source lies before it, is still open there, and is not on the other side of an error route. */
export const checkAggregators: Rule = (context) =>
  context.definition.nodes.flatMap((node): Issue[] => {
    if (controlAt(context, node.id) !== "aggregate") return [];
    const source = aggregatedSource(node, context.catalog);
    if (source === null) return [];
    const place = { severity: "error" as const, nodeId: node.id, field: ["source"] };
    const fix = "Choose a node before the aggregator, usually an iterator.";
    if (!findInScope(context.scopes.at(node.id), source)) {
      const message = `${nameOf(context, node.id)} collects from node ${source}, which is not before it.`;
      return [{ ...place, code: "source_not_upstream", message, fix }];
    }
    if (crossesErrorRoute(context, { from: node.id, to: source })) {
      const message = `${nameOf(context, node.id)} is on an error route and cannot collect from node ${source} outside of it.`;
      return [{ ...place, code: "source_across_error_route", message, fix }];
    }
    return [];
  });
