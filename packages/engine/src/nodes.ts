/** What happens when a bundle reaches a node. */
import type { JsonValue } from "@patchbay/core";
import { requestCall, returnOutputs } from "./calls.ts";
import { collect, tooMany } from "./collecting.ts";
import type { Simulated, WebhookResponse } from "./events.ts";
import { direct, failOperation, failRun } from "./failures.ts";
import { completeOperation, createFrame } from "./flow.ts";
import type { PlanNode } from "./plan.ts";
import { startLanes } from "./lanes.ts";
import { performCommand } from "./pending.ts";
import type { Pending } from "./state.ts";
import { takeDecisions } from "./stopped.ts";
import { beginOperation, emitOperation, endRun, evaluateInput, requireNode, type Begun, type Turn } from "./turn.ts";
import { simulatedAnswer, waitForAnswer } from "./waits.ts";

/** Executes the node that `state.at` points to, on the current environment. */
export function enterNode(turn: Turn, id: number): void {
  const node = requireNode(turn.plan, id);
  turn.state.at = null;
  turn.stepsLeft -= 1;
  const operation = beginOperation(turn, node);
  if (node.disabled && turn.state.only === undefined) return passThrough(turn, operation);
  if (turn.state.operationCount > turn.plan.maxOperations) return failRun(turn, operation, tooMany(turn));
  const error = evaluateInput(turn, operation, takeDecisions(turn, operation));
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

function performPure(turn: Turn, operation: Begun): void {
  const { node, input } = operation;
  const result = turn.ports.runPure(node.type, node.typeVersion, input ?? {});
  if (result.ok) completeOperation(turn, operation, result.value);
  else failOperation(turn, operation, result.error);
}

/** Begins an operation that others carry out; its attempts are counted on where it was broken off before. */
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
  if (operation.decisions) pending.decisions = operation.decisions;
  return pending;
}

/** Hands the next attempt to the host. `first`: the retry policy counts from this attempt on. */
export function perform(turn: Turn, pending: Pending, count: "first" | "next"): void {
  const attempt = pending.attempt + 1;
  const { dueMs: _due, reason: _reason, ...rest } = pending;
  const next: Pending = {
    ...rest,
    phase: "performing",
    attempt,
    firstAttempt: count === "first" ? attempt : pending.firstAttempt,
    attemptAt: turn.ports.nowMs,
  };
  turn.state.pending = next;
  turn.state.phase = "performing";
  delete turn.state.parked;
  const node = requireNode(turn.plan, next.node);
  if (node.control === "call") return requestCall(turn, next);
  const command = performCommand(node, next);
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
    case "ifElse":
      return completeOperation(turn, operation, {});
    case "iterate":
      return iterate(turn, operation, input);
    case "repeat":
      return repeat(turn, operation, input);
    case "aggregate":
    case "merge":
      return collect(turn, operation, input);
    case "delay":
      return delay(turn, operation, input);
    case "wait":
      return wait(turn, { ...operation, input });
    case "respond":
      return respond(turn, operation, input);
    case "stop":
      return stop(turn, operation, input);
    case "call":
      return startEffect(turn, { ...operation, input });
    case "return":
      return returnOutputs(turn, operation, input);
    case "resume":
    case "ignore":
    case "break":
    case "commit":
    case "rollback":
      return direct(turn, operation, { control: kind, input });
  }
}

function iterate(turn: Turn, operation: Begun, input: Record<string, JsonValue>): void {
  emitItems(turn, operation, { items: Array.isArray(input.array) ? input.array : [], input });
}

/** The numbers from `start` on, `step` apart, as the items of an iterator. */
function repeat(turn: Turn, operation: Begun, input: Record<string, JsonValue>): void {
  const { start, step, repeats } = input;
  const length = Math.min(typeof repeats === "number" ? Math.max(0, repeats) : 0, MAX_REPEATS);
  const first = typeof start === "number" ? start : 1;
  const distance = typeof step === "number" ? step : 1;
  emitItems(turn, operation, { items: Array.from({ length }, (_, index) => first + index * distance), input });
}

const MAX_REPEATS = 10_000;

function emitItems(
  turn: Turn,
  operation: Begun,
  { items, input }: { items: JsonValue[]; input: Record<string, JsonValue> },
): void {
  // The log shows the first bundle, for its shape; the others are in the input.
  const first = items[0] === undefined ? null : { value: items[0], index: 1, total: items.length };
  emitOperation(turn, operation, { state: "succeeded", output: first });
  turn.state.stack.push(createFrame(operation, "items", items));
  if (typeof input.concurrency === "number" && input.concurrency > 1) startLanes(turn, input.concurrency);
}

/** Waits for an answer from outside; a dry run, which tells nobody the address, goes on as if it had come. */
function wait(turn: Turn, operation: Begun): void {
  const pending = pend(turn, operation);
  if (!turn.state.dryRun) return waitForAnswer(turn, pending);
  completeOperation(turn, simulated(operation, "wait"), simulatedAnswer(pending));
}

/** Waits for a number of seconds, or until a time; one that has passed is not waited for. */
function delay(turn: Turn, operation: Begun, input: Record<string, JsonValue>): void {
  const { nowMs } = turn.ports;
  const dueMs = dueOf(input, nowMs);
  const pending: Pending = { ...pend(turn, operation), phase: "waiting", reason: "delay", dueMs };
  if (turn.state.dryRun) return completeOperation(turn, simulated(operation, "wait"), delayOutput(turn, pending));
  if (typeof input.until === "string" && dueMs <= nowMs) {
    return completeOperation(turn, operation, delayOutput(turn, pending));
  }
  turn.state.pending = pending;
  turn.state.phase = "waiting";
}

function dueOf({ seconds, until }: Record<string, JsonValue>, nowMs: number): number {
  const untilMs = typeof until === "string" ? Date.parse(until) : NaN;
  if (!Number.isNaN(untilMs)) return Math.max(nowMs, untilMs);
  return nowMs + (typeof seconds === "number" ? Math.round(Math.max(0, seconds) * 1_000) : 0);
}

/** The bundle that a finished delay passes on. */
export function delayOutput(turn: Turn, pending: Pending): JsonValue {
  const seconds = ((pending.dueMs ?? pending.startedAt) - pending.startedAt) / 1_000;
  return { seconds, resumedAt: new Date(turn.ports.nowMs).toISOString() };
}

/** Ends the run here and now, whatever is left to do: well, or as failed with a message. No error route takes it. */
function stop(turn: Turn, operation: Begun, input: Record<string, JsonValue>): void {
  emitOperation(turn, operation, { state: "succeeded", output: null });
  if (input.outcome !== "failed") return endRun(turn, { outcome: "succeeded" });
  const message =
    typeof input.message === "string" && input.message !== "" ? input.message : "Stopped by the scenario.";
  const place = { nodeId: operation.node.id, bundlePath: operation.path };
  endRun(turn, { outcome: "failed", error: { kind: "terminal", code: "scenario_stopped", message, ...place } });
}

const simulated = (operation: Begun, as: Simulated): Begun => ({ ...operation, simulated: as });

function respond(turn: Turn, operation: Begun, input: Record<string, JsonValue>): void {
  const response: WebhookResponse = {
    status: typeof input.status === "number" ? input.status : 200,
    headers: readHeaders(input.headers),
    body: input.body ?? null,
  };
  if (turn.state.dryRun) {
    const output = { status: response.status, sent: false };
    return completeOperation(turn, simulated(operation, "response"), output);
  }
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
