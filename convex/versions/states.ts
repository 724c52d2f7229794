import type { Infer } from "convex/values";
import type { versionStateValidator } from "./tables.ts";

export type VersionState = Infer<typeof versionStateValidator>;

/** Every change of a version's state there may be; a rollback makes a new version rather than reviving an old one. */
const transitions: Record<VersionState, readonly VersionState[]> = {
  published: ["superseded"],
  superseded: ["archived"],
  archived: ["superseded"],
};

/** Returns `to`, or throws when the table has no such transition: a bug in the caller. */
export function transition(from: VersionState, to: VersionState): VersionState {
  if (!transitions[from].includes(to)) throw new Error(`A version cannot go from ${from} to ${to}.`);
  return to;
}
