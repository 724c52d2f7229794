import { readDeclaredInputs, takeInputs } from "../../calls/inputs.ts";
import type { CallableScenario } from "../../calls/interface.ts";
import { hasFormula } from "../checkConfig.ts";
import type { Issue } from "../issue.ts";
import type { DefinitionNode, JsonValue } from "../schema.ts";
import { controlAt, nameOf, triggersOf, type Rule, type RuleContext } from "./context.ts";

/** Called scenarios exist and can be called, and get the inputs that they declare. Checked where they are known. */
export const checkCalls: Rule = (context) => {
  const { callables } = context;
  if (!callables) return [];
  return context.definition.nodes.flatMap((node): Issue[] => {
    const { scenarioId } = node.config;
    if (controlAt(context, node.id) !== "call" || node.disabled) return [];
    if (typeof scenarioId !== "string" || scenarioId === "") return [];
    const callable = callables.get(scenarioId);
    const fault = statusFault(context, node, callable);
    if (fault) return [fault];
    return callable ? [...inputFaults(context, node, callable), ...recursionFaults(context, node, callable)] : [];
  });
};

const statusWords: Record<Exclude<CallableScenario["status"], "ready">, { what: string; fix: string }> = {
  off: { what: "is switched off", fix: "Switch it on, or call another one." },
  unpublished: { what: "was never published", fix: "Publish it, or call another one." },
  otherTrigger: {
    what: 'does not begin with "When called"',
    fix: "Give it that trigger and publish it, or call another one.",
  },
  deleted: { what: "was deleted", fix: "Restore it, or call another one." },
};

function statusFault(context: RuleContext, node: DefinitionNode, callable?: CallableScenario): Issue | null {
  const place = { severity: "error" as const, nodeId: node.id, field: ["scenarioId"] };
  const name = nameOf(context, node.id);
  if (!callable) {
    const message = `${name} calls a scenario that does not exist in this organization.`;
    return { ...place, code: "call_unknown", message, fix: "Choose one that does." };
  }
  if (callable.status === "ready") return null;
  const { what, fix } = statusWords[callable.status];
  return { ...place, code: "call_unavailable", message: `${name} calls "${callable.name}", which ${what}.`, fix };
}

function inputFaults(context: RuleContext, node: DefinitionNode, callable: CallableScenario): Issue[] {
  const given = asRecord(node.config.inputs);
  if (given === null) return [];
  const name = nameOf(context, node.id);
  // What a formula comes to is not known yet: any value stands for it.
  const isOpen = new Set(Object.keys(given).filter((key) => hasFormulaInside(given[key])));
  const declared = callable.inputs.filter((input) => !isOpen.has(input.name));
  const { faults } = takeInputs(declared, given);
  const known = new Set(callable.inputs.map((input) => input.name));
  const unknown = Object.keys(given).filter((key) => !known.has(key));
  return [
    ...faults.map(({ name: input, message }): Issue => {
      const fix = `Fill it in: "${callable.name}" asks for it.`;
      const text = `${name}: ${message}`;
      return { code: "call_input", severity: "error", message: text, fix, nodeId: node.id, field: ["inputs", input] };
    }),
    ...unknown.map((input): Issue => {
      const message = `${name}: "${callable.name}" has no input "${input}" (any more).`;
      const place = { nodeId: node.id, field: ["inputs", input] };
      return { code: "call_input_unknown", severity: "warning", message, fix: "Remove the value.", ...place };
    }),
  ];
}

function recursionFaults(context: RuleContext, node: DefinitionNode, callable: CallableScenario): Issue[] {
  if (!callable.recursion) return [];
  const way = callable.recursion.map((name) => `"${name}"`).join(", which calls ");
  const message = `${nameOf(context, node.id)} leads back to this scenario: it calls ${way}.`;
  const fix = "Make sure that a condition ends it: after 10 calls in each other the run fails.";
  return [{ code: "call_recursion", severity: "warning", message, fix, nodeId: node.id, field: ["scenarioId"] }];
}

/** The inputs of a start node have names of their own. */
export const checkDeclaredInputs: Rule = (context) =>
  triggersOf(context).flatMap((node): Issue[] => {
    const kind = context.kinds.get(node.id);
    if (kind?.role !== "trigger" || kind.node.kind !== "call" || !Array.isArray(node.config.inputs)) return [];
    const names = node.config.inputs.map((row) => readDeclaredInputs([row])[0]?.name);
    return names.flatMap((name, index): Issue[] => {
      if (name === undefined || names.indexOf(name) === index) return [];
      const place = { nodeId: node.id, field: ["inputs", index, "name"] };
      const message = `There are two inputs with the name "${name}".`;
      return [{ code: "duplicate_input", severity: "error", message, fix: "Rename one of them.", ...place }];
    });
  });

const asRecord = (value: JsonValue | undefined): Record<string, JsonValue> | null => {
  if (value === undefined || value === null || value === "") return {};
  return typeof value === "object" && !Array.isArray(value) ? value : null;
};

function hasFormulaInside(value: JsonValue | undefined): boolean {
  if (typeof value !== "object" || value === null) return hasFormula(value);
  return Object.values(value).some((inner: JsonValue) => hasFormulaInside(inner));
}
