import type { JsonValue, NodeId } from "../definition/schema.ts";
import type { CompiledConfig, FieldPath } from "../mapping/config.ts";
import type { Template } from "../mapping/template.ts";
import { shapeOfValue } from "./fromValue.ts";
import { inferTemplate, type FormulaFault, type ShapeOfNode } from "./infer.ts";
import { anyShape, listOf, unite, type Shape } from "./shape.ts";

/** A fault in one field of a config. */
export interface FieldFault extends FormulaFault {
  field: FieldPath;
}

/** What a config comes to, as far as that is known before the run. The same object while nothing has changed. */
export interface ConfigInference {
  faults: readonly FieldFault[];
  /** The shape of the value at a path. */
  valueAt(field: FieldPath): Shape;
  /** Names and shapes of the rows `{ name, value }` at a path; `null` where their names are not all written out. */
  rowsAt(field: FieldPath): Map<string, Shape> | null;
  /** What is written in a field, formulas and all. */
  writtenIn(field: string): JsonValue | undefined;
}

interface Remembered {
  compiled: CompiledConfig;
  /** What the formulas read: while that is the same, so is everything else. */
  reads: ReadonlyMap<NodeId, Shape | undefined>;
  inference: ConfigInference;
}

/** By the identity of the config, which is immutable data. */
const remembered = new WeakMap<object, Remembered>();

/** Infers all formulas of a config. Costs next to nothing while neither it nor what it reads has changed. */
export function inferConfig(
  config: Record<string, JsonValue>,
  compiled: CompiledConfig,
  shapeOf: ShapeOfNode,
): ConfigInference {
  const known = remembered.get(config);
  if (known?.compiled === compiled && isUnchanged(known.reads, shapeOf)) return known.inference;
  const reads = new Map<NodeId, Shape | undefined>();
  const read: ShapeOfNode = (nodeId) => {
    const shape = reads.has(nodeId) ? reads.get(nodeId) : shapeOf(nodeId);
    reads.set(nodeId, shape);
    return shape;
  };
  const faults: FieldFault[] = [];
  const templates = new Map<string, Shape>();
  for (const { field, template } of compiled.templates) {
    const inferred = inferText(template, read);
    templates.set(JSON.stringify(field), inferred.shape);
    for (const fault of inferred.faults) faults.push({ ...fault, field });
  }
  const inference: ConfigInference = {
    faults,
    valueAt: (field) => describe(valueIn(config, field), field, templates),
    rowsAt: (field) => describeRows(valueIn(config, field), field, templates),
    writtenIn: (field) => valueIn(config, [field]),
  };
  remembered.set(config, { compiled, reads, inference });
  return inference;
}

function isUnchanged(reads: ReadonlyMap<NodeId, Shape | undefined>, shapeOf: ShapeOfNode): boolean {
  for (const [nodeId, shape] of reads) if (shapeOf(nodeId) !== shape) return false;
  return true;
}

/** Of a formula that cannot be read nothing is known but that. */
export const inferText = (template: Template, shapeOf: ShapeOfNode): ReturnType<typeof inferTemplate> =>
  template.issues.length > 0 ? { shape: anyShape, faults: [] } : inferTemplate(template.parts, shapeOf);

function valueIn(config: Record<string, JsonValue>, field: FieldPath): JsonValue | undefined {
  let value: JsonValue | undefined = config;
  for (const step of field) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, JsonValue>)[step];
  }
  return value;
}

function describe(value: JsonValue | undefined, field: FieldPath, templates: ReadonlyMap<string, Shape>): Shape {
  if (typeof value === "string") return templates.get(JSON.stringify(field)) ?? shapeOfValue(value, "none");
  if (typeof value !== "object" || value === null) return shapeOfValue(value, "none");
  if (Array.isArray(value)) {
    if (value.length === 0) return listOf(anyShape);
    return listOf(unite(value.map((item, index) => describe(item, [...field, index], templates))));
  }
  const names = Object.keys(value).filter((name) => name !== "__proto__");
  const fields = new Map(names.map((name) => [name, describe(value[name], [...field, name], templates)]));
  return { kind: "object", fields, others: "none" };
}

function describeRows(
  rows: JsonValue | undefined,
  field: FieldPath,
  templates: ReadonlyMap<string, Shape>,
): Map<string, Shape> | null {
  if (rows === undefined) return new Map();
  if (!Array.isArray(rows)) return null;
  const shapes = new Map<string, Shape>();
  for (const [index, row] of rows.entries()) {
    if (typeof row !== "object" || row === null || Array.isArray(row)) return null;
    const { name, value } = row;
    if (typeof name !== "string" || name.includes("{{")) return null;
    shapes.set(name.trim(), describe(value, [...field, index, "value"], templates));
  }
  return shapes;
}
