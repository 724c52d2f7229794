import { cx } from "../classNames.ts";

export interface SparkBar {
  key: string;
  /** Height as a share of the tallest bar, 0 to 1. */
  share: number;
  tone: "normal" | "bad" | "signal" | "warn";
}

const fills = { normal: "bg-control", bad: "bg-bad-mark", signal: "bg-signal", warn: "bg-warn-mark" };

export interface SparklineProps {
  /** Oldest first. */
  bars: readonly SparkBar[];
  /** Places in all; those without a bar show a dash on the baseline. */
  slots?: number;
  /** What the bars say, in words. */
  label: string;
}

/** Small bars, one per run: 4 px each, 20 px at most. */
export function Sparkline({ bars, slots = 24, label }: SparklineProps) {
  const shown = bars.slice(-slots);
  return (
    <span role="img" aria-label={label} className="inline-flex h-5 items-end gap-px">
      {shown.map((bar) => (
        <span
          key={bar.key}
          className={cx("w-1", fills[bar.tone])}
          style={{ height: `${Math.max(10, Math.min(100, bar.share * 100))}%` }}
        />
      ))}
      {Array.from({ length: Math.max(0, slots - shown.length) }, (_, index) => (
        <span key={`empty-${index}`} className="h-px w-1 bg-line-2" />
      ))}
    </span>
  );
}
