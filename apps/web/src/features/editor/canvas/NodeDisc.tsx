import type { CallableScenarios } from "@patchbay/core";
import { AppIcon, cx } from "@patchbay/ui";
import { Handle, Position as Side } from "@xyflow/react";
import type { NodeProps } from "@xyflow/react";
import { CircleAlert, StickyNote, TriangleAlert, Zap } from "lucide-react";
import { memo } from "react";
import type { ReactNode } from "react";
import type { NodeOverlay } from "../run/runOverlay.ts";
import { Bubble } from "./Bubble.tsx";
import { useCanvas } from "./canvasState.ts";
import type { IssueCounts } from "./canvasState.ts";
import { DiffRing } from "./DiffRing.tsx";
import type { DiscNode } from "./flowElements.ts";
import { INPUT_HANDLE } from "./flowElements.ts";
import { HANDLE_SIZE, handleCorner } from "./geometry.ts";
import { nodeCaption } from "./nodeFace.ts";
import { NodeRings } from "./NodeRings.tsx";
import { OutputHandle } from "./OutputHandle.tsx";
import { countRender } from "./renderCounter.ts";

const inputCorner = handleCorner(Math.PI);

/** A node on the canvas: the app's disc with badges, name and action below, plugs around, and a bubble during runs. */
export const NodeDisc = memo(function NodeDisc({ data, selected }: NodeProps<DiscNode>) {
  const { node, face, outputs } = data;
  countRender(node.id);
  const overlay = useCanvas((state) => state.overlay?.nodes.get(node.id));
  const issues = useCanvas((state) => state.issueCounts.get(node.id));
  const mark = useCanvas((state) => state.marks?.nodes.get(node.id));
  const isInspected = useCanvas((state) => state.inspected === node.id);
  const inspect = useCanvas((state) => state.inspect);
  const progress = overlay?.state === "running" ? (overlay.total > 1 ? overlay.ended / overlay.total : 0) : null;
  return (
    <div className="group/node relative size-18">
      <NodeRings isSelected={selected} isInspected={isInspected} progress={progress} />
      {mark ? <DiffRing mark={mark} /> : null}
      {face.isTrigger ? null : (
        <Handle
          type="target"
          id={INPUT_HANDLE}
          position={Side.Left}
          isConnectableStart={false}
          className="pb-handle"
          style={{ left: inputCorner.x, top: inputCorner.y, width: HANDLE_SIZE, height: HANDLE_SIZE }}
        />
      )}
      <AppIcon
        icon={face.icon}
        color={face.color}
        size={72}
        className={cx(
          "shadow-node transition-[filter]",
          node.disabled && "opacity-55 grayscale",
          !face.isKnown && "outline-2 outline-offset-2 outline-bad-mark outline-dashed",
        )}
      />
      {face.isTrigger ? (
        <Badge className="-top-0.5 -left-0.5 size-5">
          <Zap className="size-3" />
        </Badge>
      ) : null}
      <Badge className="bottom-0 left-0 h-4.5 min-w-4.5 px-1 font-mono text-2xs font-semibold">{node.id}</Badge>
      {overlay ? (
        <Bubble nodeId={node.id} overlay={overlay} isCentred={face.isRouter} onOpen={() => inspect(node.id)} />
      ) : issues ? (
        <IssueBadge issues={issues} />
      ) : null}
      {outputs.map((output) => (
        <OutputHandle
          key={output.id}
          nodeId={node.id}
          title={node.name ?? face.title}
          output={output}
          isRouter={face.isRouter}
        />
      ))}
      <Caption data={data} overlay={overlay} />
    </div>
  );
});

function Badge({ className, children }: { className: string; children: ReactNode }) {
  return (
    <span
      aria-hidden
      className={cx(
        "absolute flex items-center justify-center rounded-full border border-line-2 bg-surface text-ink",
        className,
      )}
    >
      {children}
    </span>
  );
}

function IssueBadge({ issues }: { issues: IssueCounts }) {
  const isError = issues.errors > 0;
  const Icon = isError ? CircleAlert : TriangleAlert;
  const count = isError ? issues.errors : issues.warnings;
  const label = `${count} ${isError ? "error" : "warning"}${count === 1 ? "" : "s"}`;
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      className={cx(
        "absolute -top-1 -right-1 flex size-5 items-center justify-center rounded-full text-on-ink shadow-[0_0_0_2px_var(--color-canvas)]",
        isError ? "bg-bad-mark" : "bg-warn-mark",
      )}
    >
      <Icon aria-hidden className="size-3" strokeWidth={2.25} />
    </span>
  );
}

function Caption({ data, overlay }: { data: DiscNode["data"]; overlay: NodeOverlay | undefined }) {
  const { node, face } = data;
  const callables = useCanvas((state) => state.callables);
  return (
    <span
      aria-hidden
      className="pointer-events-none absolute top-full left-1/2 mt-2 flex w-40 -translate-x-1/2 flex-col items-center text-center"
    >
      <span className="max-w-full truncate text-sm font-semibold text-ink">{node.name ?? face.title}</span>
      <span className="max-w-full truncate text-xs text-ink-2">{captionOf(data, callables)}</span>
      {node.disabled ? <span className="text-2xs text-ink-3">Disabled: bundles pass by</span> : null}
      {node.note ? <StickyNote className="mt-0.5 size-3 text-ink-3" /> : null}
      {overlay ? <span className="mt-0.5 font-mono text-2xs text-ink-3">{factOf(overlay)}</span> : null}
    </span>
  );
}

function captionOf({ node, face, outputs }: DiscNode["data"], callables?: CallableScenarios): string {
  if (!face.isRouter) return nodeCaption(face, node, callables);
  const routes = outputs.filter((output) => output.id.startsWith("to:")).length;
  return routes === 1 ? "1 route" : `${routes} routes`;
}

function factOf(overlay: NodeOverlay): string {
  if (overlay.retrying > 0) return `${overlay.retrying} retrying`;
  if (overlay.state === "waiting" && overlay.durationMs === 0) return "waiting";
  const ms = overlay.durationMs;
  const duration =
    ms < 1 ? "<1 ms" : ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return overlay.state === "running" ? `${duration} so far` : duration;
}
