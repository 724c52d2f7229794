import { IconButton } from "@patchbay/ui";
import { useReactFlow, useStore } from "@xyflow/react";
import { Maximize, Minus, Plus } from "lucide-react";

/** Zoom out, the zoom in percent (click: 100 %), zoom in, fit everything. */
export function ViewControls({ className }: { className?: string }) {
  const percent = useStore((state) => Math.round(state.transform[2] * 100));
  const { zoomIn, zoomOut, zoomTo, fitView } = useReactFlow();
  const duration = 260;
  return (
    <div
      role="group"
      aria-label="Zoom"
      className={`absolute z-5 flex h-8 items-center rounded-control border border-line-2 bg-surface px-0.5 ${className ?? ""}`}
    >
      <IconButton label="Zoom out" tooltipSide="top" onClick={() => void zoomOut({ duration })}>
        <Minus aria-hidden />
      </IconButton>
      <button
        type="button"
        aria-label={`Zoom ${percent} %. Set to 100 %.`}
        onClick={() => void zoomTo(1, { duration })}
        className="h-7 w-12 rounded-control text-center font-mono text-xs text-ink hover:bg-hover"
      >
        {percent}%
      </button>
      <IconButton label="Zoom in" tooltipSide="top" onClick={() => void zoomIn({ duration })}>
        <Plus aria-hidden />
      </IconButton>
      <span aria-hidden className="mx-0.5 h-4 w-px bg-line" />
      <IconButton
        label="Show everything"
        shortcut={["F"]}
        tooltipSide="top"
        onClick={() => void fitView({ duration, padding: 0.25, maxZoom: 1 })}
      >
        <Maximize aria-hidden />
      </IconButton>
    </div>
  );
}
