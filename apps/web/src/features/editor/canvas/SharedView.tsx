import type { Definition } from "@patchbay/core";
import { getViewportForBounds, useOnViewportChange, useReactFlow, useStore } from "@xyflow/react";
import { useCallback, useEffect, useState } from "react";
import { DISC } from "./geometry.ts";
import { ViewControls } from "./ViewControls.tsx";
import type { View, ViewLink } from "./viewLink.ts";

interface SharedViewProps {
  link: ViewLink;
  /** What the view begins with: everything that is on any of these. */
  definitions: readonly Definition[];
}

/** Below a disc stand its name and its action. */
const CAPTION = 44;

/** Keeps a canvas's view equal to the linked ones', beginning with one that shows all of every side. */
export function SharedView({ link, definitions }: SharedViewProps) {
  const { setViewport } = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const [follow] = useState(() => (view: View) => void setViewport(view));
  useEffect(() => link.join(follow), [link, follow]);
  useOnViewportChange({ onChange: useCallback((view: View) => link.tell(follow, view), [link, follow]) });
  const { x, y, right, bottom } = boundsOf(definitions);
  useEffect(() => {
    if (width === 0 || height === 0) return;
    const bounds = { x, y, width: right - x, height: bottom - y };
    follow(getViewportForBounds(bounds, width, height, 0.15, 1, 0.06));
  }, [follow, width, height, x, y, right, bottom]);
  return <ViewControls className="bottom-3 left-3" />;
}

function boundsOf(definitions: readonly Definition[]) {
  const boxes = definitions.flatMap(({ nodes, notes = [] }) => [
    ...nodes.map(({ position }) => ({ ...position, width: DISC, height: DISC + CAPTION })),
    ...notes.map(({ position, size }) => ({ ...position, width: size?.width ?? 200, height: size?.height ?? 120 })),
  ]);
  if (boxes.length === 0) return { x: 0, y: 0, right: DISC, bottom: DISC };
  return {
    x: Math.min(...boxes.map((box) => box.x)),
    y: Math.min(...boxes.map((box) => box.y)),
    right: Math.max(...boxes.map((box) => box.x + box.width)),
    bottom: Math.max(...boxes.map((box) => box.y + box.height)),
  };
}
