/** What happens when a bundle reaches a node. */
import type { JsonValue, OperationError } from "@patchbay/core";
import type { WebhookResponse } from "./events.ts";
import { direct, failOperation, failRun } from "./failures.ts";
import { completeOperation, createFrame } from "./flow.ts";
import type { PlanNode } from "./plan.ts";
import { pendingCommand, type Pending } from "./state.ts";
import { beginOperation, emitOperation, evaluateInput, findFrame, requireNode, type Begun, type Turn } from "./turn.ts";

/** Executes the node that `state.at` points to, on the current environment. */
export function enterNode(turn: Turn, id: number): void {
  const node = requireNode(turn.plan, id);
  turn.state.at = null;
  turn.stepsLeft -= 1;
  const operation = beginOperation(turn, node);
  if (node.disabled) return passThrough(turn, operation);
  if (turn.state.operationCount > turn.plan.maxOperations) return failRun(turn, operation, tooMany(turn));
  const error = evaluateInput(turn, operation);
  if (error) return failOperation(turn, operation, error);
  if (node.control) return control(turn, operation, node.control);
  if (node.effect === "pure") return performPure(turn, operation);
  startEffect(turn, operation);
}

function passThrough(turn: Turn, operation: Begun): void {
  turn.state.operationCount -= 1;
  emitOperation(turn, operation, { state: "skipped" });
  turn.state.stack.push(createFrame(operation, "skipped", [null]));
}

function tooMany(turn: Turn): OperationError {
  const { maxOperations } = turn.plan;
  return {
    kind: "terminal",
    code: "scenario_limit",
    message: `The run reached its limit of ${maxOperations} operations. Raise it in the scenario's settings, or process fewer bundles per run.`,
    notPerformed: true,
  };
}

function performPure(turn: Turn, operation: Begun): void {
  const { node, input } = operation;
  const result = turn.ports.runPure(node.type, node.typeVersion, input ?? {});
  if (result.ok) completeOperation(turn, operation, result.value);
  else failOperation(turn, operation, result.error);
}

function startEffect(turn: Turn, operation: Begun): void {
  const { broken } = turn.state;
  const again = broken?.node === operation.node.id && broken.path === operation.path;
  perform(turn, { ...pend(turn, operation), attempt: again ? broken.attempts : 0 }, "first");
}

function pend(turn: Turn, operation: Begun): Pending {
  const pending: Pending = {
    id: operation.id,
    node: operation.node.id,
    path: operation.path,
    phase: "performing",
    attempt: 0,
    firstAttempt: 1,
    attemptAt: turn.ports.nowMs,
    lost: 0,
    input: operation.input ?? {},
    attempts: [],
    startedAt: operation.startedAt,
  };
  if (operation.missing) pending.missing = operation.missing;
  return pending;
}

/** Hands the next attempt to the host. `first`: the retry policy counts from this attempt on. */
export function perform(turn: Turn, pending: Pending, count: "first" | "next"): void {
  const attempt = pending.attempt + 1;
  const { dueMs: _due, reason: _reason, ...rest } = pending;
  turn.state.pending = {
    ...rest,
    phase: "performing",
    attempt,
    firstAttempt: count === "first" ? attempt : pending.firstAttempt,
    attemptAt: turn.ports.nowMs,
  };
  turn.state.phase = "performing";
  const command = pendingCommand(turn.plan, turn.state);
  if (!command) throw new Error(`Node ${pending.node} has no effect to perform.`);
  turn.commands.push(command);
}

function control(turn: Turn, operation: Begun, kind: NonNullable<PlanNode["control"]>): void {
  const { node } = operation;
  const checked = turn.ports.checkInput(node.type, node.typeVersion, operation.input ?? {});
  if (!checked.ok) return failOperation(turn, operation, checked.error);
  const input = checked.value;
  switch (kind) {
    case "router":
      return completeOperation(turn, operation, {});
    case "iterate":
      return iterate(turn, operation, input);
    case "aggregate":
      return collect(turn, operation, input);
    case "delay":
      return delay(turn, operation, input);
    case "respond":
      return respond(turn, operation, input);
    case "resume":
    case "ignore":
    case "break":
      return direct(turn, operation, { control: kind, input });
  }
}

function iterate(turn: Turn, operation: Begun, input: Record<string, JsonValue>): void {
  const items = Array.isArray(input.array) ? input.array : [];
  // The log shows the first bundle, for its shape; the others are in the input.
  const first = items[0] === undefined ? null : { value: items[0], index: 1, total: items.length };
  emitOperation(turn, operation, { state: "succeeded", output: first });
  turn.state.stack.push(createFrame(operation, "items", items));
}

/** Adds the bundle to what the source's frame collects; the operation itself comes when the source has finished. */
function collect(turn: Turn, operation: Begun, input: Record<string, JsonValue>): void {
  const { node } = operation;
  const source = node.source === undefined ? undefined : findFrame(turn.state, node.source);
  if (!source || source.kind === "error") return failOperation(turn, operation, noSource(node));
  turn.state.operationCount -= 1;
  turn.state.lastOperationId -= 1;
  source.collected ??= {};
  (source.collected[node.id] ??= []).push(input.item ?? null);
}

function noSource(node: PlanNode): OperationError {
  return {
    kind: "invalid",
    code: "scenario_invalid",
    message: `The aggregator's source is not upstream of it${node.source === undefined ? "" : ` (node ${node.source})`}. Choose a source on its path.`,
    notPerformed: true,
  };
}

function delay(turn: Turn, operation: Begun, input: Record<string, JsonValue>): void {
  const seconds = typeof input.seconds === "number" ? Math.max(0, input.seconds) : 0;
  const dueMs = turn.ports.nowMs + Math.round(seconds * 1_000);
  turn.state.pending = { ...pend(turn, operation), phase: "waiting", reason: "delay", dueMs };
  turn.state.phase = "waiting";
  turn.commands.push({ kind: "wait", dueMs, reason: "delay" });
}

/** The bundle that a finished delay passes on. */
export function delayOutput(turn: Turn, pending: Pending): JsonValue {
  const seconds = ((pending.dueMs ?? pending.startedAt) - pending.startedAt) / 1_000;
  return { seconds, resumedAt: new Date(turn.ports.nowMs).toISOString() };
}

function respond(turn: Turn, operation: Begun, input: Record<string, JsonValue>): void {
  const response: WebhookResponse = {
    status: typeof input.status === "number" ? input.status : 200,
    headers: readHeaders(input.headers),
    body: input.body ?? null,
  };
  const sent = !turn.state.responded;
  if (sent) turn.commands.push({ kind: "respond", response });
  turn.state.responded = true;
  completeOperation(turn, operation, { status: response.status, sent });
}

function readHeaders(value: JsonValue | undefined): WebhookResponse["headers"] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((header) => {
    if (typeof header !== "object" || header === null || Array.isArray(header)) return [];
    const { name, value: text } = header;
    return typeof name === "string" && name !== "" ? [{ name, value: headerText(text) }] : [];
  });
}

function headerText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
