import type { JsonValue } from "../definition/schema.ts";
import { readAnswerFields, type AnswerField } from "../waits/form.ts";
import { boolean, date, nothing, number, text, unite, type Shape } from "./shape.ts";

/** Names and shapes of what people fill in; a field that need not be filled in may be empty. */
export function formShapes(rows: JsonValue | undefined): Map<string, Shape> {
  return new Map(readAnswerFields(rows).map((field) => [field.name, unite([shapeOfField(field), nothing])]));
}

function shapeOfField({ type, choices }: AnswerField): Shape {
  switch (type) {
    case "number":
      return number;
    case "yesNo":
      return boolean;
    case "date":
      return date;
    case "choice":
      return choices.length > 0 ? { kind: "text", choices } : text;
    default:
      return text;
  }
}
