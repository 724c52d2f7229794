/** A run of one node alone: on bundles that a person chose instead of those of a run. */
import type { Event } from "./events.ts";
import { createFrame } from "./flow.ts";
import { beginLife } from "./lifetime.ts";
import { drawSeed, requireNode, type Turn } from "./turn.ts";

/**
 * Begins at the node, with a frame for each bundle that it may read. The nodes of those frames are not executed, and nothing
 * that follows from the node is either: no edge, no error route. Operation 1 is left to triggers.
 */
export function startNode(turn: Turn, event: Extract<Event, { kind: "startNode" }>): true {
  const { state, plan } = turn;
  state.phase = "ready";
  state.seed = drawSeed(turn);
  beginLife(turn);
  state.lastOperationId = 1;
  for (const [id, bundle] of event.bundles) {
    state.stack.push(createFrame({ node: requireNode(plan, id), path: "1" }, "bundles", [bundle]));
  }
  state.only = requireNode(plan, event.nodeId).id;
  state.at = event.nodeId;
  return true;
}
