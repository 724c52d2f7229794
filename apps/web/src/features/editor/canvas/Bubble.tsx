import { cx } from "@patchbay/ui";
import { Check, Clock, CircleHelp, TriangleAlert, X } from "lucide-react";
import type { NodeOverlay } from "../run/runOverlay.ts";

const looks: Record<NodeOverlay["state"], string> = {
  done: "bg-ink text-surface",
  running: "bg-signal text-on-signal",
  waiting: "border-[1.5px] border-control bg-surface text-ink",
  handled: "bg-warn-mark text-on-ink",
  failed: "bg-bad-mark text-on-ink",
  unknown: "border-[1.5px] border-warn-mark bg-surface text-warn",
};

const icons = { done: Check, running: null, waiting: Clock, handled: TriangleAlert, failed: X, unknown: CircleHelp };

const words: Record<NodeOverlay["state"], string> = {
  done: "finished",
  running: "running",
  waiting: "waiting",
  handled: "with handled errors",
  failed: "failed",
  unknown: "with unknown results",
};

export interface BubbleProps {
  nodeId: number;
  overlay: NodeOverlay;
  isCentred: boolean;
  onOpen: () => void;
}

/** The count of a node's operations in the watched run; opens them. */
export function Bubble({ nodeId, overlay, isCentred, onOpen }: BubbleProps) {
  const Icon = icons[overlay.state];
  const count =
    overlay.state === "running" && overlay.total > 1 ? `${overlay.ended}/${overlay.total}` : String(overlay.total);
  const noun = overlay.total === 1 ? "operation" : "operations";
  return (
    <button
      type="button"
      aria-label={`Node ${nodeId}: ${overlay.total} ${noun}, ${words[overlay.state]}${overlay.simulated > 0 ? ", simulated" : ""}. Show them.`}
      className={cx(
        "nodrag nopan absolute z-10 flex h-6 min-w-6 items-center justify-center gap-1 rounded-full px-2 font-mono text-xs font-semibold shadow-[0_0_0_2px_var(--color-canvas)] focus-visible:outline-offset-4",
        isCentred ? "-top-4 left-1/2 -translate-x-1/2" : "-top-2 left-12",
        looks[overlay.state],
        overlay.simulated > 0 && "outline-2 outline-offset-2 outline-dashed outline-warn-mark",
      )}
      onClick={(event) => {
        event.stopPropagation();
        onOpen();
      }}
    >
      {Icon ? <Icon aria-hidden className="size-3" strokeWidth={2.5} /> : null}
      {count}
    </button>
  );
}
