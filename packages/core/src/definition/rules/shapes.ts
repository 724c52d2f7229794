import { checkConditions } from "../../shapes/conditions.ts";
import type { ConfigInference } from "../../shapes/config.ts";
import type { FormulaFault } from "../../shapes/infer.ts";
import { alternativesOf, describeShape, present, type Shape } from "../../shapes/shape.ts";
import { literalFieldsOf, type InputSchema } from "../checkConfig.ts";
import { compileConfigOnce } from "../compileOnce.ts";
import type { Issue } from "../issue.ts";
import type { DefinitionNode } from "../schema.ts";
import type { Rule } from "./context.ts";

/** Formulas that read fields which cannot exist, or give functions and operators what they cannot take. */
export const checkConfigShapes: Rule = ({ definition, shapes, kinds }) =>
  definition.nodes.flatMap((node) => {
    const inferred = shapes.configOf(node.id);
    const faults = inferred.faults.map((fault): Issue => ({ nodeId: node.id, field: fault.field, ...toIssue(fault) }));
    const schema = kinds.get(node.id)?.node.input;
    return schema ? [...faults, ...checkInputShapes(node, schema, inferred)] : faults;
  });

/** The same in filters, and conditions that never or always hold. */
export const checkFilterShapes: Rule = ({ definition, shapes }) =>
  definition.edges.flatMap(({ from, to, kind, filter }) => {
    if (!filter) return [];
    const edge = { from, to, kind };
    return checkConditions(filter, shapes.on(edge)).map((fault): Issue => ({
      edge,
      field: fault.field,
      ...toIssue(fault),
    }));
  });

const toIssue = ({ code, message, from, to, replacement }: Omit<FormulaFault, "code"> & { code: string }) =>
  ({
    code,
    severity: "warning",
    message,
    fix: replacement === undefined ? "Check what it reads, or run once to learn its values." : `Write ${replacement}.`,
    range: { from, to },
  }) as const;

/** Shapes that an input of a type takes; what an input is read by (`coerceToSchema`) turns the others down. */
const fitting: Partial<Record<string, readonly Shape["kind"][]>> = {
  number: ["number", "text"],
  integer: ["number", "text"],
  boolean: ["boolean", "number", "text"],
  object: ["object"],
};
const wanted: Partial<Record<string, string>> = {
  number: "a number",
  integer: "a whole number",
  boolean: "yes or no",
  object: "an object",
};

/** Fields that are one formula, of which it is known that it gives something else than the field takes. */
function checkInputShapes(node: DefinitionNode, schema: InputSchema, inferred: ConfigInference): Issue[] {
  const { templates } = compileConfigOnce(node.config, literalFieldsOf(schema));
  return templates.flatMap(({ field, template }): Issue[] => {
    const isFormula = template.issues.length === 0 && template.parts.length === 1;
    const input = isFormula ? schemaAt(schema, field) : null;
    const kinds = input && typeof input.type === "string" ? fitting[input.type] : undefined;
    if (!input || !kinds) return [];
    const shape = present(inferred.valueAt(field));
    if (alternativesOf(shape).some(({ kind }) => kind === "any" || kind === "nothing" || kinds.includes(kind)))
      return [];
    const label = typeof input.title === "string" && input.title !== "" ? input.title : `"${field.at(-1)}"`;
    const message = `${label} must be ${wanted[String(input.type)]}, but this is ${describeShape(shape)}.`;
    const range = { from: 0, to: template.text.length };
    return [
      { nodeId: node.id, field, code: "input_type", severity: "warning", message, fix: "Map another value.", range },
    ];
  });
}

/** The schema of a field, by properties and items; null where it is chosen by something, or not a plain one. */
function schemaAt(schema: InputSchema, field: readonly (string | number)[]): InputSchema | null {
  let current: unknown = schema;
  for (const step of field) {
    if (!isSchema(current)) return null;
    const properties: unknown = current.properties;
    if (typeof step === "number") current = current.items;
    else current = isSchema(properties) && Object.hasOwn(properties, step) ? properties[step] : undefined;
  }
  return isSchema(current) && current["x-showWhen"] === undefined ? current : null;
}

const isSchema = (value: unknown): value is InputSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
