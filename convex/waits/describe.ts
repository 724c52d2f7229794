/** What people and programs see of a wait: only what the scenario put into it, and how it stands. */
import { readAnswerFields, type AnswerField, type JsonValue } from "@patchbay/core";
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../functions.ts";
import { sha256Hex } from "../lib/bytes.ts";
import { appError } from "../lib/errors.ts";
import { jsonFault } from "../lib/json.ts";
import { findGone, formOf } from "./answer.ts";

const goneValidator = v.union(
  v.object({ reason: v.literal("answered"), at: v.number(), by: v.union(v.string(), v.null()) }),
  v.object({ reason: v.literal("skipped"), at: v.number() }),
  v.object({ reason: v.literal("expired"), at: v.number() }),
  v.object({
    reason: v.literal("ended"),
    at: v.number(),
    runState: v.union(v.literal("succeeded"), v.literal("failed"), v.literal("cancelled")),
  }),
);

export const answeredValidator = v.union(
  v.object({ kind: v.literal("accepted"), early: v.boolean(), repeated: v.boolean() }),
  v.object({ kind: v.literal("invalid"), faults: v.array(v.object({ field: v.string(), message: v.string() })) }),
  v.object({ kind: v.literal("gone"), gone: goneValidator }),
  v.object({ kind: v.literal("tooMany"), retryAfterMs: v.number() }),
);

/** What is asked for; see the Wait node's form. */
export const requestValidator = v.object({
  kind: v.union(v.literal("approval"), v.literal("event")),
  title: v.string(),
  message: v.string(),
  fields: v.array(
    v.object({
      name: v.string(),
      label: v.string(),
      type: v.union(
        v.literal("text"),
        v.literal("longText"),
        v.literal("number"),
        v.literal("choice"),
        v.literal("yesNo"),
        v.literal("date"),
      ),
      required: v.boolean(),
      choices: v.array(v.string()),
    }),
  ),
  approveLabel: v.string(),
  rejectLabel: v.string(),
});
export type WaitRequest = Infer<typeof requestValidator>;

export const waitViewValidator = v.union(
  /** Nobody was given this token. */
  v.object({ state: v.literal("unknown") }),
  /** The run has not got there; a program's answer is kept. */
  v.object({ state: v.literal("expected"), kind: v.union(v.literal("approval"), v.literal("event")) }),
  v.object({ state: v.literal("open"), request: requestValidator, openedAt: v.number(), dueAt: v.number() }),
  /** `title` is empty where the run never got there. */
  v.object({ state: v.literal("gone"), title: v.string(), gone: goneValidator }),
);
export type WaitView = Infer<typeof waitViewValidator>;

/** How the wait stands, for whoever has its address. */
export async function viewWait(ctx: QueryCtx, wait: Doc<"runWaits"> | null): Promise<WaitView> {
  if (wait === null) return { state: "unknown" };
  const request = readRequest(wait);
  const gone = await findGone(ctx, wait);
  if (gone) return { state: "gone", title: request?.title ?? "", gone };
  const { openedAt = 0, dueAt = 0 } = wait;
  if (wait.state === "open" && request) return { state: "open", request, openedAt, dueAt };
  return { state: "expected", kind: (await formOf(ctx, wait))?.kind ?? "approval" };
}

/** What the run asks for; null while it has not got there. */
export function readRequest({ request }: Doc<"runWaits">): WaitRequest | null {
  if (request === undefined) return null;
  const input = JSON.parse(request) as Record<string, JsonValue>;
  const fields: AnswerField[] = input.kind === "event" ? [] : readAnswerFields(input.fields);
  return {
    kind: input.kind === "event" ? "event" : "approval",
    title: textOf(input.title),
    message: textOf(input.message),
    fields,
    approveLabel: textOf(input.approveLabel) || "Approve",
    rejectLabel: textOf(input.rejectLabel) || "Reject",
  };
}

const textOf = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");

/** An answer's JSON text, read. Throws `malformed` and `too_large`. */
export async function readAnswer(text: string): Promise<{ value: JsonValue; bodyHash: string }> {
  if (text.length > MAX_ANSWER_CHARACTERS) {
    throw appError("too_large", `The answer has more than ${MAX_ANSWER_CHARACTERS} characters.`);
  }
  const fault = jsonFault(text);
  if (fault !== null) throw appError("malformed", `The answer ${fault}.`);
  return { value: JSON.parse(text) as JsonValue, bodyHash: await sha256Hex(text) };
}

/** An answer becomes part of the run's state at once. */
export const MAX_ANSWER_CHARACTERS = 200_000;
