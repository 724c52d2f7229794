/** What looking at a draft's trigger reads and writes. */
import { v } from "convex/values";
import { requireDraftOf } from "../drafts/read.ts";
import { internalOrgMutation } from "../functions.ts";
import { requireEditableScenario } from "../scenarios/access.ts";
import { parseStored } from "../scenarios/definition.ts";
import { addSample, pruneSample } from "../webhooks/samples.ts";
import { getWebhookOf } from "../webhooks/settings.ts";
import { polledTriggerOf } from "./model.ts";

const MAX_SAMPLE_CHARACTERS = 200_000;

/** JSON text of the draft's polling trigger, or null where it begins otherwise. */
export const beginLook = internalOrgMutation({
  permission: "scenario:update",
  args: { scenarioId: v.string() },
  returns: v.union(v.string(), v.null()),
  handler: async (ctx, args) => {
    const scenario = await requireEditableScenario(ctx, args);
    const trigger = polledTriggerOf(parseStored((await requireDraftOf(ctx, scenario._id)).definition));
    return trigger && JSON.stringify(trigger);
  },
});

/** Keeps bundles beside those that were caught from the scenario's webhook: the editor's samples of its trigger. */
export const keepSamples = internalOrgMutation({
  permission: "scenario:update",
  args: { scenarioId: v.string(), samples: v.array(v.string()) },
  returns: v.null(),
  handler: async (ctx, args) => {
    const scenario = await requireEditableScenario(ctx, args);
    const webhook = await getWebhookOf(ctx, scenario._id);
    if (webhook === null) throw new Error(`Scenario ${scenario._id} has lost its webhook.`);
    for (const text of args.samples) {
      const bundle = text.length > MAX_SAMPLE_CHARACTERS ? JSON.stringify(pruneSample(JSON.parse(text))) : text;
      await addSample(ctx, { webhook, bundle, receivedAt: Date.now() });
    }
    return null;
  },
});
