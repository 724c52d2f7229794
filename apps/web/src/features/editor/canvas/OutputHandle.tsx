import { cx } from "@patchbay/ui";
import { Handle, Position as Side } from "@xyflow/react";
import { Plus } from "lucide-react";
import { memo } from "react";
import type { KeyboardEvent, MouseEvent } from "react";
import type { PickerTarget } from "./canvasState.ts";
import { useCanvas } from "./canvasState.ts";
import type { Output } from "./flowElements.ts";
import { HANDLE_SIZE, handleCorner } from "./geometry.ts";

export interface OutputHandleProps {
  nodeId: number;
  title: string;
  output: Output;
  isRouter: boolean;
}

/** Where picking from an output puts the new node: into its cable, or at its open end. */
export function targetOfOutput(nodeId: number, output: Pick<Output, "id" | "edge">): PickerTarget {
  if (output.edge) return { kind: "onEdge", edge: output.edge };
  return { kind: "after", from: nodeId, output: output.id === "error" ? "error" : "next" };
}

/** An output's area: drag a cable from it, or click it to add the next node. Open ones show a dashed plus. */
export const OutputHandle = memo(function OutputHandle({ nodeId, title, output, isRouter }: OutputHandleProps) {
  const actions = useCanvas((state) => state.actions);
  const corner = handleCorner(output.angle);
  const isOpen = output.edge === null;
  const place = { left: corner.x, top: corner.y, right: "auto", width: HANDLE_SIZE, height: HANDLE_SIZE };
  const pick = (event: MouseEvent | KeyboardEvent) => {
    event.stopPropagation();
    actions?.openPicker(targetOfOutput(nodeId, output));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    pick(event);
  };
  const isOffered = isOpen && actions !== null;
  return (
    <Handle
      type="source"
      id={output.id}
      position={Side.Right}
      isConnectable={actions !== null}
      style={place}
      className={cx("pb-handle nodrag", actions && "cursor-crosshair")}
      {...(isOffered
        ? {
            role: "button",
            tabIndex: 0,
            "aria-label": isRouter ? `Add a route to ${title}` : `Add a node after ${title}`,
            onClick: pick,
            onKeyDown,
          }
        : { "aria-hidden": true, onClick: actions ? pick : undefined })}
    >
      {isOffered ? (
        <span
          className={cx(
            "pointer-events-none flex size-5 items-center justify-center rounded-full border border-dashed border-control bg-canvas text-ink-2 transition-colors group-hover/node:border-signal group-hover/node:text-signal",
            isRouter &&
              output.id === "spare" &&
              "opacity-0 group-focus-within/node:opacity-100 group-hover/node:opacity-100",
          )}
        >
          <Plus aria-hidden className="size-3" />
        </span>
      ) : null}
    </Handle>
  );
});
