/** What leads from one of a scenario's drafts and versions to another. */
import { manifestCatalog } from "@patchbay/catalog/manifests";
import { breakingChanges, diffDefinitions, summarizeDiff, type Definition } from "@patchbay/core";
import { knownConnections } from "../connections/model.ts";
import { requireDraftOf } from "../drafts/read.ts";
import type { OrgQueryCtx } from "../functions.ts";
import { notFound } from "../lib/errors.ts";
import { requireScenario } from "../scenarios/access.ts";
import { parseStored } from "../scenarios/definition.ts";
import { requireVersion } from "./model.ts";
import { requireDefinition } from "./read.ts";

export type ComparedSide = "draft" | number;

/** The changes from one side (the published version, where none is named) to the other, with their summary and what in them may break others. Throws `not_found`. */
export async function compareVersions(
  ctx: OrgQueryCtx,
  args: { scenarioId: string; from?: ComparedSide; to: ComparedSide },
) {
  const scenario = await requireScenario(ctx, args);
  const from = args.from ?? scenario.publishedNumber;
  if (from === undefined) throw notFound("version");
  const load = async (side: ComparedSide): Promise<Definition> => {
    if (side === "draft") return parseStored((await requireDraftOf(ctx, scenario._id)).definition);
    return parseStored(
      await requireDefinition(ctx, await requireVersion(ctx, { scenarioId: scenario._id, number: side })),
    );
  };
  const [before, after] = [await load(from), await load(args.to)];
  const types = new Map((await knownConnections(ctx)).map(({ id, type }) => [id, type]));
  const diff = diffDefinitions(before, after);
  const options = { catalog: manifestCatalog, connectionTypeOf: (id: string) => types.get(id) };
  return { diff, summary: summarizeDiff(diff), breaking: breakingChanges(before, after, options) };
}
