/** The shapes of what passes between a scenario and the one that it calls. */
import type { DefinitionNode } from "../definition/schema.ts";
import { anyShape, boolean, anyObject, date, listOf, nothing, number, objectOf, text, unite } from "../shapes/shape.ts";
import type { Shape } from "../shapes/shape.ts";
import { readDeclaredInputs, type InputType } from "./inputs.ts";
import type { CallableScenario } from "./interface.ts";

const shapeOfType: Record<InputType, Shape> = {
  text,
  number,
  boolean,
  date,
  list: listOf(anyShape),
  object: anyObject,
};

/** Kept by the config and the scenario they are made of: whoever compares by identity finds them unchanged. */
const started = new WeakMap<object, Shape>();
const called = new WeakMap<CallableScenario, { wait: Shape; start: Shape }>();

/** The bundle of a start node with this config. */
export function startShape(config: DefinitionNode["config"], manifestShape: Shape): Shape {
  const known = started.get(config);
  if (known) return known;
  const fields = readDeclaredInputs(config.inputs).map(({ name, type, required }): [string, Shape] => {
    return [name, required ? shapeOfType[type] : unite([shapeOfType[type], nothing])];
  });
  const inputs: Shape = { kind: "object", fields: new Map(fields), others: "none" };
  const shape = withField(manifestShape, "inputs", inputs);
  started.set(config, shape);
  return shape;
}

/** The output of a call of the scenario. */
export function callShape(config: DefinitionNode["config"], callable: CallableScenario): Shape {
  const known = called.get(callable) ?? describeCall(callable);
  called.set(callable, known);
  return config.mode === "start" ? known.start : known.wait;
}

function describeCall({ outputs }: CallableScenario): { wait: Shape; start: Shape } {
  const fields = new Map(outputs.map((name): [string, Shape] => [name, anyShape]));
  const returned: Shape = { kind: "object", fields, others: "none" };
  return { wait: objectOf({ runId: text, outputs: returned }), start: objectOf({ runId: text }) };
}

function withField(shape: Shape, name: string, field: Shape): Shape {
  if (shape.kind !== "object") return objectOf({ [name]: field });
  return { ...shape, fields: new Map([...shape.fields, [name, field]]) };
}
