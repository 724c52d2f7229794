/** How every start of a run finds what it will execute. */
import type { Doc, Id } from "../_generated/dataModel.d.ts";
import type { QueryCtx } from "../_generated/server.d.ts";
import { getDraftOf } from "../drafts/read.ts";
import { getVersionByNumber } from "./read.ts";

/** What a run is asked to execute. A version without `number` is the published one. */
export type RequestedSource = { kind: "draft" } | { kind: "version"; number?: number };
/** What a run is pinned to. */
export type RunSource = { kind: "draft"; revision: number } | { kind: "version"; number: number };

export interface ResolvedVersion {
  source: RunSource;
  /** JSON text of the definition. */
  definition: string;
  /** SHA-256 of the definition's canonical JSON: equal keys mean equal definitions, so compiled plans can be kept by it. */
  definitionKey: string;
  /** Where the definition is kept for good; null for a draft, which changes on: snapshot `definition` for the run. */
  definitionId: Id<"versionDefinitions"> | null;
}

/**
 * The definition that a run started now executes; null where there is none (never published, no such version, archived).
 * Reads one row for the published version and for the draft, two for a version by number.
 */
export async function resolveVersion(
  ctx: QueryCtx,
  args: { scenario: Doc<"scenarios">; source: RequestedSource },
): Promise<ResolvedVersion | null> {
  const { scenario, source } = args;
  if (source.kind === "draft") {
    const draft = await getDraftOf(ctx, scenario._id);
    if (draft === null) return null;
    return {
      source: { kind: "draft", revision: draft.revision },
      definition: draft.definition,
      definitionKey: draft.contentHash,
      definitionId: null,
    };
  }
  const pinned = await findPinned(ctx, scenario, source.number);
  if (pinned === null) return null;
  const stored = await ctx.db.get("versionDefinitions", pinned.definitionId);
  if (stored === null) return null;
  return {
    source: { kind: "version", number: pinned.number },
    definition: stored.definition,
    definitionKey: stored.contentHash,
    definitionId: stored._id,
  };
}

async function findPinned(ctx: QueryCtx, scenario: Doc<"scenarios">, number: number | undefined) {
  if (number === undefined || number === scenario.publishedNumber) {
    if (scenario.publishedNumber === undefined || scenario.publishedDefinitionId === undefined) return null;
    return { number: scenario.publishedNumber, definitionId: scenario.publishedDefinitionId };
  }
  const version = await getVersionByNumber(ctx, { scenarioId: scenario._id, number });
  return version === null || version.state === "archived" ? null : version;
}

/** The text of a definition that a run is pinned to by `ResolvedVersion.definitionId`; null if it is gone. */
export async function loadPinnedDefinition(ctx: QueryCtx, id: Id<"versionDefinitions">): Promise<string | null> {
  return (await ctx.db.get("versionDefinitions", id))?.definition ?? null;
}
