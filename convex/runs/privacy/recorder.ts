/** Makes what is stored of a run readable to anyone who may see its log: applies the rules, and learns from them. */
import type { JsonValue, OperationError } from "@patchbay/core";
import { pendingsOf, type Command, type OperationRecord, type RunState } from "@patchbay/engine";
import { REDACTED } from "@patchbay/sdk";
import { EACH, isCredentialName, type NodeRules, type Rule, type Rules } from "./rules.ts";
import { addSecrets, emptyVault, redactorOf, type Vault } from "./vault.ts";

/** Stands for the data of a node whose data is not stored. */
export const HIDDEN = { _hidden: true } as const;

export interface Recorder {
  /** What the run knows to be secret by now; null while there is nothing. */
  readonly vault: Vault | null;
  /** The record as it may be stored. Secrets that it shows are looked for from here on. */
  hide(record: OperationRecord): OperationRecord;
  /** The state is stored with what its pending operation takes in: learns what of that is secret. */
  learnFromPending(state: RunState): void;
  /** The command with its error's texts as they may be stored. */
  hideError(command: Command): Command;
}

/** Null where neither the definition nor the run has anything to hide. */
export function createRecorder(rules: Rules | null, vault: Vault | null): Recorder | null {
  return rules === null && vault === null ? null : new RunRecorder(rules, vault);
}

class RunRecorder implements Recorder {
  vault: Vault | null;
  private readonly rules: Rules | null;

  constructor(rules: Rules | null, vault: Vault | null) {
    this.rules = rules;
    this.vault = vault ?? (rules?.hidesNodes ? emptyVault : null);
  }

  hide(record: OperationRecord): OperationRecord {
    const rules = this.rules?.nodes.get(record.nodeId);
    let hidden = rules ? this.applyRules(record, rules) : record;
    if (this.vault?.withheld) hidden = withoutData(hidden);
    return this.vault && this.vault.secrets.length > 0 ? redactRecord(hidden, this.vault) : hidden;
  }

  learnFromPending(state: RunState): void {
    for (const pending of pendingsOf(state)) {
      const rules = this.rules?.nodes.get(pending.node);
      if (rules) this.replaceAll(pending.input, rules.input);
    }
  }

  hideError(command: Command): Command {
    if (!("error" in command)) return command;
    const { error } = command;
    const isHidden =
      this.vault?.withheld || (error.nodeId !== undefined && this.rules?.nodes.get(error.nodeId)?.hidden);
    if (isHidden) return { ...command, error: { ...error, ...withoutText(error) } };
    return this.vault ? { ...command, error: { ...error, ...redactError(error, this.vault) } } : command;
  }

  private applyRules(record: OperationRecord, rules: NodeRules): OperationRecord {
    const input = this.replaceAll(record.input, rules.input);
    const output = this.replaceAll(record.output, rules.output);
    if (rules.hidden) return withoutData(record);
    if (record.decisions) record = mapBefore(record, (before) => this.replaceAll(before, rules.input));
    if (record.error && hidesOutput(rules)) return { ...withoutDetails(record), input, output };
    return input === record.input && output === record.output ? record : { ...record, input, output };
  }

  private replaceAll(value: JsonValue, rules: readonly Rule[]): JsonValue {
    return rules.reduce((current, rule) => replaceAt(current, rule, 0, (found) => this.learn(found)), value);
  }

  private learn(value: JsonValue): JsonValue {
    if (value === null || value === "" || value === REDACTED) return value;
    this.vault = addSecrets(this.vault ?? emptyVault, value);
    return REDACTED;
  }
}

