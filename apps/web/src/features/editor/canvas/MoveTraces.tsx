import type { Definition, DefinitionDiff } from "@patchbay/core";
import { ViewportPortal } from "@xyflow/react";
import { useMemo } from "react";
import { indexDefinition } from "../store/definitionIndex.ts";
import { DISC, discCentre } from "./geometry.ts";
import type { Point } from "./geometry.ts";

interface MoveTracesProps {
  before: Definition;
  after: Definition;
  diff: DefinitionDiff;
}

/** How far the arrow ends stand off the discs' centres. */
const STAND_OFF = DISC / 2 + 10;

/** Where moved nodes were: a ghost, and an arrow to where they are. */
export function MoveTraces({ before, after, diff }: MoveTracesProps) {
  const moves = useMemo(() => movesOf(before, after, diff), [before, after, diff]);
  if (moves.length === 0) return null;
  return (
    <ViewportPortal>
      <svg aria-hidden className="pointer-events-none absolute overflow-visible" width={1} height={1}>
        <defs>
          <marker id="move-arrow" viewBox="0 0 8 8" refX={7} refY={4} markerWidth={7} markerHeight={7} orient="auto">
            <path d="M0,0 L8,4 L0,8 Z" className="fill-move-mark" />
          </marker>
        </defs>
        {moves.map(({ id, from, arrow }) => (
          <g key={id} fill="none" className="stroke-move-mark" strokeWidth={1.5}>
            <circle cx={from.x} cy={from.y} r={DISC / 2} strokeDasharray="4 4" />
            {arrow ? <path d={arrow} markerEnd="url(#move-arrow)" /> : null}
          </g>
        ))}
      </svg>
    </ViewportPortal>
  );
}

function movesOf(before: Definition, after: Definition, diff: DefinitionDiff) {
  const [was, is] = [indexDefinition(before).nodes, indexDefinition(after).nodes];
  return diff.nodes.changed.flatMap(({ id, fields }) => {
    const [old, now] = [was.get(id), is.get(id)];
    if (!old || !now || !fields.some(({ path }) => path[0] === "position")) return [];
    const [from, to] = [discCentre(old.position), discCentre(now.position)];
    return [{ id, from, arrow: arrowBetween(from, to) }];
  });
}

/** A bow from rim to rim; null where the discs overlap. */
function arrowBetween(from: Point, to: Point): string | null {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  if (length < 2 * STAND_OFF) return null;
  const [ux, uy] = [dx / length, dy / length];
  const start = { x: from.x + ux * STAND_OFF, y: from.y + uy * STAND_OFF };
  const end = { x: to.x - ux * STAND_OFF, y: to.y - uy * STAND_OFF };
  const bend = Math.min(60, length * 0.25);
  const middle = { x: (start.x + end.x) / 2 + uy * bend, y: (start.y + end.y) / 2 - ux * bend };
  return `M${start.x},${start.y} Q${middle.x},${middle.y} ${end.x},${end.y}`;
}
