/** Requests that are caught while the editor listens are stored without what the draft marks as sensitive. */
import type { Doc } from "../../_generated/dataModel.d.ts";
import type { QueryCtx } from "../../functions.ts";
import { resolveVersion } from "../../versions/resolve.ts";
import { parseBundle } from "../interpret.ts";
import { planOf } from "../plans.ts";
import { hidePayload, learnFromPayload } from "./payload.ts";

/** The bundle's JSON text as it may be stored. What cannot be executed yet has no rules. */
export async function hideSample(ctx: QueryCtx, scenario: Doc<"scenarios">, text: string): Promise<string> {
  const draft = await resolveVersion(ctx, { scenario, source: { kind: "draft" } });
  const compiled = draft && planOf(draft);
  if (!compiled?.ok) return text;
  const payload = parseBundle(text);
  const vault = learnFromPayload(compiled.plan, {}, { payload, vault: null });
  return vault ? hidePayload(compiled.plan, {}, { payload, vault }) : text;
}
