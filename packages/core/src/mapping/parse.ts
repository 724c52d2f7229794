import type { Tree, TreeCursor } from "@lezer/common";
import type {
  AddressCall,
  BinaryOperator,
  CallExpression,
  Expression,
  ParsedTemplate,
  PathStep,
  TemplateIssue,
  TemplatePart,
  TextRange,
} from "./ast.ts";
import { visitExpression } from "./ast.ts";
import { describeSyntaxError, findNameFault } from "./faults.ts";
import { addressFunctions } from "./functions/addresses.ts";
import { mappingParser } from "./grammar/generated/parser.ts";
import * as terms from "./grammar/generated/terms.ts";
import { indexStep } from "./path.ts";
import { unquoteText } from "./textLiteral.ts";

/** Longest template with formulas that is parsed, in characters; longer ones are an issue, not a parse. */
export const MAX_TEMPLATE_LENGTH = 200_000;
/** Faults reported of one template; more help nobody. */
const MAX_ISSUES = 50;
/** How deep formulas may nest. Bounds every recursion over an expression. */
export const MAX_EXPRESSION_DEPTH = 200;

/** Reads a template into its parts. Never throws: what is wrong is in `issues`, in the order of the text. */
export function parseTemplate(text: string): ParsedTemplate {
  if (!text.includes("{{")) {
    const parts: TemplatePart[] = text === "" ? [] : [{ type: "text", text, from: 0, to: text.length }];
    return { parts, issues: [], references: [], addresses: [] };
  }
  if (text.length > MAX_TEMPLATE_LENGTH) {
    const message = `A text with formulas may have ${MAX_TEMPLATE_LENGTH} characters; this one has ${text.length}.`;
    return { parts: [], issues: [{ message, from: 0, to: text.length }], references: [], addresses: [] };
  }
  const reader = new TemplateReader(text);
  reader.read(mappingParser.parse(text));
  return reader.result();
}

class TooDeep extends Error {}

class TemplateReader {
  private readonly text: string;
  private readonly parts: TemplatePart[] = [];
  private readonly issues: TemplateIssue[] = [];
  private readonly syntaxErrors: TemplateIssue[] = [];
  private nextError = 0;
  /** Formulas without syntax errors: only in these do names and arguments mean what they seem to. */
  private readonly sound = new Set<Expression>();
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  read(tree: Tree): void {
    this.collectSyntaxErrors(tree);
    const cursor = tree.cursor();
    if (!cursor.firstChild()) return;
    do {
      if (cursor.type.id === terms.Text) {
        this.parts.push({ type: "text", text: this.slice(cursor), from: cursor.from, to: cursor.to });
      } else if (cursor.type.id === terms.Interpolation) {
        this.readInterpolation(cursor);
      }
    } while (cursor.nextSibling());
  }

  result(): ParsedTemplate {
    const references: ParsedTemplate["references"] = [];
    const addresses: ParsedTemplate["addresses"] = [];
    for (const part of this.parts) {
      if (part.type === "text") continue;
      visitExpression(part, (expression) => {
        if (expression.type === "reference") references.push(expression);
        else if (this.sound.has(part)) this.reportFault(findNameFault(expression));
        if (expression.type === "call" && addressFunctions.has(expression.name))
          addresses.push(addressCall(expression));
      });
    }
    const issues = [...this.issues, ...this.syntaxErrors].sort((a, b) => a.from - b.from).slice(0, MAX_ISSUES);
    return { parts: this.parts, issues, references, addresses };
  }

  private reportFault(fault: TemplateIssue | null): void {
    if (fault) this.issues.push(fault);
  }

  private slice(cursor: TreeCursor): string {
    return this.text.slice(cursor.from, cursor.to);
  }

  /** One issue per formula is enough: what follows the first fault is mostly its echo. */
  private collectSyntaxErrors(tree: Tree): void {
    let formulaEnd = -1;
    tree.iterate({
      enter: (node) => {
        if (!node.type.isError) return;
        if (node.from < formulaEnd) return;
        this.syntaxErrors.push(describeSyntaxError(this.text, node.from, node.to));
        const close = this.text.indexOf("}}", node.from);
        formulaEnd = close < 0 ? this.text.length + 1 : close + 2;
      },
    });
  }

  /** Formulas are asked for in the order of the text, so that one pass over the faults is enough. */
  private hasSyntaxError(from: number, to: number): boolean {
    while ((this.syntaxErrors[this.nextError]?.from ?? Infinity) < from) this.nextError++;
    return (this.syntaxErrors[this.nextError]?.from ?? Infinity) <= to;
  }

  private readInterpolation(cursor: TreeCursor): void {
    const { from, to } = cursor;
    const broken = this.hasSyntaxError(from, to);
    let expression: Expression | null = null;
    try {
      expression = this.readChildExpression(cursor);
    } catch (error) {
      if (!(error instanceof TooDeep)) throw error;
      this.depth = 0;
      while (cursor.from !== from || cursor.to !== to || cursor.type.id !== terms.Interpolation) cursor.parent();
      const message = `This formula is nested more than ${MAX_EXPRESSION_DEPTH} levels deep.`;
      this.issues.push({ message, from, to });
      return;
    }
    if (expression) {
      this.parts.push(expression);
      if (!broken) this.sound.add(expression);
    } else if (!broken) this.issues.push({ message: "This formula is empty.", from, to });
  }

