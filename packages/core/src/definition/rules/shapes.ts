import type { FormulaFault } from "../../shapes/infer.ts";
import { checkConditions } from "../../shapes/conditions.ts";
import type { Issue } from "../issue.ts";
import type { Rule } from "./context.ts";

/** Formulas that read fields which cannot exist, or give functions and operators what they cannot take. */
export const checkConfigShapes: Rule = ({ definition, shapes }) =>
  definition.nodes.flatMap(({ id }) =>
    shapes.configOf(id).faults.map((fault): Issue => ({ nodeId: id, field: fault.field, ...toIssue(fault) })),
  );

/** The same in filters, and conditions that never or always hold. */
export const checkFilterShapes: Rule = ({ definition, shapes }) =>
  definition.edges.flatMap(({ from, to, kind, filter }) => {
    if (!filter) return [];
    const edge = { from, to, kind };
    return checkConditions(filter, shapes.on(edge)).map((fault): Issue => ({
      edge,
      field: fault.field,
      ...toIssue(fault),
    }));
  });

const toIssue = ({ code, message, from, to, replacement }: Omit<FormulaFault, "code"> & { code: string }) =>
  ({
    code,
    severity: "warning",
    message,
    fix: replacement === undefined ? "Check what it reads, or run once to learn its values." : `Write ${replacement}.`,
    range: { from, to },
  }) as const;
