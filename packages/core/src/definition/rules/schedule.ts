import { readSchedule } from "../../schedule/schedule.ts";
import type { Issue } from "../issue.ts";
import { triggersOf, type Rule } from "./context.ts";

/** The times of a schedule trigger can be read, and come. */
export const checkSchedules: Rule = (context) =>
  triggersOf(context).flatMap((node): Issue[] => {
    const kind = context.kinds.get(node.id);
    if (kind?.role !== "trigger" || kind.node.kind !== "schedule" || !("mode" in propertiesOf(kind.node.input)))
      return [];
    const read = readSchedule(node.config);
    if (read.ok) return [];
    return read.faults.map(({ field, message, fix }) => ({
      code: "invalid_schedule",
      severity: "error",
      message,
      fix,
      nodeId: node.id,
      field: [field],
    }));
  });

function propertiesOf(schema: Record<string, unknown>): object {
  return typeof schema.properties === "object" && schema.properties !== null ? schema.properties : {};
}