  /** The first expression below the cursor, which stays where it is. */
  private readChildExpression(cursor: TreeCursor): Expression | null {
    if (!cursor.firstChild()) return null;
    let found: Expression | null = null;
    do {
      found ??= this.readExpression(cursor);
    } while (cursor.nextSibling());
    cursor.parent();
    return found;
  }

  private readExpression(cursor: TreeCursor): Expression | null {
    if (++this.depth > MAX_EXPRESSION_DEPTH) throw new TooDeep();
    const expression = this.readExpressionOf(cursor);
    this.depth--;
    return expression;
  }

  private readExpressionOf(cursor: TreeCursor): Expression | null {
    const { from, to } = cursor;
    switch (cursor.type.id) {
      case terms.Number:
        return { type: "literal", value: Number(this.slice(cursor)), from, to };
      case terms.String:
        return { type: "literal", value: unquoteText(this.slice(cursor)), from, to };
      case terms.Variable:
        return { type: "variable", name: this.slice(cursor), from, to };
      case terms.Reference:
        return this.readReference(cursor);
      case terms.Group:
        return this.readChildExpression(cursor);
      case terms.Call:
        return this.readCall(cursor);
      case terms.UnaryExpression:
        return this.readUnary(cursor);
      case terms.BinaryExpression:
        return this.readBinary(cursor);
      default:
        return null;
    }
  }

  private readReference(cursor: TreeCursor): Expression {
    const { from, to } = cursor;
    const path: PathStep[] = [];
    const stepRanges: TextRange[] = [];
    const push = (step: PathStep, start: number) => {
      path.push(step);
      stepRanges.push({ from: start, to: cursor.to });
    };
    let nodeId = 0;
    cursor.firstChild();
    do {
      const token = this.slice(cursor);
      if (cursor.type.id === terms.ReferenceStart) {
        const dot = token.indexOf(".");
        nodeId = Number(token.slice(0, dot));
        if (token.slice(dot + 1) !== "*") push(keyStep(token.slice(dot + 1)), cursor.from + dot + 1);
      } else if (cursor.type.id === terms.Property) {
        push(keyStep(token.slice(1)), cursor.from + 1);
      } else if (cursor.type.id === terms.Index) {
        push(indexStep(token.slice(1, -1)), cursor.from);
      }
    } while (cursor.nextSibling());
    cursor.parent();
    return { type: "reference", nodeId, path, stepRanges, from, to };
  }

  private readCall(cursor: TreeCursor): Expression {
    const { from, to } = cursor;
    let name = "";
    let args: (Expression | null)[] = [];
    cursor.firstChild();
    do {
      if (cursor.type.id === terms.FunctionName) name = this.slice(cursor);
      else if (cursor.type.id === terms.ArgumentList) args = this.readArguments(cursor);
    } while (cursor.nextSibling());
    cursor.parent();
    return { type: "call", name, args, from, to };
  }

  private readArguments(cursor: TreeCursor): (Expression | null)[] {
    const args: (Expression | null)[] = [null];
    let separated = false;
    cursor.firstChild();
    do {
      if (cursor.type.id === terms.Separator) {
        args.push(null);
        separated = true;
      } else {
        const expression = this.readExpression(cursor);
        if (expression) args[args.length - 1] = expression;
      }
    } while (cursor.nextSibling());
    cursor.parent();
    return separated || args[0] ? args : [];
  }

  private readUnary(cursor: TreeCursor): Expression | null {
    const { from, to } = cursor;
    cursor.firstChild();
    const operator = cursor.type.id === terms.Not ? "not" : "-";
    cursor.parent();
    const operand = this.readChildExpression(cursor);
    return operand && { type: "unary", operator, operand, from, to };
  }

  private readBinary(cursor: TreeCursor): Expression | null {
    const { from, to } = cursor;
    const operands: Expression[] = [];
    let operator: BinaryOperator | null = null;
    cursor.firstChild();
    do {
      const operand = this.readExpression(cursor);
      if (operand) operands.push(operand);
      else operator ??= readOperator(this.slice(cursor));
    } while (cursor.nextSibling());
    cursor.parent();
    const [left, right] = operands;
    return left && right && operator ? { type: "binary", operator, left, right, from, to } : (left ?? null);
  }
}

function addressCall({ name, args, from, to }: CallExpression): AddressCall {
  const [node] = args;
  const isWritten = node?.type === "literal" && typeof node.value === "number" && Number.isInteger(node.value);
  return { name, nodeId: isWritten ? Number(node.value) : null, from, to };
}

const keyStep = (name: string): PathStep => ({ kind: "key", key: name.startsWith("`") ? name.slice(1, -1) : name });

const operatorAliases: Record<string, BinaryOperator> = {
  mod: "%",
  "==": "=",
  "<>": "!=",
  "&": "and",
  "&&": "and",
  "|": "or",
  "||": "or",
};

const readOperator = (text: string): BinaryOperator => operatorAliases[text] ?? (text as BinaryOperator);
