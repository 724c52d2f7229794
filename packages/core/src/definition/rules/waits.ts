import { findInScope, isOnPath, type ScopeLink } from "../../graph/scope.ts";
import type { AddressCall } from "../../mapping/ast.ts";
import { addressFunctions } from "../../mapping/functions/addresses.ts";
import { literalFieldsOf } from "../checkConfig.ts";
import { compileConfigOnce, compileFilterOnce } from "../compileOnce.ts";
import type { Issue } from "../issue.ts";
import type { NodeId } from "../schema.ts";
import { controlAt, nameOf, type Rule, type RuleContext } from "./context.ts";

type Fault = Pick<Issue, "code" | "severity" | "message" | "fix">;

/** Where an address is asked for: what can be read there, and the node that comes next. */
interface Place {
  scope: ScopeLink | null;
  nodeId: NodeId;
}

/**
 * `resumeUrl` and `approvalUrl` name a Wait node that comes later, and of whose operations only one can be meant: an address
 * that is asked for before an iterator cannot belong to one of its items.
 */
export const checkAddresses: Rule = (context) => {
  const issues: Issue[] = [];
  for (const node of context.definition.nodes) {
    const schema = context.kinds.get(node.id)?.node.input;
    const { templates } = compileConfigOnce(node.config, schema ? literalFieldsOf(schema) : []);
    for (const { field, template } of templates) {
      for (const call of template.addresses) {
        const fault = checkAddress(context, call, { scope: context.scopes.at(node.id), nodeId: node.id });
        if (fault) issues.push({ ...fault, nodeId: node.id, field, range: { from: call.from, to: call.to } });
      }
    }
  }
  for (const { from, to, kind, filter } of context.definition.edges) {
    if (!filter) continue;
    for (const { field, template } of compileFilterOnce(filter).templates) {
      for (const call of template.addresses) {
        const fault = checkAddress(context, call, { scope: context.scopes.after(from), nodeId: to });
        if (fault) issues.push({ ...fault, edge: { from, to, kind }, field, range: { from: call.from, to: call.to } });
      }
    }
  }
  return issues;
};

function checkAddress(context: RuleContext, { name, nodeId }: AddressCall, place: Place): Fault | null {
  const error = (code: string, message: string, fix: string): Fault => ({ code, severity: "error", message, fix });
  if (nodeId === null) {
    const message = `${name} needs the number of a Wait node, written out: which node is meant must be known before the run.`;
    return error("address_not_written", message, `Write ${name}(5), say.`);
  }
  const node = context.graph.nodes.get(nodeId);
  if (!node || controlAt(context, nodeId) !== "wait") {
    const what = node ? `${nameOf(context, nodeId)} does not wait for an answer.` : `There is no node ${nodeId}.`;
    return error("address_of_no_wait", `${name}: ${what}`, "Name a Wait node.");
  }
  const wait = nameOf(context, nodeId);
  if (!isOnPath(context.graph, place.nodeId, nodeId)) {
    return error(
      "address_not_downstream",
      `${name}: ${wait} does not come after this.`,
      `Name a Wait node further on.`,
    );
  }
  const loop = loopBetween(context, place.scope, nodeId);
  if (loop !== null) {
    const message = `${name}: ${wait} waits once for each bundle of ${nameOf(context, loop)}, so one address cannot be known here.`;
    return error("address_before_loop", message, `Ask for it behind ${nameOf(context, loop)}.`);
  }
  if (addressFunctions.get(name) === "approve" && node.config.kind === "event") {
    return error("address_of_event", `approvalUrl: ${wait} waits for a program, not a person.`, "Use resumeUrl.");
  }
  if (!node.disabled) return null;
  const message = `${name}: ${wait} is disabled, so nobody can answer there.`;
  return { code: "address_disabled", severity: "warning", message, fix: "Enable the node." };
}

/** A node between a place and a later one that may emit several bundles which are still under way there. */
function loopBetween(context: RuleContext, before: ScopeLink | null, nodeId: NodeId): NodeId | null {
  for (let link = context.scopes.at(nodeId); link; link = link.rest) {
    if (emitsMany(context, link.nodeId) && !findInScope(before, link.nodeId)) return link.nodeId;
  }
  return null;
}

function emitsMany(context: RuleContext, nodeId: NodeId): boolean {
  const node = context.graph.nodes.get(nodeId);
  const control = controlAt(context, nodeId);
  if (!node || node.disabled) return false;
  if (control === "iterate" || control === "repeat") return true;
  const { groupBy } = node.config;
  return control === "aggregate" && groupBy !== undefined && groupBy !== null && groupBy !== "";
}
