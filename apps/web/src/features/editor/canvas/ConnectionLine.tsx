import type { ConnectionLineComponentProps } from "@xyflow/react";
import { PlugShape } from "./CableEdge.tsx";
import type { FlowNode } from "./flowElements.ts";
import { HANDLE_SIZE, PLUG_LENGTH } from "./geometry.ts";

/** The cable under the pointer while one is drawn. */
export function ConnectionLine({ fromX, fromY, toX, toY, connectionStatus }: ConnectionLineComponentProps<FlowNode>) {
  const start = { x: fromX - HANDLE_SIZE / 2 + PLUG_LENGTH / 2, y: fromY };
  const reach = Math.max(16, Math.abs(toX - start.x) * 0.4);
  const isRefused = connectionStatus === "invalid";
  const fill = isRefused ? "fill-bad-mark" : "fill-signal";
  return (
    <g className="pointer-events-none">
      <path
        d={`M${start.x},${start.y} C${start.x + reach},${start.y} ${toX - reach},${toY} ${toX},${toY}`}
        fill="none"
        strokeWidth={2}
        className={isRefused ? "stroke-bad-mark" : "stroke-signal"}
      />
      <PlugShape plug={{ at: { x: start.x - PLUG_LENGTH / 2, y: start.y }, angle: 0 }} className={fill} />
      <PlugShape plug={{ at: { x: toX + PLUG_LENGTH / 2, y: toY }, angle: 0 }} className={fill} />
    </g>
  );
}
