import { randomUUID } from "node:crypto";
import { makeFunctionReference } from "convex/server";

/** Words that the shim finds in what is written and sent. */
export function newMarker(): string {
  return `mark-${randomUUID().replaceAll("-", "")}`;
}

/** What `durability:state` returns. */
export interface DurabilityState {
  markers: string[];
  counter: number;
  confirmed: string[];
}

/** Functions of the conformance app's `durability` module. */
export const record = makeFunctionReference<"mutation", { tag: string; marker: string }, string>("durability:record");
export const state = makeFunctionReference<"query", { tag: string }, DurabilityState>("durability:state");
