/** What a formula gives, and what in it cannot be meant: worked out from what is known of the values it reads. */
import type { NodeId } from "../definition/schema.ts";
import type {
  BinaryOperator,
  CallExpression,
  Expression,
  ReferenceExpression,
  TemplatePart,
  TextRange,
} from "../mapping/ast.ts";
import { constants } from "../mapping/constants.ts";
import { parseDateText } from "../mapping/dates/parseIso.ts";
import { findFunction, suggestName } from "../mapping/functions/catalog.ts";
import type { ArgumentDoc, ArgumentType } from "../mapping/functions/define.ts";
import { formatReference, formatStep, parsePath } from "../mapping/path.ts";
import { toNumberOrUndefined } from "../mapping/values.ts";
import { shapeOfValue } from "./fromValue.ts";
import { resultShapes } from "./functions.ts";
import {
  alternativesOf,
  anyObject,
  anyShape,
  boolean,
  date,
  describeShape,
  listOf,
  nothing,
  number,
  present,
  readShape,
  text,
  type Shape,
} from "./shape.ts";

export type FormulaFaultCode = "field_unknown" | "field_unseen" | "argument_type" | "argument_value" | "operand_type";

/** Something in a formula that will not do what it seems to. Never an error: what is known may be out of date. */
export interface FormulaFault extends TextRange {
  code: FormulaFaultCode;
  message: string;
  /** What to write in place of the range, where that is known. */
  replacement?: string;
}

/** What is known of the bundles that a formula reads; `undefined` for a node that cannot be read, which is another check. */
export type ShapeOfNode = (nodeId: NodeId) => Shape | undefined;

export interface Inference {
  shape: Shape;
  faults: FormulaFault[];
}

/** The shape of a whole template, which is one formula or a text with formulas. */
export function inferTemplate(parts: readonly TemplatePart[], shapeOf: ShapeOfNode): Inference {
  const inferrer = new Inferrer(shapeOf);
  const shapes = parts.map((part) => (part.type === "text" ? text : inferrer.infer(part)));
  return { shape: shapes.length === 1 ? shapes[0]! : text, faults: inferrer.faults };
}

const declared: Record<ArgumentType, Shape> = {
  text,
  number,
  boolean,
  date,
  array: listOf(anyShape),
  object: anyObject,
  any: anyShape,
};

class Inferrer {
  readonly faults: FormulaFault[] = [];
  private readonly shapeOf: ShapeOfNode;

  constructor(shapeOf: ShapeOfNode) {
    this.shapeOf = shapeOf;
  }

  infer(expression: Expression): Shape {
    switch (expression.type) {
      case "literal":
        return literalShape(expression.value);
      case "variable": {
        const returns = constants.get(expression.name)?.returns;
        return returns === undefined ? anyShape : returns === "nothing" ? nothing : declared[returns];
      }
      case "reference":
        return this.inferReference(expression);
      case "call":
        return this.inferCall(expression);
      case "unary":
        if (expression.operator === "-") return this.checkOperand(expression.operand, "-");
        this.infer(expression.operand);
        return boolean;
      case "binary":
        return this.inferBinary(expression.operator, expression.left, expression.right);
    }
  }

  private inferReference({ nodeId, path, from, to, stepRanges }: ReferenceExpression): Shape {
    const bundle = this.shapeOf(nodeId);
    if (!bundle) return anyShape;
    const place = path.length === 0 ? formatReference(nodeId, []) : String(nodeId);
    const { shape, fault } = readShape(bundle, path, place);
    if (!fault) return shape;
    const { isCertain, message, suggestion } = fault;
    const range = stepRanges[fault.step] ?? { from, to };
    const replacement = suggestion && replacementOf(suggestion);
    this.report(isCertain ? "field_unknown" : "field_unseen", message, range, replacement);
    return isCertain ? shape : anyShape;
  }

  private inferBinary(operator: BinaryOperator, left: Expression, right: Expression): Shape {
    if (operator === "and" || operator === "or") {
      this.infer(left);
      this.infer(right);
      return boolean;
    }
    if ("+-*/%".includes(operator)) {
      this.checkOperand(left, operator);
      this.checkOperand(right, operator);
      return number;
    }
    const [a, b] = [this.infer(left), this.infer(right)];
    if (operator === "=" || operator === "!=") {
      if (isComposite(a) !== isComposite(b) && isScalarOrComposite(a) && isScalarOrComposite(b)) {
        const always = operator === "=" ? "never" : "always";
        const message = `${capital(describeShape(a))} ${always} ${operator === "=" ? "equals" : "differs from"} ${describeShape(b)}.`;
        this.report("operand_type", message, { from: left.from, to: right.to });
      }
      return boolean;
    }
    for (const [side, shape] of [
      [left, a],
      [right, b],
    ] as const) {
      if (isComposite(shape)) {
        this.report(
          "operand_type",
          `${capital(describeShape(shape))} has no order: "${operator}" is never true.`,
          side,
        );
      }
    }
    return boolean;
  }

  private checkOperand(operand: Expression, operator: string): Shape {
    const shape = this.infer(operand);
    const wrong = findMisfit(shape, "number");
    if (wrong) {
      const hint = operator === "+" ? " Put texts together by writing formulas side by side, or use join." : "";
      this.report("operand_type", `"${operator}" needs numbers, but this is ${describeShape(wrong)}.${hint}`, operand);
    } else this.checkLiteral(operand, "number", `"${operator}"`);
    return number;
  }

