"use client";

import { Tooltip as RadixTooltip } from "radix-ui";
import type { ReactNode } from "react";
import { Kbd } from "./Kbd.tsx";

/** Wrap the application in it once: tooltips then share their delay. */
export function TooltipProvider({ children }: { children: ReactNode }) {
  return (
    <RadixTooltip.Provider delayDuration={400} skipDelayDuration={200}>
      {children}
    </RadixTooltip.Provider>
  );
}

export interface TooltipProps {
  label: ReactNode;
  shortcut?: string[] | undefined;
  side?: "top" | "right" | "bottom" | "left" | undefined;
  /** The element that it explains; must accept a ref and DOM props. */
  children: ReactNode;
}

/** A short explanation on hover and focus. Never the only place of a fact that is needed. */
export function Tooltip({ label, shortcut, side = "bottom", children }: TooltipProps) {
  return (
    <RadixTooltip.Root>
      <RadixTooltip.Trigger asChild>{children}</RadixTooltip.Trigger>
      <RadixTooltip.Portal>
        <RadixTooltip.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-60 flex max-w-72 items-center gap-2 rounded-control bg-ink-solid px-2 py-1 text-xs text-on-ink shadow-pop data-[state=delayed-open]:animate-fade-in"
        >
          {label}
          {shortcut ? (
            <span className="flex gap-0.5">
              {shortcut.map((key) => (
                <Kbd key={key} tone="inverse">
                  {key}
                </Kbd>
              ))}
            </span>
          ) : null}
        </RadixTooltip.Content>
      </RadixTooltip.Portal>
    </RadixTooltip.Root>
  );
}
