import type { JsonValue } from "../definition/schema.ts";
import type { ObjectShape, Shape } from "../shapes/shape.ts";

/** Whether a value is of a shape, through and through. Nothing fits everywhere: a value may be missing. */
export function fits(value: JsonValue | undefined, shape: Shape): boolean {
  if (value === undefined || value === null || shape.kind === "any") return true;
  switch (shape.kind) {
    case "union":
      return shape.of.some((each) => fits(value, each));
    case "nothing":
      return value === "";
    case "text":
      return typeof value === "string" && (shape.choices?.includes(value) ?? true);
    case "date":
      return typeof value === "string";
    case "list":
      return Array.isArray(value) && value.every((item) => fits(item, shape.item));
    case "object":
      return typeof value === "object" && !Array.isArray(value) && fitsObject(value, shape);
    default:
      return typeof value === shape.kind;
  }
}

function fitsObject(value: Record<string, JsonValue>, { fields, others }: ObjectShape): boolean {
  return Object.keys(value).every((name) => {
    if (name === "__proto__") return true;
    const shape = fields.get(name) ?? (typeof others === "string" ? undefined : others);
    return shape ? fits(value[name], shape) : others === "unseen";
  });
}
