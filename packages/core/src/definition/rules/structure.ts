import type { Issue } from "../issue.ts";
import type { NodeId } from "../schema.ts";
import { controlAt, nameOf, triggersOf, type Rule, type RuleContext } from "./context.ts";

/** Exactly one trigger, first in the tree. */
export const checkTrigger: Rule = (context) => {
  const [first, ...others] = triggersOf(context);
  if (!first) {
    const message = "The scenario has no trigger.";
    return [{ code: "no_trigger", severity: "error", message, fix: "Add a trigger and connect the first node to it." }];
  }
  const issues: Issue[] = others.map(({ id }) => ({
    code: "second_trigger",
    severity: "error",
    message: `${nameOf(context, id)} is a second trigger.`,
    fix: "Keep one trigger and delete the others.",
    nodeId: id,
  }));
  for (const { from, to, kind } of context.graph.incoming(first.id)) {
    issues.push({
      code: "trigger_not_first",
      severity: "error",
      message: "Nothing can come before the trigger.",
      fix: "Remove the connection that leads to it.",
      nodeId: first.id,
      edge: { from, to, kind },
    });
  }
  if (first.disabled) {
    const message = "The trigger is disabled, so that nothing starts this scenario.";
    issues.push({ code: "trigger_disabled", severity: "warning", message, fix: "Enable it.", nodeId: first.id });
  }
  return issues;
};

export const checkEdgeEnds: Rule = ({ definition, graph }) =>
  definition.edges.flatMap(({ from, to, kind }): Issue[] => {
    const missing = [from, to].filter((id) => !graph.nodes.has(id));
    if (missing.length === 0) return [];
    const message = `A connection leads ${missing[0] === from ? "from" : "to"} node ${missing[0]}, which does not exist.`;
    return [
      { code: "dangling_edge", severity: "error", message, fix: "Remove the connection.", edge: { from, to, kind } },
    ];
  });

/** Branches meet in merge nodes only: every other node has one way in. */
export const checkSingleEntry: Rule = (context) =>
  [...context.graph.nodes.keys()].flatMap((id): Issue[] => {
    if (controlAt(context, id) === "merge") return [];
    const edges = context.graph.incoming(id);
    return edges.slice(1).map(({ from, to, kind }) => ({
      code: "multiple_incoming",
      severity: "error",
      message: `${nameOf(context, id)} follows ${edges.length} nodes: branches cannot meet.`,
      fix: "Put a merge node in front of it, or remove all but one of the connections that lead to it.",
      nodeId: id,
      edge: { from, to, kind },
    }));
  });

/** Reports each edge that closes a circle once. Iterative: a chain of 2,000 nodes must not end up on the call stack. */
export const checkCycles: Rule = (context) => {
  const { definition, graph } = context;
  const issues: Issue[] = [];
  const states = new Map<NodeId, "open" | "done">();
  for (const { id } of definition.nodes) {
    const stack: { id: NodeId; next: number }[] = [];
    const open = (nodeId: NodeId) => {
      states.set(nodeId, "open");
      stack.push({ id: nodeId, next: 0 });
    };
    if (!states.has(id)) open(id);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const edge = graph.outgoing(top.id)[top.next++];
      if (!edge) {
        states.set(top.id, "done");
        stack.pop();
      } else if (states.get(edge.to) === "open") {
        issues.push(cycleIssue(context, edge));
      } else if (!states.has(edge.to) && graph.nodes.has(edge.to)) {
        open(edge.to);
      }
    }
  }
  return issues;
};

function cycleIssue(context: RuleContext, edge: { from: NodeId; to: NodeId; kind: "next" | "error" }): Issue {
  const { from, to, kind } = edge;
  return {
    code: "cycle",
    severity: "error",
    message: `The connection from ${nameOf(context, from)} back to ${nameOf(context, to)} closes a circle.`,
    fix: "Remove one of the circle's connections.",
    nodeId: from,
    edge: { from, to, kind },
  };
}

/** Nodes without a way in. Of a detached part only its first node is named. */
export const checkOrphans: Rule = (context) => {
  const triggers = new Set(triggersOf(context).map(({ id }) => id));
  return context.definition.nodes.flatMap(({ id }): Issue[] => {
    const entered = context.graph.incoming(id).some((edge) => context.graph.nodes.has(edge.from));
    if (entered || triggers.has(id)) return [];
    return [
      {
        code: "orphan",
        severity: "error",
        message: `${nameOf(context, id)} is not connected, so that it never runs.`,
        fix: "Connect it to a node before it, or delete it.",
        nodeId: id,
      },
    ];
  });
};

/** Types and type versions that no installed integration has. */
export const checkTypes: Rule = ({ definition, catalog, kinds }) =>
  definition.nodes.flatMap(({ id, type, typeVersion }): Issue[] => {
    if (kinds.has(id)) return [];
    const newest = catalog.getNodeKind(type);
    if (!newest) {
      const message = `No installed integration has "${type}".`;
      return [
        {
          code: "unknown_type",
          severity: "error",
          message,
          fix: "Replace the node, or install its integration.",
          nodeId: id,
        },
      ];
    }
    const message = `"${type}" has no version ${typeVersion}; the newest is ${newest.node.typeVersion}.`;
    return [{ code: "unknown_type_version", severity: "error", message, fix: "Add the node anew.", nodeId: id }];
  });
