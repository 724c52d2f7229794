import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "../classNames.ts";
import { Button } from "./Button.tsx";

/** Stands where content will be, in its size. Decoration: the region around it says `aria-busy`. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cx("block h-3 animate-shimmer rounded-tag bg-pressed", className)} />;
}

export interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  /** 1 where it is all there is on the page. */
  level?: 1 | 2;
  /** What would be here, and how it comes to be. */
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

/** Nothing here, why, and the next step. */
export function EmptyState({ icon, title, level = 2, children, action, className }: EmptyStateProps) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className={cx("flex flex-col items-center gap-3 px-6 py-14 text-center", className)}>
      {icon ? (
        <span className="flex size-11 items-center justify-center rounded-full border border-dashed border-control text-ink-2 [&_svg]:size-5">
          {icon}
        </span>
      ) : null}
      <div className="max-w-96">
        <Heading className="text-base font-semibold text-ink">{title}</Heading>
        {children ? <p className="mt-1 text-sm text-pretty text-ink-2">{children}</p> : null}
      </div>
      {action}
    </div>
  );
}

export interface ErrorStateProps {
  title: string;
  /** What happened, what was kept, what to do. */
  message: ReactNode;
  onRetry?: () => void;
  retryLabel?: string;
  className?: string;
}

/** Something could not be shown; with a way to try again. */
export function ErrorState({ title, message, onRetry, retryLabel = "Try again", className }: ErrorStateProps) {
  return (
    <div role="alert" className={cx("flex flex-col items-center gap-3 px-6 py-14 text-center", className)}>
      <span className="flex size-11 items-center justify-center rounded-full bg-bad-tint text-bad [&_svg]:size-5">
        <CircleAlert aria-hidden />
      </span>
      <div className="max-w-110">
        <h2 className="text-base font-semibold text-ink">{title}</h2>
        <p className="mt-1 text-sm text-pretty text-ink-2">{message}</p>
      </div>
      {onRetry ? <Button onClick={onRetry}>{retryLabel}</Button> : null}
    </div>
  );
}

const noticeTones = {
  info: "border-line-2 bg-sunken text-ink",
  warn: "border-transparent bg-warn-tint text-warn",
  bad: "border-transparent bg-bad-tint text-bad",
  ok: "border-transparent bg-ok-tint text-ok",
  signal: "border-transparent bg-signal-tint text-signal",
};

export interface NoticeProps {
  tone?: keyof typeof noticeTones;
  icon?: ReactNode;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

/** A message that belongs to the surface it stands on. */
export function Notice({ tone = "info", icon, title, children, action, className }: NoticeProps) {
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={cx(
        "flex items-start gap-2.5 rounded-control border px-3 py-2.5 text-sm",
        noticeTones[tone],
        className,
      )}
    >
      {icon ? <span className="mt-0.5 [&_svg]:size-4">{icon}</span> : null}
      <div className="min-w-0 flex-1">
        {title ? <p className="font-medium text-ink">{title}</p> : null}
        {children ? <div className={cx(title ? "text-ink-2" : "text-ink")}>{children}</div> : null}
      </div>
      {action}
    </div>
  );
}
