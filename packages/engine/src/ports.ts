import type { AddressKind, JsonValue, OperationError } from "@patchbay/core";

export type PureResult<Value> = { ok: true; value: Value } | { ok: false; error: OperationError };

/** What the interpreter needs from its host. Everything is synchronous; all I/O goes through commands. */
export interface Ports {
  /** Unix time in milliseconds; stands still for the length of one `advance`. */
  nowMs: number;
  /** In [0, 1); decides the jitter of retries and, once per run, the seed of its formulas. */
  random(): number;
  /** IANA name, for formulas; UTC where absent. */
  timeZone?: string;
  /** Performs a `pure` action. Never throws. */
  runPure(type: string, typeVersion: number, input: Record<string, JsonValue>): PureResult<JsonValue>;
  /** Checks a control node's input against its schema and fills in defaults. Never throws. */
  checkInput(
    type: string,
    typeVersion: number,
    input: Record<string, JsonValue>,
  ): PureResult<Record<string, JsonValue>>;
  /** The code of a collecting node; null where it is not installed. */
  collector(type: string, typeVersion: number): Collector | null;
  /** Where Wait nodes are answered; without it their addresses cannot be asked for. */
  addresses?: Addresses;
}

/** Makes the addresses of Wait nodes: always the same for the same name and key, and not to be guessed without the key. */
export interface Addresses {
  /** The key that the addresses of a new run are made with. */
  keyId: string;
  makeUrl(kind: AddressKind, token: { name: string; keyId: string }): string;
}

/** The pure code of a node that collects bundles. None of it throws or changes what it is given. */
export interface Collector {
  /** What is kept of one arriving bundle, from the node's checked input. */
  item(input: Record<string, JsonValue>): JsonValue;
  /** Folds many items into few that give the same result, where that is possible. */
  compact?(items: JsonValue[]): JsonValue[];
  /** The bundles that the node emits, from the items in the order in which they arrived. */
  finish(items: JsonValue[]): JsonValue[];
}

/** How much one `advance` may do before it pauses; the host goes on with the event `continue`. */
export interface Budget {
  /** Nodes entered and edges tried. 0: the event is applied, and nothing goes on. */
  steps: number;
}
