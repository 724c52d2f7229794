import type { ReactNode } from "react";
import { cx } from "../classNames.ts";

export type Tone = "neutral" | "outline" | "signal" | "ok" | "warn" | "bad" | "move";

const tones: Record<Tone, string> = {
  neutral: "bg-hover text-ink-2",
  outline: "border border-ink-2 text-ink",
  signal: "bg-signal-tint text-signal",
  ok: "bg-ok-tint text-ok",
  warn: "bg-warn-tint text-warn",
  bad: "bg-bad-tint text-bad",
  move: "bg-move-tint text-move",
};

const dots: Record<Tone, string> = {
  neutral: "bg-ink-3",
  outline: "bg-ink-3",
  signal: "bg-signal",
  ok: "bg-ok-mark",
  warn: "bg-warn-mark",
  bad: "bg-bad-mark",
  move: "bg-move-mark",
};

export interface BadgeProps {
  tone?: Tone;
  /** A dot before the text, for what is live. */
  dot?: boolean;
  icon?: ReactNode;
  /** For ids and versions. */
  mono?: boolean;
  className?: string;
  children: ReactNode;
}

/** A small fact beside the thing it describes: `v14 live`, `Draft`, `200 OK`. 20 px high. */
export function Badge({ tone = "neutral", dot = false, icon, mono = false, className, children }: BadgeProps) {
  return (
    <span
      className={cx(
        "inline-flex h-5 shrink-0 items-center gap-1 rounded-tag px-1.5 text-xs font-medium whitespace-nowrap [&_svg]:size-3.5",
        tones[tone],
        mono && "font-mono",
        className,
      )}
    >
      {dot ? <span aria-hidden className={cx("size-1.5 rounded-full", dots[tone])} /> : null}
      {icon}
      {children}
    </span>
  );
}
