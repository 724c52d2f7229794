/** The first event of a run, from the payload it was started with. */
import type { JsonValue, NodeId } from "@patchbay/core";
import type { Event, Plan } from "@patchbay/engine";
import type { Doc } from "../_generated/dataModel.d.ts";

/**
 * `bundle` is what the trigger emits, or, where one node is executed alone, of the bundles it sees by the
 * ids of their nodes. Bundles of nodes that the definition does not have (it is another version's) are left out.
 */
export function startEvent(plan: Plan, run: Pick<Doc<"runs">, "onlyNode" | "dryRun">, bundle: JsonValue): Event {
  if (run.onlyNode === undefined) return { kind: "start", bundle, ...(run.dryRun && { dryRun: true }) };
  return { kind: "startNode", nodeId: run.onlyNode, bundles: bundlesIn(plan, bundle) };
}

function bundlesIn(plan: Plan, payload: JsonValue): Map<NodeId, JsonValue> {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return new Map();
  const byId = Object.entries(payload).map(([id, bundle]): [NodeId, JsonValue] => [Number(id), bundle]);
  return new Map(byId.filter(([id]) => plan.nodes.has(id)).sort(([a], [b]) => a - b));
}
