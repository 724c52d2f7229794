import type { Issue } from "../issue.ts";
import { parseSensitiveField } from "../sensitive.ts";
import type { Rule } from "./context.ts";

/** A field that is meant to be hidden and is not, because its name is wrong, must not go unnoticed. */
export const checkSensitiveFields: Rule = ({ definition }) =>
  (definition.settings?.sensitiveFields ?? []).flatMap((text): Issue[] => {
    const field = parseSensitiveField(text);
    if (field === null) {
      const message = `The settings name the sensitive field "${text}", which cannot be read.`;
      return [{ code: "sensitive_field", severity: "error", message, fix: "Write it as in a formula: 1.body.card." }];
    }
    if (definition.nodes.some((node) => node.id === field.nodeId)) return [];
    const message = `The settings name the sensitive field "${text}", but there is no node ${field.nodeId}.`;
    return [{ code: "sensitive_field", severity: "warning", message, fix: "Remove it, or name another node." }];
  });
