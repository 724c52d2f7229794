"use client";

import { useSyncExternalStore } from "react";
import { formatExact, formatRelative } from "../time.ts";
import { Tooltip } from "./Tooltip.tsx";

/** One timer for every clock on the page. Ticks each second, since "12 s ago" is shown to the second. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowMs = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    nowMs = Date.now();
    timer = setInterval(() => {
      nowMs = Date.now();
      for (const notify of listeners) notify();
    }, 1_000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function readNow(): number {
  if (timer === undefined) nowMs = Math.floor(Date.now() / 1_000) * 1_000;
  return nowMs;
}

/** The present in milliseconds, renewed every second while anything on the page shows it. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, readNow, () => 0);
}

function useRelative(value: number): string {
  // The text, not the clock, is the snapshot: a row renders only when its words change.
  return useSyncExternalStore(
    subscribe,
    () => formatRelative(value, readNow()),
    () => formatExact(value),
  );
}

export interface RelativeTimeProps {
  /** Milliseconds since 1970. */
  value: number;
  className?: string;
}

/** "5 min ago", with the exact time on hover and focus. */
export function RelativeTime({ value, className }: RelativeTimeProps) {
  const text = useRelative(value);
  return (
    <Tooltip label={formatExact(value)} side="top">
      <time dateTime={new Date(value).toISOString()} className={className}>
        {text}
      </time>
    </Tooltip>
  );
}
