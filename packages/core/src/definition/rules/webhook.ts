import { readWebhookSettings } from "../../webhook/settings.ts";
import type { Issue } from "../issue.ts";
import { triggersOf, type Rule } from "./context.ts";

/** The settings of a webhook trigger can be read: a schema that compiles, a signature that can be checked. */
export const checkWebhooks: Rule = (context) =>
  triggersOf(context).flatMap((node): Issue[] => {
    const kind = context.kinds.get(node.id);
    if (kind?.role !== "trigger" || kind.node.kind !== "webhook") return [];
    const read = readWebhookSettings(node.config);
    if (read.ok) return [];
    return read.faults.map(({ field, message, fix }) => ({
      code: "invalid_webhook",
      severity: "error",
      message,
      fix,
      nodeId: node.id,
      field: [field],
    }));
  });