  private inferCall(call: CallExpression): Shape {
    const definition = findFunction(call.name);
    const args = call.args.map((argument) => (argument ? this.infer(argument) : nothing));
    if (!definition) return anyShape;
    for (const [index, argument] of call.args.entries()) {
      const doc = definition.args[Math.min(index, definition.args.length - 1)];
      if (argument && doc) this.checkArgument(call.name, doc, argument, args[index]!);
    }
    const literals = call.args.map((argument) => (argument?.type === "literal" ? argument.value : undefined));
    const read = (shape: Shape, path: string, index: number) => this.readPath(shape, path, call.args[index] ?? call);
    return resultShapes.get(call.name)?.({ args, literals, read }) ?? declared[definition.returns];
  }

  private checkArgument(name: string, doc: ArgumentDoc, argument: Expression, shape: Shape): void {
    const wrong = findMisfit(shape, doc.type);
    if (wrong) {
      const message = `${doc.name} of ${name} must be ${describeShape(declared[doc.type])}, but this is ${describeShape(wrong)}.`;
      this.report("argument_type", message, argument);
      return;
    }
    this.checkLiteral(argument, doc.type, `${doc.name} of ${name}`);
    if (doc.choices && argument.type === "literal" && typeof argument.value === "string") {
      this.checkChoice(doc.choices, argument.value, `${doc.name} of ${name}`, argument);
    }
  }

  private checkChoice(choices: readonly string[], value: string, what: string, range: TextRange): void {
    if (value === "" || choices.includes(value) || choices.includes(value.trim().toLowerCase())) return;
    const similar = suggestName(value, choices);
    const hint = similar === undefined ? ` It is one of ${choices.join(", ")}.` : ` Did you mean "${similar}"?`;
    const replacement = similar === undefined ? undefined : JSON.stringify(similar);
    this.report("argument_value", `${what} cannot be "${value.slice(0, 40)}".${hint}`, range, replacement);
  }

  /** A text that is written out is known to the letter: whether it writes a number or a date can be seen. */
  private checkLiteral(argument: Expression, type: ArgumentType, what: string): void {
    if (argument.type !== "literal" || typeof argument.value !== "string" || argument.value === "") return;
    const { value } = argument;
    const shown = `"${value.slice(0, 40)}"`;
    if (type === "number" && toNumberOrUndefined(value) === undefined) {
      this.report("argument_value", `${what}: ${shown} is not a number.`, argument);
    }
    if (type === "date" && parseDateText(value.trim(), "UTC") === undefined) {
      this.report("argument_value", `${what}: ${shown} is not a date in ISO 8601. parseDate reads others.`, argument);
    }
  }

  /** Follows a path that is written as a text; one that is no path is a fault when it is evaluated. */
  private readPath(shape: Shape, path: string, range: TextRange): Shape {
    const steps = parsePath(shape.kind === "list" && /^-?\d+$/.test(path) ? `[${path}]` : path);
    if (!steps) return anyShape;
    const { shape: found, fault } = readShape(shape, steps, "This value");
    if (!fault) return found;
    const { step, suggestion } = fault;
    const corrected = suggestion && [...steps.slice(0, step), suggestion, ...steps.slice(step + 1)];
    const replacement = corrected && JSON.stringify(corrected.map(formatStep).join("").replace(/^\./, ""));
    this.report(fault.isCertain ? "field_unknown" : "field_unseen", fault.message, range, replacement);
    return fault.isCertain ? found : anyShape;
  }

  private report(code: FormulaFaultCode, message: string, { from, to }: TextRange, replacement?: string): void {
    this.faults.push({ code, message, from, to, ...(replacement !== undefined && { replacement }) });
  }
}

/** A literal text has no choices but itself; that it is a date does not make it less of a text. */
function literalShape(value: Parameters<typeof shapeOfValue>[0]): Shape {
  return typeof value === "string" ? text : shapeOfValue(value, "none");
}

/** What stands in place of a step: keys without their dot, which is not part of the step's range. */
function replacementOf(step: Parameters<typeof formatStep>[0]): string | undefined {
  return step.kind === "key" ? formatStep(step).slice(1) : undefined;
}

const fitting: Record<ArgumentType, readonly Shape["kind"][] | null> = {
  // Lists and objects become JSON, single values lists of one, and anything is true or false.
  text: null,
  boolean: null,
  array: null,
  any: null,
  number: ["number", "text"],
  date: ["date", "text"],
  object: ["object"],
};

/** The shape where none of its alternatives can be taken for the type; one that may be empty is given the benefit. */
function findMisfit(shape: Shape, type: ArgumentType): Shape | null {
  const kinds = fitting[type];
  if (!kinds) return null;
  const given = present(shape);
  const fits = alternativesOf(given).some(({ kind }) => kind === "any" || kind === "nothing" || kinds.includes(kind));
  return fits ? null : given;
}

const isComposite = (shape: Shape): boolean => {
  const given = alternativesOf(present(shape));
  return given.every(({ kind }) => kind === "list" || kind === "object");
};

/** Nothing that could be both, or that is empty. */
const isScalarOrComposite = (shape: Shape): boolean =>
  alternativesOf(shape).every(({ kind }) => kind !== "any" && kind !== "nothing") &&
  (isComposite(shape) || alternativesOf(shape).every(({ kind }) => kind !== "list" && kind !== "object"));

const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);
