/** How much a run's operations may store: the scenario's limit on data per run. */
import type { Plan } from "@patchbay/engine";
import type { Doc } from "../_generated/dataModel.d.ts";
import { interpret, type Interpretation } from "./interpret.ts";

/** Ends a run whose log would outgrow the scenario's limit; what it did last is kept. Nothing more is performed. */
export function limitData(
  plan: Plan,
  log: Pick<Doc<"runLogs">, "operations" | "closedCharacters">,
  result: Interpretation,
): Interpretation {
  if (!result.accepted || result.state.phase === "ended") return result;
  let characters = (log.closedCharacters ?? 0) + log.operations.length;
  for (const text of result.operations) characters += text.length;
  if (characters <= plan.maxDataCharacters) return result;
  const limit = Math.round(plan.maxDataCharacters / 1_000_000);
  const error = {
    kind: "terminal" as const,
    code: "scenario_limit",
    message: `The run reached its limit of ${limit} MB of inputs and outputs. Raise “Data per run” in the scenario's settings, or process less per run.`,
    notPerformed: true,
  };
  const ended = interpret(plan, result.state, { kind: "limit", error }, { nowMs: Date.now(), vault: result.vault });
  return {
    ...ended,
    operations: [...result.operations, ...ended.operations],
    large: result.large,
    steps: result.steps,
  };
}
