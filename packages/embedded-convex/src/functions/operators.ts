import type { ConvexJsonObject } from "../values/json.ts";
import { passesFilter } from "./filter.ts";
import type { QueryOperator } from "./queryTypes.ts";

/** The filters and limits of a query, applied in their order to one row after another. */
export class OperatorChain {
  readonly #operators: readonly QueryOperator[];
  readonly #limitsLeft: (number | null)[];
  #exhausted: boolean;

  constructor(operators: readonly QueryOperator[]) {
    this.#operators = operators;
    this.#limitsLeft = operators.map((operator) => ("limit" in operator ? operator.limit : null));
    this.#exhausted = this.#limitsLeft.includes(0);
  }

  /** Whether a limit is used up: no further row can pass. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  /** Whether a row passes; it counts for the limits that it gets to. */
  admit(json: string): boolean {
    let document: ConvexJsonObject | null = null;
    for (let index = 0; index < this.#operators.length; index++) {
      const operator = this.#operators[index]!;
      if ("filter" in operator) {
        document ??= JSON.parse(json) as ConvexJsonObject;
        if (!passesFilter(document, operator.filter)) return false;
        continue;
      }
      const left = this.#limitsLeft[index]! - 1;
      this.#limitsLeft[index] = left;
      if (left <= 0) this.#exhausted = true;
    }
    return true;
  }
}
