import { cx } from "@patchbay/ui";
import type { Edge } from "@patchbay/core";
import { Plus, ShieldAlert, Split, Wrench } from "lucide-react";
import { createContext, memo, useContext } from "react";
import type { ReactNode } from "react";
import type { EdgeOverlay } from "../run/runOverlay.ts";
import { useCanvas } from "./canvasState.ts";
import type { Point } from "./geometry.ts";

/** Which edge the pointer is on, and how to say so. Separate from the canvas state: it changes with every move. */
export const HoverContext = createContext<{ hoveredEdge: string | null; setHoveredEdge: (key: string | null) => void }>(
  {
    hoveredEdge: null,
    setHoveredEdge: () => undefined,
  },
);

export interface EdgeLabelProps {
  edgeKey: string;
  edge: Edge;
  at: Point;
  overlay: EdgeOverlay | undefined;
  isSelected: boolean;
  isFromRouter: boolean;
}

/** What stands on a cable: the filter's chip with its counts, the shield of an error route, and buttons on hover. */
export const EdgeLabel = memo(function EdgeLabel({
  edgeKey,
  edge,
  at,
  overlay,
  isSelected,
  isFromRouter,
}: EdgeLabelProps) {
  const { hoveredEdge, setHoveredEdge } = useContext(HoverContext);
  const actions = useCanvas((state) => state.actions);
  const isOffering = actions !== null && (isSelected || hoveredEdge === edgeKey);
  const hasChip = edge.filter !== undefined || edge.fallback === true;
  const isError = edge.kind === "error";
  if (!hasChip && !isError && !isOffering && !(overlay && isFromRouter)) return null;
  const pointer = { onPointerEnter: () => setHoveredEdge(edgeKey), onPointerLeave: () => setHoveredEdge(null) };
  return (
    <div
      className="nodrag nopan pointer-events-auto absolute z-1 flex items-center gap-1"
      style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)` }}
      {...pointer}
    >
      {isError ? (
        <span
          title="Error route"
          className="flex size-6 items-center justify-center rounded-full border-[1.5px] border-bad-mark bg-canvas text-bad"
        >
          <ShieldAlert aria-hidden className="size-3.5" />
          <span className="sr-only">Error route</span>
        </span>
      ) : hasChip || overlay ? (
        <FilterChip edgeKey={edgeKey} edge={edge} overlay={overlay} />
      ) : (
        <RoundButton label="Set a filter" onClick={() => actions?.openFilter(edgeKey)}>
          <Wrench aria-hidden className="size-3.5" />
        </RoundButton>
      )}
      {isOffering ? (
        <RoundButton label="Insert a node here" onClick={() => actions.openPicker({ kind: "onEdge", edge: edgeKey })}>
          <Plus aria-hidden className="size-3.5" />
        </RoundButton>
      ) : null}
    </div>
  );
});

function RoundButton({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      onClick={onClick}
      className="flex size-6 items-center justify-center rounded-full border border-line-2 bg-surface text-ink-2 transition-colors hover:border-signal hover:text-signal"
    >
      {children}
    </button>
  );
}

/** The filter's name and, after a run, how many bundles passed. */
function FilterChip({ edgeKey, edge, overlay }: { edgeKey: string; edge: Edge; overlay: EdgeOverlay | undefined }) {
  const actions = useCanvas((state) => state.actions);
  const Icon = edge.fallback ? Split : Wrench;
  const text = edge.fallback
    ? (edge.filter?.label ?? "Everything else")
    : edge.filter
      ? (edge.filter.label ?? "Filter")
      : null;
  const counts = overlay ? `${overlay.passed} of ${overlay.seen}` : null;
  return (
    <button
      type="button"
      disabled={!actions}
      aria-label={`${edge.fallback ? "Fallback route" : "Filter"} ${text ?? ""}${counts ? `, ${counts} bundles passed` : ""}`}
      onClick={() => actions?.openFilter(edgeKey)}
      className={cx(
        "flex h-6 max-w-52 items-center gap-1.5 rounded-control border border-line-2 px-2 text-xs font-medium text-ink transition-colors enabled:hover:border-control",
        edge.fallback ? "bg-canvas text-ink-2" : "bg-surface",
      )}
    >
      {text !== null ? (
        <>
          <Icon aria-hidden className="size-3.5 shrink-0 text-ink-2" />
          <span className="truncate">{text}</span>
        </>
      ) : null}
      {counts ? (
        <span
          className={cx("shrink-0 font-mono text-2xs text-ink-2", text !== null && "border-l border-line-2 pl-1.5")}
        >
          {counts}
        </span>
      ) : null}
    </button>
  );
}
