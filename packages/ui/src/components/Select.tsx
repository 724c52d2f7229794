"use client";

import { Check, ChevronDown } from "lucide-react";
import { Select as RadixSelect } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "../classNames.ts";
import { fieldClasses } from "./Input.tsx";

export interface SelectOption<Value extends string = string> {
  /** Not the empty string: Radix reserves it for "nothing chosen". */
  value: Value;
  label: string;
  /** A second line in the open list. */
  description?: string;
  icon?: ReactNode;
  disabled?: boolean;
}

export interface SelectProps<Value extends string = string> {
  value: Value | undefined;
  onValueChange: (value: Value) => void;
  options: readonly SelectOption<Value>[];
  placeholder?: string;
  id?: string;
  "aria-label"?: string;
  "aria-describedby"?: string;
  invalid?: boolean | undefined;
  disabled?: boolean | undefined;
  size?: "md" | "sm";
  className?: string;
}

/** One choice from a short list. */
export function Select<Value extends string = string>({
  value,
  onValueChange,
  options,
  placeholder = "Choose",
  invalid,
  disabled = false,
  size = "md",
  className,
  ...aria
}: SelectProps<Value>) {
  return (
    // The empty string, not undefined: the control stays controlled when a value is taken away.
    <RadixSelect.Root value={value ?? ""} onValueChange={(next) => onValueChange(next as Value)} disabled={disabled}>
      <RadixSelect.Trigger
        {...aria}
        aria-invalid={invalid || undefined}
        className={cx(
          fieldClasses,
          "flex items-center justify-between gap-2 px-2.5 text-left data-placeholder:text-ink-3 hover:enabled:bg-hover/50",
          size === "md" ? "h-8" : "h-7",
          className,
        )}
      >
        <span className="min-w-0 truncate">
          <RadixSelect.Value placeholder={placeholder} />
        </span>
        <RadixSelect.Icon asChild>
          <ChevronDown aria-hidden className="size-3.5 shrink-0 text-ink-2" />
        </RadixSelect.Icon>
      </RadixSelect.Trigger>
      <RadixSelect.Portal>
        <RadixSelect.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden rounded-pop border border-line-2 bg-surface shadow-pop data-[state=open]:animate-pop-in"
        >
          <RadixSelect.Viewport className="p-1">
            {options.map((option) => (
              <RadixSelect.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled ?? false}
                className="flex min-h-7 items-center gap-2 rounded-control px-2 py-1 text-sm outline-none select-none data-disabled:opacity-50 data-highlighted:bg-hover"
              >
                {option.icon}
                <span className="min-w-0 flex-1">
                  <RadixSelect.ItemText>{option.label}</RadixSelect.ItemText>
                  {option.description ? <span className="block text-xs text-ink-3">{option.description}</span> : null}
                </span>
                <RadixSelect.ItemIndicator>
                  <Check aria-hidden className="size-3.5 text-signal" />
                </RadixSelect.ItemIndicator>
              </RadixSelect.Item>
            ))}
          </RadixSelect.Viewport>
        </RadixSelect.Content>
      </RadixSelect.Portal>
    </RadixSelect.Root>
  );
}
