import type { Issue } from "../issue.ts";
import type { DefinitionNode } from "../schema.ts";
import { controlAt, crossesErrorRoute, nameOf, triggersOf, type Rule, type RuleContext } from "./context.ts";

/** What is doubtful about iterators that process several bundles at the same time. */
export const checkLanes: Rule = (context) => {
  const iterators = context.definition.nodes.filter((node) => hasLanes(context, node));
  return iterators.length === 0 ? [] : [...checkAnswers(context, iterators), ...checkPlaces(context, iterators)];
};

function hasLanes(context: RuleContext, { id, config }: DefinitionNode): boolean {
  const control = controlAt(context, id);
  return (control === "iterate" || control === "repeat") && Number(config.concurrency) > 1;
}

/** A webhook is answered once. */
function checkAnswers(context: RuleContext, iterators: readonly DefinitionNode[]): Issue[] {
  const ids = new Set(iterators.map(({ id }) => id));
  return context.definition.nodes.flatMap(({ id }): Issue[] => {
    if (controlAt(context, id) !== "respond") return [];
    for (let link = context.scopes.at(id); link; link = link.rest) {
      if (!ids.has(link.nodeId)) continue;
      const iterator = nameOf(context, link.nodeId);
      return [
        {
          code: "answer_by_chance",
          severity: "warning",
          message: `${nameOf(context, id)} answers with whichever bundle gets there first: ${iterator} processes several at the same time.`,
          fix: "Put it behind an aggregator, or let the iterator process one bundle at a time.",
          nodeId: id,
        },
      ];
    }
    return [];
  });
}

/** On an error route bundles go one by one. */
function checkPlaces(context: RuleContext, iterators: readonly DefinitionNode[]): Issue[] {
  const [trigger] = triggersOf(context);
  if (!trigger) return [];
  return iterators
    .filter(({ id }) => crossesErrorRoute(context, { from: id, to: trigger.id }))
    .map(({ id }): Issue => ({
      code: "lanes_on_error_route",
      severity: "warning",
      message: `${nameOf(context, id)} is on an error route, where bundles are processed one after the other.`,
      fix: "Set “At the same time” to 1.",
      nodeId: id,
      field: ["concurrency"],
    }));
}
