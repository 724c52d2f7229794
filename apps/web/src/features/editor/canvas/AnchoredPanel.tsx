import type { NodeId } from "@patchbay/core";
import { useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useLayoutEffect, useRef } from "react";
import type { ReactNode } from "react";
import { DISC } from "./geometry.ts";

const MARGIN = 12;
const GAP = 26;

export interface AnchoredPanelProps {
  nodeId: NodeId;
  /** Width of everything inside, in pixels. */
  width: number;
  children: ReactNode;
}

/**
 * Holds a panel at the right of a node and follows it. Where there is no room for it, the canvas moves once, so that the node
 * stays in sight beside the panel. `--panel-height` is what the content may take at most.
 */
export function AnchoredPanel({ nodeId, width, children }: AnchoredPanelProps) {
  const node = useStore((state) => state.nodeLookup.get(String(nodeId))?.internals.positionAbsolute);
  const transform = useStore((state) => state.transform);
  const canvasWidth = useStore((state) => state.width);
  const canvasHeight = useStore((state) => state.height);
  const { setViewport, getViewport } = useReactFlow();
  const revealed = useRef<NodeId | null>(null);
  const panel = useRef<HTMLDivElement>(null);

  const [panX, panY, zoom] = transform;
  const nodeLeft = (node?.x ?? 0) * zoom + panX;
  const nodeTop = (node?.y ?? 0) * zoom + panY;
  const nodeRight = nodeLeft + DISC * zoom;
  const rightmost = canvasWidth - MARGIN - width;
  const left = Math.max(MARGIN, Math.min(nodeRight + GAP, rightmost));

  useEffect(() => {
    if (revealed.current === nodeId || canvasWidth === 0 || !node) return;
    revealed.current = nodeId;
    const wantedLeft = Math.min(nodeLeft, rightmost - GAP - DISC * zoom);
    const wantedTop = Math.min(Math.max(nodeTop, 80), Math.max(80, canvasHeight - DISC * zoom - 80));
    const { x, y } = getViewport();
    const dx = Math.max(wantedLeft, MARGIN) - nodeLeft;
    const dy = wantedTop - nodeTop;
    if (Math.abs(dx) > 1 || Math.abs(dy) > 1) void setViewport({ x: x + dx, y: y + dy, zoom }, { duration: 260 });
  }, [nodeId, node, canvasWidth, canvasHeight, rightmost, zoom, nodeLeft, nodeTop, getViewport, setViewport]);

  const middle = nodeTop + (DISC * zoom) / 2;
  useLayoutEffect(() => {
    const element = panel.current;
    if (!element) return;
    const place = () => placePanel(element, middle, canvasHeight);
    place();
    // What is inside grows and shrinks by itself, too: fields unfold, tabs change.
    const observer = new ResizeObserver(place);
    for (const part of element.querySelectorAll("section")) observer.observe(part);
    return () => observer.disconnect();
  }, [middle, canvasHeight, nodeId]);

  if (!node) return null;
  return (
    <div
      ref={panel}
      className="nodrag nopan nowheel absolute z-20 flex items-start gap-2"
      style={{ left, width, ["--panel-height" as string]: `${canvasHeight - 2 * MARGIN}px` }}
    >
      <span
        aria-hidden
        className="absolute top-(--pointer-top) -left-1.75 z-1 size-3 -translate-y-1/2 rotate-45 border-b border-l border-line-2 bg-surface"
      />
      {children}
    </div>
  );
}

/** Keeps a panel inside the canvas, its main part level with the node and the pointer on it. */
function placePanel(element: HTMLElement, middle: number, canvasHeight: number): void {
  const main = element.querySelector<HTMLElement>("[role=dialog]");
  const mainHeight = main?.offsetHeight ?? element.offsetHeight;
  const others = [...element.querySelectorAll<HTMLElement>("section")].map((section) => section.offsetHeight);
  const height = Math.max(mainHeight, ...others);
  const top = Math.max(MARGIN, Math.min(middle - Math.min(mainHeight / 2, 220), canvasHeight - height - MARGIN));
  const offset = Math.max(0, Math.min(middle - top - mainHeight / 2, height - mainHeight));
  // Only where the pointer would miss the main part is that moved down beside the others.
  const shift = middle - top > mainHeight - 20 ? offset : 0;
  element.style.top = `${top}px`;
  element.style.setProperty("--main-offset", `${shift}px`);
  element.style.setProperty(
    "--pointer-top",
    `${shift + Math.max(20, Math.min(middle - top - shift, mainHeight - 20))}px`,
  );
}
