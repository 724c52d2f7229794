import type { ReactNode } from "react";
import { cx } from "../classNames.ts";
import { Kbd } from "./Kbd.tsx";

/** Looks and content that the dropdown menu and the context menu share. */
export const menuContentClasses =
  "z-50 max-h-(--radix-popper-available-height) min-w-44 overflow-y-auto rounded-pop border border-line-2 bg-surface p-1 shadow-pop data-[state=closed]:animate-fade-out data-[state=open]:animate-pop-in";

export const menuSeparatorClasses = "-mx-1 my-1 h-px bg-line";

export const menuLabelClasses = "px-2 pt-1.5 pb-1 text-xs font-medium text-ink-3";

export function menuItemClasses(tone: MenuItemTone): string {
  return cx(
    "flex min-h-7 items-center gap-2 rounded-control px-2 text-sm outline-none select-none data-disabled:opacity-45 data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:shrink-0",
    tone === "danger" ? "text-bad data-highlighted:bg-bad-tint" : "text-ink [&_svg]:text-ink-2",
  );
}

export type MenuItemTone = "normal" | "danger";

export interface MenuItemContentProps {
  icon?: ReactNode;
  /** Keys shown at the right: `["Ctrl", "D"]`. */
  shortcut?: string[];
  children: ReactNode;
}

export function MenuItemContent({ icon, shortcut, children }: MenuItemContentProps) {
  return (
    <>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {shortcut ? (
        <span className="ml-4 flex gap-0.5">
          {shortcut.map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
        </span>
      ) : null}
    </>
  );
}
