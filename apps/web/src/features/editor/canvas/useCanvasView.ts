import type { NodeId } from "@patchbay/core";
import { useReactFlow, useStoreApi } from "@xyflow/react";
import { useMemo } from "react";
import type { Position } from "../store/placement.ts";
import { DISC } from "./geometry.ts";

export interface CanvasView {
  fit: () => void;
  /** Brings a node into the middle and gives it the focus. */
  reveal: (id: NodeId) => void;
  /** Gives a node the focus where it is. */
  focus: (id: NodeId) => void;
  /** The flow position of the visible middle, for a new node. */
  centre: () => Position;
  toFlow: (screen: Position) => Position;
}

const duration = 260;

/** Moves the view of the canvas around; for use inside `Canvas`. */
export function useCanvasView(): CanvasView {
  const flow = useReactFlow();
  const api = useStoreApi();
  return useMemo(() => {
    const focus = (id: NodeId) => {
      api
        .getState()
        .domNode?.querySelector<HTMLElement>(`.react-flow__node[data-id="${id}"]`)
        ?.focus({ preventScroll: true });
    };
    return {
      fit: () => void flow.fitView({ duration, padding: 0.25, maxZoom: 1 }),
      focus,
      reveal: (id) => {
        const node = flow.getNode(String(id));
        if (!node) return;
        const { x, y } = node.position;
        void flow.setCenter(x + DISC / 2, y + DISC / 2, { duration, zoom: Math.max(0.7, flow.getZoom()) });
        focus(id);
      },
      centre: () => {
        const { width, height, transform } = api.getState();
        const [x, y, zoom] = transform;
        return { x: (width / 2 - x) / zoom - DISC / 2, y: (height / 2 - y) / zoom - DISC / 2 };
      },
      toFlow: (screen) => flow.screenToFlowPosition(screen),
    };
  }, [flow, api]);
}
