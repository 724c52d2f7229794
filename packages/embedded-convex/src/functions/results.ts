import { types } from "node:util";
import { remapStack } from "../isolate/realm.ts";

/** The outcome of a function, as it travels to callers. Values and error data are Convex JSON text. */
export type CallResult = CallSuccess | CallFailure;

export interface CallSuccess {
  ok: true;
  value: string;
  logs: string[];
  /** The commit timestamp of a mutation, decimal. */
  ts?: string;
}

export interface CallFailure {
  ok: false;
  error: string;
  /** Only for a ConvexError. */
  data?: string;
  logs: string[];
}

interface SerializedConvexError {
  message: string;
  /** `convex/server` replaces the data by its JSON text while the error leaves the function. */
  data: string;
}

/** Describes what a function has thrown; without paths of the host. */
export function failureOf(error: unknown, logs: string[]): CallFailure {
  const failure: CallFailure = { ok: false, error: describe(error), logs };
  if (isConvexError(error)) failure.data = error.data;
  return failure;
}

/** The error that a caller of a failed function catches: `performAsyncSyscall` makes a ConvexError of one with `data`. */
export function callerError(failure: CallFailure): Error {
  const error = new Error(failure.error);
  return failure.data === undefined ? error : Object.assign(error, { data: JSON.parse(failure.data) as unknown });
}

/** Errors about the call itself carry their kind in the message, without `Uncaught` and without a stack. */
export class CallError extends Error {
  override readonly name = "CallError";
}

function describe(error: unknown): string {
  if (error instanceof CallError) return error.message;
  if (!types.isNativeError(error)) return `Uncaught ${typeof error === "string" ? error : String(safeJson(error))}`;
  const stack = typeof error.stack === "string" ? error.stack : `${error.name}: ${error.message}`;
  return `Uncaught ${remapStack(stack)}`;
}

function isConvexError(error: unknown): error is SerializedConvexError {
  return (
    typeof error === "object" &&
    error !== null &&
    Symbol.for("ConvexError") in error &&
    typeof (error as { data?: unknown }).data === "string"
  );
}

function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
