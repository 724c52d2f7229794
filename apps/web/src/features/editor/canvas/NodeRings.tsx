import { DISC } from "./geometry.ts";

const VIEW = DISC + 32;
const MIDDLE = VIEW / 2;
const SELECTED_RADIUS = DISC / 2 + 4;
const PROGRESS_RADIUS = DISC / 2 + 6;
const INSPECTED_RADIUS = DISC / 2 + 11;

export interface NodeRingsProps {
  isSelected: boolean;
  isInspected: boolean;
  /** Between 0 and 1, or null when the node is not running. */
  progress: number | null;
}

/** The rings around a disc: selected, running (with progress), inspected. */
export function NodeRings({ isSelected, isInspected, progress }: NodeRingsProps) {
  if (!isSelected && !isInspected && progress === null) return null;
  const around = 2 * Math.PI * PROGRESS_RADIUS;
  const circle = { cx: MIDDLE, cy: MIDDLE, fill: "none" };
  return (
    <svg
      aria-hidden
      width={VIEW}
      height={VIEW}
      className="pointer-events-none absolute -top-4 -left-4 overflow-visible"
      viewBox={`0 0 ${VIEW} ${VIEW}`}
    >
      {isSelected && progress === null ? (
        <circle {...circle} r={SELECTED_RADIUS} className="stroke-signal" strokeWidth={2} />
      ) : null}
      {progress !== null ? (
        <>
          <circle {...circle} r={PROGRESS_RADIUS} className="stroke-signal/25" strokeWidth={4} />
          <circle
            {...circle}
            r={PROGRESS_RADIUS}
            className={
              progress === 0 ? "origin-center animate-spin stroke-signal" : "-rotate-90 origin-center stroke-signal"
            }
            strokeWidth={4}
            strokeLinecap="round"
            strokeDasharray={`${around * (progress === 0 ? 0.28 : progress)} ${around}`}
          />
        </>
      ) : null}
      {isInspected ? <circle {...circle} r={INSPECTED_RADIUS} className="stroke-ink" strokeWidth={1.5} /> : null}
    </svg>
  );
}
