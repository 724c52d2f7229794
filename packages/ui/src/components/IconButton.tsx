"use client";

import type { ComponentProps } from "react";
import { cx } from "../classNames.ts";
import { Tooltip } from "./Tooltip.tsx";

export interface IconButtonProps extends Omit<ComponentProps<"button">, "aria-label"> {
  /** Accessible name, and the tooltip's text. */
  label: string;
  /** Keys of the shortcut, shown in the tooltip: `["Ctrl", "Z"]`. */
  shortcut?: string[];
  variant?: "quiet" | "secondary" | "danger";
  size?: "md" | "sm";
  tooltipSide?: "top" | "right" | "bottom" | "left";
}

const variants = {
  quiet:
    "text-ink-2 hover:enabled:bg-hover hover:enabled:text-ink active:enabled:bg-pressed data-[state=open]:bg-hover",
  secondary: "border border-line-2 bg-surface text-ink hover:enabled:bg-hover active:enabled:bg-pressed",
  danger: "text-ink-2 hover:enabled:bg-bad-tint hover:enabled:text-bad",
};

/** A square button with only an icon; its label is the tooltip and the accessible name. */
export function IconButton({
  label,
  shortcut,
  variant = "quiet",
  size = "sm",
  tooltipSide,
  className,
  type = "button",
  ...props
}: IconButtonProps) {
  return (
    <Tooltip label={label} shortcut={shortcut} side={tooltipSide}>
      <button
        type={type}
        aria-label={label}
        className={cx(
          "inline-flex shrink-0 items-center justify-center rounded-control transition-colors disabled:cursor-not-allowed disabled:opacity-40 [&_svg]:size-4",
          size === "md" ? "size-8" : "size-7",
          variants[variant],
          className,
        )}
        {...props}
      />
    </Tooltip>
  );
}
