import type { api } from "@convex/api";
import type { FunctionReturnType } from "convex/server";

export type ScenarioRow = FunctionReturnType<typeof api.scenarios.queries.listScenarios>["page"][number];
export type Scenario = NonNullable<FunctionReturnType<typeof api.scenarios.queries.getScenario>>;

export const scenarioFilters = ["all", "on", "off", "failing", "drafts", "archived"] as const;
export type ScenarioFilter = (typeof scenarioFilters)[number];
