"use client";

import { useEffect, useState } from "react";
import { createViewLink, DiffCanvas } from "@/features/editor/DiffCanvas";
import type { Compared } from "./useComparison.ts";

interface CanvasPairProps extends Compared {
  /** `["v14", "Draft"]` */
  names: readonly [before: string, after: string];
  isLinked: boolean;
  /** Somebody wants to read about this node. */
  onNodeClick: (nodeId: number) => void;
}

/** Both sides of a comparison as canvases, moved together as long as they are linked. */
export default function CanvasPair({ before, after, comparison, names, isLinked, onNodeClick }: CanvasPairProps) {
  const [link] = useState(createViewLink);
  useEffect(() => link.setLinked(isLinked), [link, isLinked]);
  const shared = { diff: comparison.diff, link, onNodeClick };
  return (
    <div className="grid size-full grid-cols-2">
      <div className="relative min-w-0 border-r border-line-2">
        <DiffCanvas {...shared} definition={before} other={after} side="before" label={`Canvas of ${names[0]}`} />
      </div>
      <div className="relative min-w-0">
        <DiffCanvas {...shared} definition={after} other={before} side="after" label={`Canvas of ${names[1]}`} />
      </div>
    </div>
  );
}
