"use client";

import { LoaderCircle } from "lucide-react";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cx } from "../classNames.ts";

export type ButtonVariant = "primary" | "run" | "secondary" | "quiet" | "danger";
export type ButtonSize = "md" | "sm";

const base =
  "inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-control text-sm font-medium " +
  "transition-colors select-none disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50 [&_svg]:shrink-0 [&_svg]:size-4";

const variants: Record<ButtonVariant, string> = {
  primary:
    "bg-ink-solid text-on-ink hover:enabled:bg-ink-solid/88 active:enabled:bg-ink-solid/80 [a&]:hover:bg-ink-solid/88",
  run: "bg-signal text-on-signal hover:enabled:bg-signal/90 active:enabled:bg-signal/80 [a&]:hover:bg-signal/90",
  secondary:
    "border border-line-2 bg-surface text-ink hover:enabled:bg-hover active:enabled:bg-pressed data-[state=open]:bg-hover [a&]:hover:bg-hover",
  quiet:
    "text-ink-2 hover:enabled:bg-hover hover:enabled:text-ink active:enabled:bg-pressed data-[state=open]:bg-hover [a&]:hover:bg-hover [a&]:hover:text-ink",
  danger: "border border-bad-mark bg-bad-tint text-bad hover:enabled:bg-bad-tint/70 active:enabled:bg-bad-tint/50",
};

const sizes: Record<ButtonSize, string> = { md: "h-8 px-3", sm: "h-7 px-2.5" };

export interface ButtonProps extends ComponentProps<"button"> {
  /** `primary` (ink) at most once per surface; `run` (petrol) only where it starts a run. */
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** Shows a spinner before the label and refuses clicks; the label stays, so that the width does too. */
  pending?: boolean;
  /** Renders the only child (a link, say) with the button's looks. */
  asChild?: boolean;
}

/** A push button, 32 px (`md`) or 28 px (`sm`) high. Icons are plain children. */
export function Button({
  variant = "secondary",
  size = "md",
  pending = false,
  asChild = false,
  className,
  type = "button",
  disabled,
  children,
  ...props
}: ButtonProps) {
  const classes = cx(base, variants[variant], sizes[size], className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...props}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button type={type} className={classes} disabled={disabled || pending} aria-busy={pending || undefined} {...props}>
      {pending ? <LoaderCircle aria-hidden className="animate-spin" /> : null}
      {children}
    </button>
  );
}
