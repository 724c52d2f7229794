"use client";

import { Tabs as RadixTabs } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "../classNames.ts";

export const Tabs = RadixTabs.Root;
export const TabPanel = RadixTabs.Content;

/** Looks of one underlined tab; also for navigation links, which mark themselves with `aria-current="page"`. */
export const tabClasses =
  "relative inline-flex h-full shrink-0 items-center gap-1.5 px-2 text-sm font-medium text-ink-2 transition-colors hover:text-ink " +
  "data-[state=active]:text-ink aria-[current=page]:text-ink focus-visible:-outline-offset-2 " +
  "after:absolute after:inset-x-0 after:-bottom-px after:h-0.5 data-[state=active]:after:bg-ink aria-[current=page]:after:bg-ink";

export function TabList({ className, ...props }: ComponentProps<typeof RadixTabs.List>) {
  return (
    <RadixTabs.List
      className={cx("flex h-10 items-stretch gap-2 overflow-x-auto overflow-y-hidden border-b border-line", className)}
      {...props}
    />
  );
}

export interface TabProps extends ComponentProps<typeof RadixTabs.Trigger> {
  /** A number beside the label. */
  count?: ReactNode;
  tone?: "normal" | "bad";
}

export function Tab({ count, tone = "normal", className, children, ...props }: TabProps) {
  return (
    <RadixTabs.Trigger className={cx(tabClasses, className)} {...props}>
      {children}
      {count !== undefined ? (
        <span className={cx("text-xs font-normal tabular-nums", tone === "bad" ? "text-bad" : "text-ink-3")}>
          {count}
        </span>
      ) : null}
    </RadixTabs.Trigger>
  );
}
