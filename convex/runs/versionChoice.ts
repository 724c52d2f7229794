/** What a person may choose between before an incomplete run goes on: the version it is pinned to, or the published one. */
import { diffDefinitions, isEmptyDiff, summarizeDiff } from "@patchbay/core";
import { v, type Infer } from "convex/values";
import type { OrgQueryCtx } from "../functions.ts";
import { requireOwned } from "../lib/ids.ts";
import { requireScenario } from "../scenarios/access.ts";
import { parseStored } from "../scenarios/definition.ts";
import { resolveVersion } from "../versions/resolve.ts";
import { loadDefinition } from "./plans.ts";
import { runSourceValidator } from "./tables.ts";

export const versionChoiceValidator = v.object({
  /** What the run is pinned to: it goes on there from where it stopped, or begins anew. */
  original: runSourceValidator,
  /** What a new run would execute now; null where the scenario is not published. */
  published: v.union(
    v.null(),
    v.object({
      number: v.number(),
      /** Whether it does the same as the original. */
      isSame: v.boolean(),
      /** How it differs, in one line: `2 nodes added, 1 connection changed`. */
      difference: v.string(),
      /** Whether it still has the node at which the run stopped, of the same type. */
      hasNode: v.boolean(),
    }),
  ),
});
export type VersionChoice = Infer<typeof versionChoiceValidator>;

/** The choice for one run. Throws `not_found`. */
export async function getVersionChoice(ctx: OrgQueryCtx, args: { runId: string }): Promise<VersionChoice> {
  const owner = { organizationId: ctx.actor.organizationId, id: args.runId };
  const run = await requireOwned(ctx, "runs", { ...owner, what: "run" });
  const scenario = await requireScenario(ctx, { scenarioId: run.scenarioId });
  const published = await resolveVersion(ctx, { scenario, source: { kind: "version" } });
  if (published?.source.kind !== "version") return { original: run.source, published: null };
  const { number } = published.source;
  const text = await loadDefinition(ctx, run);
  if (text === null) {
    const difference = "What this run was pinned to is gone.";
    return { original: run.source, published: { number, isSame: false, difference, hasNode: false } };
  }
  const before = parseStored(text);
  const after = parseStored(published.definition);
  const diff = diffDefinitions(before, after);
  const typeOf = (nodes: typeof before.nodes) => nodes.find((node) => node.id === run.failure?.nodeId)?.type;
  const isSame = isEmptyDiff(diff);
  const difference = isSame ? "It is the same." : summarizeDiff(diff).text;
  const hasNode = run.failure?.nodeId === undefined || typeOf(before.nodes) === typeOf(after.nodes);
  return { original: run.source, published: { number, isSame, difference, hasNode } };
}
