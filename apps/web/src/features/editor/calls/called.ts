import type { CallableScenario, CallableScenarios, DefinitionNode } from "@patchbay/core";

/** The scenario that the node calls, as far as it is known. */
export function calledBy(
  node: DefinitionNode | undefined,
  callables: CallableScenarios | undefined,
): CallableScenario | undefined {
  const { scenarioId } = node?.config ?? {};
  return node?.type === "scenario.call" && typeof scenarioId === "string" ? callables?.get(scenarioId) : undefined;
}

export const scenarioPath = (scenarioId: string): string => `/scenarios/${scenarioId}`;
