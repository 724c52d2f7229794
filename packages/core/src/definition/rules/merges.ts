import { findInScope } from "../../graph/scope.ts";
import type { Issue } from "../issue.ts";
import type { Edge, NodeId } from "../schema.ts";
import { controlAt, crossesErrorRoute, isBranching, nameOf, type Rule, type RuleContext } from "./context.ts";

/**
 * A merge joins branches of one router or if/else, which must still be open where each of them ends: no aggregator may have
 * collected it, and no error route may lie between.
 */
export const checkMerges: Rule = (context) =>
  context.definition.nodes.flatMap(({ id, disabled }): Issue[] => {
    if (controlAt(context, id) !== "merge" || disabled) return [];
    const edges = context.graph.incoming(id).filter((edge) => context.graph.nodes.has(edge.from));
    if (edges.length < 2) return edges.length === 0 ? [] : [singleBranch(context, id)];
    return checkMerge(context, id, edges);
  });

function singleBranch(context: RuleContext, id: NodeId): Issue {
  return {
    code: "merge_of_one",
    severity: "warning",
    message: `Only one branch leads to ${nameOf(context, id)}.`,
    fix: "Connect the ends of the other branches to it, or remove it.",
    nodeId: id,
  };
}

function checkMerge(context: RuleContext, id: NodeId, edges: readonly Edge[]): Issue[] {
  const source = context.scopes.dominatorOf(id);
  const name = nameOf(context, id);
  const place = { severity: "error" as const, nodeId: id };
  if (source === undefined || !isBranching(controlAt(context, source))) {
    const message = `What leads to ${name} does not begin at one router or if/else.`;
    return [
      { ...place, code: "merge_without_router", message, fix: "Connect only branches of the same router to it." },
    ];
  }
  return edges.flatMap(({ from, to, kind }): Issue[] => {
    const edge = { from, to, kind };
    if (kind === "error" || crossesErrorRoute(context, { from, to: source })) {
      const message = `An error route cannot lead to ${name}.`;
      return [{ ...place, code: "merge_of_error_route", message, fix: "End the error route with a directive.", edge }];
    }
    if (findInScope(context.scopes.after(from), source)) return [];
    const message = `Behind ${nameOf(context, from)} the branch is closed: an aggregator has collected ${nameOf(context, source)}.`;
    const fix = "Choose a source inside the branch for the aggregator, or end the branch before it.";
    return [{ ...place, code: "merge_of_closed_branch", message, fix, edge }];
  });
}
