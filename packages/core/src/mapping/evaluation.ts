import type { JsonValue } from "../definition/schema.ts";
import { createChance, type Chance } from "./chance.ts";
import { FormulaError } from "./formulaError.ts";
import type { AddressKind } from "./functions/addresses.ts";

/** What a formula can read. */
export interface Scope {
  /** The current bundle of an upstream node, or `undefined` when it has none on this path. */
  getBundle(nodeId: number): JsonValue | undefined;
  /** The operation's time, in milliseconds since 1970. `now` and dates without a year are made from it. */
  nowMs: number;
  /**
   * Decides what `uuid`, `random` and `shuffle` give: the same for the same operation, however often it is evaluated. Where it
   * is absent (previews) they always give the same.
   */
  getSeed?(): string;
  /**
   * The address at which a Wait node that comes later is answered; `undefined` where the node is none. Where it is absent
   * (previews) the functions give an example.
   */
  getAddress?(kind: AddressKind, nodeId: number): string | undefined;
  /** IANA name; dates without an offset are read and written in it. UTC when absent. */
  timeZone?: string;
}

/** Why something was empty, for the operation's trace. */
export interface MissingValue {
  /** Where in the config. */
  field: (string | number)[];
  /** As written: `1.body.title`. */
  reference: string;
  reason: string;
}

/**
 * Limits of one evaluation (one config, template or filter). Whatever is large has to be read by a reference or made by a
 * function, and both pay by its size; so no formula, however long, can work on large data for long.
 */
export interface Budget {
  /** Function calls, references, items processed, and every thousand characters read. */
  steps: number;
  /** Text made on the way plus the size of what comes out, in UTF-16 code units. */
  outputChars: number;
  /** Items of any one list that a formula makes. */
  arrayLength: number;
}

export const defaultBudget: Budget = { steps: 200_000, outputChars: 20_000_000, arrayLength: 100_000 };

/** How deep a value may nest that a formula compares, sorts, flattens or puts out. */
export const MAX_VALUE_DEPTH = 256;
/** Missing values kept per evaluation; a trace longer than this helps nobody. */
const MAX_MISSING = 100;

const noField: (string | number)[] = [];

/** The state of one evaluation: what is read, what was missing, what is left of the budget. */
export class Evaluation {
  readonly scope: Scope;
  readonly budget: Budget;
  /** Path of the config field being evaluated. */
  field: readonly (string | number)[] = noField;
  missing: MissingValue[] = [];
  private stepsLeft: number;
  private charsLeft: number;
  private drawn: Chance | undefined;

  constructor(scope: Scope, budget: Budget) {
    this.scope = scope;
    this.budget = budget;
    this.stepsLeft = budget.steps;
    this.charsLeft = budget.outputChars;
  }

  /** Pays for work. Throws `formula_budget` when nothing is left. */
  spendSteps(count: number): void {
    this.stepsLeft -= count;
    if (this.stepsLeft < 0) {
      throw new FormulaError("formula_budget", `The formulas take more than ${this.budget.steps} steps.`);
    }
  }

  /** Pays for text, before it is made where its length is known. */
  spendChars(count: number): void {
    this.charsLeft -= count;
    if (this.charsLeft < 0) {
      throw new FormulaError(
        "formula_budget",
        `The formulas make more than ${this.budget.outputChars} characters of output.`,
      );
    }
  }

  /** Pays for a list of this many items. */
  spendItems(count: number): void {
    if (count > this.budget.arrayLength) {
      throw new FormulaError(
        "formula_budget",
        `A list of ${count} items is longer than the ${this.budget.arrayLength} that a formula may make.`,
      );
    }
    this.spendSteps(count);
  }

  /** Where chance comes from: what is drawn first, second ... depends on the seed alone. */
  get chance(): Chance {
    return (this.drawn ??= createChance(this.scope.getSeed?.() ?? ""));
  }

  reportMissing(reference: string, reason: string): void {
    if (this.missing.length >= MAX_MISSING) return;
    this.missing.push({ field: [...this.field], reference, reason });
  }

  get timeZone(): string {
    return this.scope.timeZone ?? "UTC";
  }
}
