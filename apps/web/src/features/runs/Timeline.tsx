"use client";

import { AppIcon, cx, formatDuration, stateFacts, useNow } from "@patchbay/ui";
import { useMemo, useRef, type KeyboardEvent, type PointerEvent } from "react";
import { namedNode } from "./nodeNames.ts";
import { shownState, type Operation, type RunDetail } from "./runModel.ts";
import type { RunStepsProps } from "./RunSteps.tsx";
import { buildLanes, tickLabel, ticks, type Bar, type Lane, type Segment } from "./timeline.ts";

/** Steps of the playhead by arrow key: a fiftieth of the run. */
const KEY_STEPS = 50;
const TICKS = 6;
const MIN_SPAN_MS = 20;
const ROW_PX = 11;

/** Lanes per node over the run's time; dragging the ruler's playhead shows the canvas as it was then. */
export function Timeline(props: RunStepsProps) {
  return stateFacts(props.run.state).live ? (
    <LiveTimeline {...props} />
  ) : (
    <Lanes {...props} endMs={lastMoment(props.run)} />
  );
}

function LiveTimeline(props: RunStepsProps) {
  const nowMs = useNow();
  return <Lanes {...props} endMs={Math.max(nowMs, lastMoment(props.run))} />;
}

/** When the run ended, or the last thing that is known of it. */
function lastMoment(run: RunDetail): number {
  const ends = run.operations.map((operation) => operation.startedAt + (operation.durationMs ?? 0));
  return ends.reduce((latest, end) => Math.max(latest, end), run.endedAt ?? run.startedAt);
}

interface LanesProps extends RunStepsProps {
  endMs: number;
}

function Lanes({ run, chosen, onChoose, playheadMs, onPlayheadChange, endMs }: LanesProps) {
  const originMs = run.startedAt;
  // Never 0, since everything is drawn as a share of it, and never so short that one millisecond fills the page.
  const spanMs = Math.max(MIN_SPAN_MS, endMs - originMs);
  const lanes = useMemo(
    () =>
      buildLanes({
        operations: run.operations,
        originMs,
        endMs: originMs + spanMs,
        isWaitingNode: (nodeId) => namedNode(run.definition, nodeId).type === "tools.delay",
      }),
    [run, originMs, spanMs],
  );
  const marks = ticks(spanMs, TICKS);
  if (lanes.length === 0) return <p className="px-5 py-4 text-sm text-ink-3">Nothing has been done yet.</p>;
  return (
    <div className="relative min-w-130">
      <div className="sticky top-0 z-10 grid grid-cols-[12.5rem_1fr] border-b border-line bg-sunken text-xs text-ink-2">
        <span className="flex h-8 items-center justify-between pr-3 pl-4 font-medium">
          Node <span className="font-normal">Ops</span>
        </span>
        <Ruler marks={marks} spanMs={spanMs} playheadMs={playheadMs} onPlayheadChange={onPlayheadChange} />
      </div>
      {lanes.map((lane) => (
        <LaneRow
          key={lane.nodeId}
          lane={lane}
          run={run}
          spanMs={spanMs}
          marks={marks}
          chosen={chosen}
          onChoose={onChoose}
          playheadMs={playheadMs}
        />
      ))}
      <Legend />
    </div>
  );
}

interface RulerProps {
  marks: readonly number[];
  spanMs: number;
  playheadMs: number | undefined;
  onPlayheadChange: (ms: number | undefined) => void;
}

/** The ruler is a slider: at its right end the canvas shows the run as it stands. */
function Ruler({ marks, spanMs, playheadMs, onPlayheadChange }: RulerProps) {
  const ruler = useRef<HTMLDivElement>(null);
  const moveTo = (ms: number) => onPlayheadChange(ms >= spanMs ? undefined : Math.max(0, ms));
  const follow = (event: PointerEvent) => {
    const box = ruler.current?.getBoundingClientRect();
    if (!box || event.buttons === 0) return;
    moveTo(((event.clientX - box.left) / box.width) * spanMs);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const now = playheadMs ?? spanMs;
    const step = spanMs / KEY_STEPS;
    const target = { ArrowLeft: now - step, ArrowRight: now + step, Home: 0, End: spanMs, Escape: spanMs }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    moveTo(target);
  };
  return (
    <div
      ref={ruler}
      role="slider"
      tabIndex={0}
      aria-label="Moment shown on the canvas"
      aria-valuemin={0}
      aria-valuemax={Math.round(spanMs)}
      aria-valuenow={Math.round(playheadMs ?? spanMs)}
      aria-valuetext={playheadMs === undefined ? "As it stands" : formatDuration(playheadMs)}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        follow(event);
      }}
      onPointerMove={follow}
      onDoubleClick={() => onPlayheadChange(undefined)}
      className="relative mr-4 h-8 cursor-ew-resize touch-none border-l border-line font-mono -outline-offset-2 select-none"
    >
      {marks.map((ms) => (
        <span key={ms} className="absolute top-2 pl-1.5 whitespace-nowrap" style={{ left: `${(ms / spanMs) * 100}%` }}>
          {ms / spanMs < 0.93 ? tickLabel(ms) : ""}
        </span>
      ))}
      {playheadMs === undefined ? null : (
        <span
          className="absolute top-1 z-1 -translate-x-1/2 rounded-tag bg-signal px-1.5 leading-6 font-semibold whitespace-nowrap text-on-signal"
          style={{ left: `${(playheadMs / spanMs) * 100}%` }}
        >
          {formatDuration(playheadMs)}
        </span>
      )}
    </div>
  );
}

interface LaneRowProps {
  lane: Lane;
  run: RunDetail;
  spanMs: number;
  marks: readonly number[];
  chosen: Operation | undefined;
  onChoose: (operation: Operation) => void;
  playheadMs: number | undefined;
}