/** The value with what the rule names replaced; the same value where there is nothing of it. */
function replaceAt(value: JsonValue, rule: Rule, depth: number, replace: (value: JsonValue) => JsonValue): JsonValue {
  const key = rule.path[depth];
  if (key === undefined) return rule.kind === "value" ? replace(value) : replaceByName(value, replace);
  if (typeof value !== "object" || value === null) return value;
  const inside = (item: JsonValue, next: number) => replaceAt(item, rule, next, replace);
  if (Array.isArray(value)) {
    // A path without `[]` means the field of each item, as formulas read it.
    const items = value.map((item) => inside(item, key === EACH ? depth + 1 : depth));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (key === EACH || !Object.hasOwn(value, key)) return value;
  const found = value[key] as JsonValue;
  const changed = inside(found, depth + 1);
  return changed === found ? value : { ...value, [key]: changed };
}

/** Of an object by name, or of a list of `{ name, value }`: the values whose names tell of credentials. */
function replaceByName(value: JsonValue, replace: (value: JsonValue) => JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) {
    const names = Object.keys(value).filter(isCredentialName);
    if (names.length === 0) return value;
    return { ...value, ...Object.fromEntries(names.map((name) => [name, replace(value[name] as JsonValue)])) };
  }
  let changed = false;
  const rows = value.map((row) => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) return row;
    if (typeof row.name !== "string" || row.value === undefined || !isCredentialName(row.name)) return row;
    changed = true;
    return { ...row, value: replace(row.value) };
  });
  return changed ? rows : value;
}

/** Whether a part of what the service answers is secret: an answer that became an error has it, too, wherever it is there. */
const hidesOutput = (rules: NodeRules) => rules.output.some((rule) => rule.kind === "value");

function withoutDetails(record: OperationRecord): OperationRecord {
  const strip = <Failed extends OperationError>(error: Failed): Failed =>
    error.details === undefined ? error : { ...error, details: { ...HIDDEN } };
  const attempts = record.attempts.map((attempt) =>
    attempt.error ? { ...attempt, error: strip(attempt.error) } : attempt,
  );
  return { ...record, error: record.error && strip(record.error), attempts };
}

/** Applies a change to what persons have edited while the run was incomplete. */
function mapBefore(record: OperationRecord, change: (before: JsonValue) => JsonValue): OperationRecord {
  if (!record.decisions?.some((decision) => decision.before)) return record;
  const decisions = record.decisions.map((decision) =>
    decision.before ? { ...decision, before: change(decision.before) as Record<string, JsonValue> } : decision,
  );
  return { ...record, decisions };
}

function withoutData(record: OperationRecord): OperationRecord {
  const { missing: _missing, ...rest } = mapBefore(record, () => ({ ...HIDDEN }));
  const error = record.error && { ...record.error, ...withoutText(record.error) };
  const attempts = record.attempts.map((attempt) =>
    attempt.error ? { ...attempt, error: { ...attempt.error, ...withoutText(attempt.error) } } : attempt,
  );
  const shown = (value: JsonValue): JsonValue => (value === null ? null : { ...HIDDEN });
  return { ...rest, input: shown(record.input), output: shown(record.output), error, attempts };
}

/** What is left of an error whose texts may tell of the data. */
function withoutText({ code }: OperationError): Pick<OperationError, "message" | "details"> {
  return {
    message: `The operation failed (${code}). What it said is not kept: the node's data is hidden.`,
    details: null,
  };
}

function redactRecord(record: OperationRecord, vault: Vault): OperationRecord {
  const redact = redactorOf(vault);
  record = mapBefore(record, redact);
  const attempts = record.attempts.map((attempt) =>
    attempt.error ? { ...attempt, error: { ...attempt.error, ...redactError(attempt.error, vault) } } : attempt,
  );
  return {
    ...record,
    input: redact(record.input),
    output: redact(record.output),
    error: record.error && { ...record.error, ...redactError(record.error, vault) },
    attempts,
    ...(record.missing && {
      missing: redact(record.missing as unknown as JsonValue) as unknown as typeof record.missing,
    }),
  };
}

function redactError(error: OperationError, vault: Vault): Pick<OperationError, "message" | "details"> {
  const redact = redactorOf(vault);
  const message = redact(error.message);
  return {
    message: typeof message === "string" ? message : REDACTED,
    ...(error.details !== undefined && { details: redact(error.details) }),
  };
}
