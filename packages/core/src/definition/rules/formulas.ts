import { findInScope, isOnPath, type ScopeLink } from "../../graph/scope.ts";
import { compileConfigOnce, compileFilterOnce } from "../compileOnce.ts";
import { formatReference } from "../../mapping/path.ts";
import type { Template, TemplateReference } from "../../mapping/template.ts";
import { literalFieldsOf } from "../checkConfig.ts";
import type { Issue } from "../issue.ts";
import type { NodeId } from "../schema.ts";
import { nameOf, type Rule, type RuleContext } from "./context.ts";

type Place = Pick<Issue, "nodeId" | "edge" | "field">;

/** What formulas can read at one place, and the node behind which it is. */
interface Surroundings {
  scope: ScopeLink | null;
  after: NodeId | undefined;
}

/** Syntax of every formula in configs, and whether what it reads can be read there. */
export const checkConfigFormulas: Rule = (context) =>
  context.definition.nodes.flatMap((node) => {
    const schema = context.kinds.get(node.id)?.node.input;
    const { templates } = compileConfigOnce(node.config, schema ? literalFieldsOf(schema) : []);
    if (templates.length === 0) return [];
    const surroundings: Surroundings = {
      scope: context.scopes.at(node.id),
      after: context.graph.incoming(node.id)[0]?.from,
    };
    return templates.flatMap(({ field, template }) =>
      checkTemplate(context, template, surroundings, { nodeId: node.id, field }),
    );
  });

/** The same for filters, which can read the node that their edge leaves. */
export const checkFilterFormulas: Rule = (context) =>
  context.definition.edges.flatMap(({ from, to, kind, filter }) => {
    if (!filter) return [];
    const surroundings: Surroundings = { scope: context.scopes.after(from), after: from };
    return compileFilterOnce(filter).templates.flatMap(({ field, template }) =>
      checkTemplate(context, template, surroundings, { edge: { from, to, kind }, field }),
    );
  });

function checkTemplate(context: RuleContext, template: Template, surroundings: Surroundings, place: Place): Issue[] {
  const faults = template.issues.map(({ message, from, to }): Issue => ({
    ...place,
    code: "formula_syntax",
    severity: "error",
    message,
    fix: "Correct the formula.",
    range: { from, to },
  }));
  const references = template.references.flatMap((reference) => {
    const fault = checkReference(context, reference, surroundings);
    return fault ? [{ ...place, ...fault, range: { from: reference.from, to: reference.to } }] : [];
  });
  return [...faults, ...references];
}

function checkReference(
  context: RuleContext,
  { nodeId, path }: TemplateReference,
  { scope, after }: Surroundings,
): Pick<Issue, "code" | "severity" | "message" | "fix"> | null {
  const node = context.graph.nodes.get(nodeId);
  const isReadable = node !== undefined && findInScope(scope, nodeId) !== null;
  if (isReadable && !node.disabled) return null;
  // Words are put together only where there is something to say: nearly every reference is sound.
  const written = formatReference(nodeId, path);
  if (!node) {
    const message = `${written} reads node ${nodeId}, which does not exist.`;
    return { code: "reference_unknown", severity: "error", message, fix: "Choose a value of a node before this one." };
  }
  const name = nameOf(context, nodeId);
  if (!isReadable && after !== undefined && isOnPath(context.graph, nodeId, after)) {
    const message = `${written} reads ${name}, which has finished here: an aggregator has collected its bundles.`;
    return { code: "reference_collected", severity: "error", message, fix: "Read the aggregator's array instead." };
  }
  if (!isReadable) {
    const message = `${written} reads ${name}, which does not run before this.`;
    return {
      code: "reference_not_upstream",
      severity: "error",
      message,
      fix: "Choose a value of a node before this one.",
    };
  }
  const message = `${written} is always empty: ${name} is disabled.`;
  return { code: "reference_disabled", severity: "warning", message, fix: "Enable the node or choose another value." };
}