function LaneRow({ lane, run, spanMs, marks, chosen, onChoose, playheadMs }: LaneRowProps) {
  const node = namedNode(run.definition, lane.nodeId);
  const endShare = (lane.endMs / spanMs) * 100;
  return (
    <div
      className={cx(
        "grid grid-cols-[12.5rem_1fr] border-b border-line hover:bg-sunken",
        chosen?.nodeId === lane.nodeId && "bg-sunken",
      )}
    >
      <button
        type="button"
        onClick={() => lane.bars[0] && onChoose(lane.bars[0].operation)}
        className="flex min-h-9 min-w-0 items-center gap-2.5 pr-3 pl-4 text-left text-sm -outline-offset-2"
      >
        <AppIcon icon={node.icon} color={node.color} size={20} />
        <span className="min-w-0 flex-1 truncate font-medium">
          {node.name} <span className="font-mono text-xs font-normal text-ink-3">{lane.nodeId}</span>
        </span>
        <span className="text-xs text-ink-2 tabular-nums">{lane.operationCount}</span>
      </button>
      <div className="relative mr-4 border-l border-line" style={{ minHeight: Math.max(36, lane.rows * ROW_PX + 14) }}>
        {marks.slice(1).map((ms) => (
          <span
            key={ms}
            aria-hidden
            className="absolute inset-y-0 w-px bg-line"
            style={{ left: `${(ms / spanMs) * 100}%` }}
          />
        ))}
        {lane.bars.map((bar) => (
          <BarButton
            key={bar.operation.id}
            bar={bar}
            lane={lane}
            spanMs={spanMs}
            selected={bar.operation.id === chosen?.id}
            onChoose={onChoose}
          />
        ))}
        <span
          aria-hidden
          className={cx(
            "pointer-events-none absolute top-1/2 -translate-y-1/2 px-2 font-mono text-xs whitespace-nowrap text-ink-2",
            // Near the right edge there is no room after the bar.
            endShare > 84 && "hidden",
          )}
          style={{ left: `${endShare}%` }}
        >
          {laneNote(lane)}
        </span>
        {playheadMs === undefined ? null : (
          <span
            aria-hidden
            className="absolute inset-y-0 z-1 w-0.5 -translate-x-1/2 bg-signal"
            style={{ left: `${(playheadMs / spanMs) * 100}%` }}
          />
        )}
      </div>
    </div>
  );
}

/** After a lane's last bar: the operation's own time, or the longest of several. */
function laneNote(lane: Lane): string {
  if (lane.hidden > 0) return `and ${lane.hidden} more`;
  const longest = Math.max(...lane.bars.map((bar) => bar.operation.durationMs ?? 0));
  const failed = lane.bars.reduce((sum, bar) => sum + bar.operation.attempts.filter(({ error }) => error).length, 0);
  return failed === 0 ? formatDuration(longest) : `${formatDuration(longest)}, ${failed} failed`;
}

const segmentClasses: Record<Segment["tone"], string> = {
  done: "bg-ink-2",
  failed: "bg-bad-mark",
  waiting: "hatched border border-ink-3",
  running: "bg-signal animate-breathe",
};

interface BarButtonProps {
  bar: Bar;
  lane: Lane;
  spanMs: number;
  selected: boolean;
  onChoose: (operation: Operation) => void;
}

function BarButton({ bar, lane, spanMs, selected, onChoose }: BarButtonProps) {
  const { operation, fromMs, toMs } = bar;
  const share = (ms: number) => `${(ms / spanMs) * 100}%`;
  const middle = (lane.rows * ROW_PX) / 2;
  const { label } = stateFacts(shownState(operation));
  const took = operation.durationMs === null ? "so far" : formatDuration(operation.durationMs);
  return (
    <button
      type="button"
      // The lane's own button and the list are the way by keyboard; hundreds of bars would only be in the way.
      tabIndex={-1}
      aria-label={`Bundle ${operation.bundlePath}: ${label}, ${took}`}
      title={`Bundle ${operation.bundlePath}: ${label}, ${took}`}
      onClick={() => onChoose(operation)}
      className={cx(
        "absolute flex h-2 min-w-1 hover:z-1",
        selected && "z-1 rounded-tag ring-2 ring-ink ring-offset-1 ring-offset-surface",
      )}
      style={{
        left: share(fromMs),
        width: share(toMs - fromMs),
        top: `calc(50% - ${middle - bar.row * ROW_PX - 1.5}px)`,
      }}
    >
      {bar.segments.map((segment, index) => (
        <span
          key={index}
          className={cx(
            "h-2 min-w-1 shrink-0 rounded-[2px]",
            selected && segment.tone === "done" ? "bg-signal" : segmentClasses[segment.tone],
          )}
          style={{ width: `${((segment.toMs - segment.fromMs) / Math.max(1, toMs - fromMs)) * 100}%` }}
        />
      ))}
    </button>
  );
}

const legend: readonly [label: string, className: string][] = [
  ["Operation", "bg-ink-2"],
  ["Waiting", "hatched border border-ink-3"],
  ["Failed attempt", "bg-bad-mark"],
  ["Selected or running", "bg-signal"],
];

function Legend() {
  return (
    <ul className="sticky bottom-0 flex flex-wrap gap-x-5 gap-y-1 bg-sunken px-4 py-2 text-xs text-ink-2">
      {legend.map(([label, className]) => (
        <li key={label} className="flex items-center gap-2">
          <span aria-hidden className={cx("h-2 w-4 rounded-[2px]", className)} />
          {label}
        </li>
      ))}
    </ul>
  );
}
