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

/** What leads from side A to side B. Undefined while either loads, null where a version does not exist. */
export function useComparison(
  scenarioId: string,
  a: Side,
  b: Side,
  draft: Draft | undefined,
): Comparison | null | undefined {
  const before = useSideDefinition(scenarioId, a, draft);
  const after = useSideDefinition(scenarioId, b, draft);
  return useMemo(() => {
    if (before === undefined || after === undefined) return undefined;
    if (before === null || after === null) return null;
    return compareDefinitions(JSON.parse(before) as Definition, JSON.parse(after) as Definition, words);
  }, [before, after]);
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
