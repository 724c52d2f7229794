"use client";

import { api } from "@convex/api";
import type { Definition } from "@patchbay/core";
import { useQuery } from "convex/react";
import { useMemo } from "react";
import { useOrganization } from "@/features/shell/viewer";
import { fieldTitle, nodeFace } from "@/lib/nodeFaces";
import { compareDefinitions, type Comparison, type CompareWords } from "./compare.ts";
import type { Draft } from "./useVersions.ts";

/** What can be compared: the draft, or a version by its number. */
export type Side = "draft" | number;

const words: CompareWords = {
  nodeName: (node) => node.name || nodeFace(node.type).title,
  actionName: (node) => nodeFace(node.type).action,
  fieldTitle,
};

export const sideLabel = (side: Side): string => (side === "draft" ? "Draft" : `v${side}`);

/** Two sides, and what leads from the one to the other. */
export interface Compared {
  before: Definition;
  after: Definition;
  comparison: Comparison;
}

/** Undefined while either side loads, null where a version does not exist. */
export function useComparison(
  scenarioId: string,
  a: Side,
  b: Side,
  draft: Draft | undefined,
): Compared | null | undefined {
  const beforeText = useSideDefinition(scenarioId, a, draft);
  const afterText = useSideDefinition(scenarioId, b, draft);
  return useMemo(() => {
    if (beforeText === undefined || afterText === undefined) return undefined;
    if (beforeText === null || afterText === null) return null;
    const before = JSON.parse(beforeText) as Definition;
    const after = JSON.parse(afterText) as Definition;
    return { before, after, comparison: compareDefinitions(before, after, words) };
  }, [beforeText, afterText]);
}

function useSideDefinition(scenarioId: string, side: Side, draft: Draft | undefined): string | null | undefined {
  const organizationId = useOrganization().id;
  const version = useQuery(
    api.versions.queries.getVersion,
    side === "draft" ? "skip" : { organizationId, scenarioId, number: side },
  );
  if (side === "draft") return draft?.definition;
  return version === null ? null : version?.definition;
}
