import { cx } from "@patchbay/ui";
import { EdgeLabelRenderer } from "@xyflow/react";
import type { EdgeProps } from "@xyflow/react";
import { memo } from "react";
import type { EdgeOverlay } from "../run/runOverlay.ts";
import type { CableEdge as CableEdgeType } from "./flowElements.ts";
import { useCanvas } from "./canvasState.ts";
import type { CanvasState } from "./canvasState.ts";
import { EdgeLabel } from "./EdgeLabel.tsx";
import { HANDLE_SIZE, PLUG_LENGTH, PLUG_WIDTH, handleCorner, routeCable } from "./geometry.ts";
import type { Plug } from "./geometry.ts";
import { countRender } from "./renderCounter.ts";

const inputCorner = handleCorner(Math.PI);
const DOTS = [0, 0.25, 0.5, 0.75];
/** How long a dot of an active cable is on its way. */
const DOT_TRAVEL = "0.9s";

type Look = "idle" | "selected" | "done" | "active" | "error" | "unused" | "added" | "removed" | "changed";

const strokes: Record<Look, string> = {
  idle: "stroke-edge",
  selected: "stroke-signal",
  done: "stroke-ink-2",
  active: "stroke-signal",
  error: "stroke-bad-mark",
  unused: "stroke-edge/60",
  added: "stroke-ok-mark",
  removed: "stroke-bad-mark",
  changed: "stroke-warn-mark",
};

const fills: Record<Look, string> = {
  idle: "fill-edge",
  selected: "fill-signal",
  done: "fill-ink-2",
  active: "fill-signal",
  error: "fill-bad-mark",
  unused: "fill-edge/60",
  added: "fill-ok-mark",
  removed: "fill-bad-mark",
  changed: "fill-warn-mark",
};

/** Whether a disc wears a ring that the cable must stay outside of. */
const isRinged = (state: CanvasState, id: number): boolean =>
  state.selectedNodes.has(id) ||
  state.inspected === id ||
  state.marks?.nodes.has(id) === true ||
  state.overlay?.nodes.get(id)?.state === "running";

/** A cable with a plug at each end. Drawn from the nodes' positions, which React Flow's handle positions stand for. */
export const CableEdge = memo(function CableEdge({
  id,
  data,
  source,
  target,
  sourceX,
  sourceY,
  targetX,
  targetY,
  selected,
}: EdgeProps<CableEdgeType>) {
  countRender(id);
  const { edge, angle, isFromRouter } = data!;
  const overlay = useCanvas((state) => state.overlay?.edges.get(id));
  const hasRun = useCanvas((state) => state.overlay !== null && state.overlay.nodes.size > 0);
  const mark = useCanvas((state) => state.marks?.edges.get(id));
  const isFromRinged = useCanvas((state) => isRinged(state, Number(source)));
  const isToRinged = useCanvas((state) => isRinged(state, Number(target)));
  const outputCorner = handleCorner(angle);
  const cable = routeCable({
    from: { x: sourceX - outputCorner.x - HANDLE_SIZE, y: sourceY - outputCorner.y - HANDLE_SIZE / 2 },
    to: { x: targetX - inputCorner.x, y: targetY - inputCorner.y - HANDLE_SIZE / 2 },
    angle,
    isFromRinged,
    isToRinged,
  });
  const look = mark && mark !== "moved" ? mark : lookOf(edge.kind, selected ?? false, hasRun, overlay);
  return (
    <>
      <path d={cable.path} fill="none" strokeWidth={24} className="react-flow__edge-interaction stroke-transparent" />
      {look === "active" ? (
        <path d={cable.path} fill="none" strokeWidth={7} className="stroke-signal/25 motion-reduce:stroke-signal/50" />
      ) : null}
      <path
        d={cable.path}
        fill="none"
        strokeWidth={look === "active" ? 2.5 : 2}
        strokeDasharray={edge.kind === "error" || look === "removed" ? "6 4" : undefined}
        className={cx("pb-cable", strokes[look])}
      />
      <PlugShape plug={cable.start} className={fills[look]} />
      <PlugShape plug={cable.end} className={fills[look]} />
      {look === "active" ? <FlowDots path={cable.path} /> : null}
      <EdgeLabelRenderer>
        <EdgeLabel
          edgeKey={id}
          edge={edge}
          at={cable.middle}
          overlay={overlay}
          isSelected={selected ?? false}
          isFromRouter={isFromRouter}
        />
      </EdgeLabelRenderer>
    </>
  );
});

function lookOf(kind: "next" | "error", isSelected: boolean, hasRun: boolean, overlay: EdgeOverlay | undefined): Look {
  if (isSelected) return "selected";
  if (kind === "error") return "error";
  if (!hasRun) return "idle";
  if (overlay?.isActive) return "active";
  return overlay && overlay.passed > 0 ? "done" : "unused";
}

export function PlugShape({ plug, className }: { plug: Plug; className: string }) {
  return (
    <rect
      x={-PLUG_LENGTH / 2}
      y={-PLUG_WIDTH / 2}
      width={PLUG_LENGTH}
      height={PLUG_WIDTH}
      rx={1.5}
      transform={`translate(${plug.at.x} ${plug.at.y}) rotate(${(plug.angle * 180) / Math.PI})`}
      className={className}
    />
  );
}

function FlowDots({ path }: { path: string }) {
  return (
    <g className="motion-reduce:hidden">
      {DOTS.map((offset) => (
        <circle key={offset} r={3} className="fill-signal stroke-canvas" strokeWidth={1}>
          <animateMotion dur={DOT_TRAVEL} begin={`${-0.9 * offset}s`} repeatCount="indefinite" path={path} />
        </circle>
      ))}
    </g>
  );
}
