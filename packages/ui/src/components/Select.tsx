"use client";

import { Check, ChevronDown } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import { cx } from "../classNames.ts";
import { onDemand } from "../onDemand.ts";
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

const useRadix = onDemand(() => import("radix-ui/select"));
type Radix = typeof import("radix-ui/select");

/** One choice from a short list. Until it is first opened it is only its button; the list's code is fetched on the way. */
export function Select<Value extends string = string>(props: SelectProps<Value>) {
  const { module, load } = useRadix();
  const [isArmed, setArmed] = useState(false);
  if (isArmed && module) return <OpenableSelect radix={module} {...props} />;
  return <ClosedSelect {...props} onPrepare={() => void load()} onOpen={() => void load().then(setArmed)} />;
}

const triggerClasses = (size: "md" | "sm", className: string | undefined) =>
  cx(
    fieldClasses,
    "flex items-center justify-between gap-2 px-2.5 text-left data-placeholder:text-ink-3 hover:enabled:bg-hover/50",
    size === "md" ? "h-8" : "h-7",
    className,
  );

interface ClosedSelectProps<Value extends string> extends SelectProps<Value> {
  onPrepare: () => void;
  onOpen: () => void;
}

function ClosedSelect<Value extends string>({
  value,
  onValueChange: _,
  options,
  placeholder = "Choose",
  invalid,
  disabled = false,
  size = "md",
  className,
  onPrepare,
  onOpen,
  ...aria
}: ClosedSelectProps<Value>) {
  const chosen = options.find((option) => option.value === value);
  // A click on the select's label reaches the button as a click, too, and must not open the list.
  const isPressed = useRef(false);
  return (
    <button
      {...aria}
      type="button"
      role="combobox"
      aria-expanded={false}
      aria-autocomplete="none"
      aria-invalid={invalid || undefined}
      disabled={disabled}
      data-state="closed"
      data-placeholder={chosen ? undefined : ""}
      onPointerEnter={onPrepare}
      onFocus={onPrepare}
      onPointerDown={() => {
        isPressed.current = true;
      }}
      onClick={() => {
        if (isPressed.current) onOpen();
        isPressed.current = false;
      }}
      onKeyDown={(event) => {
        if (!openingKeys.has(event.key)) return;
        event.preventDefault();
        onOpen();
      }}
      className={triggerClasses(size, className)}
    >
      <span className="min-w-0 truncate">{chosen?.label ?? placeholder}</span>
      <ChevronDown aria-hidden className="size-3.5 shrink-0 text-ink-2" />
    </button>
  );
}

const openingKeys = new Set(["Enter", " ", "ArrowDown", "ArrowUp"]);

function OpenableSelect<Value extends string>({
  radix,
  value,
  onValueChange,
  options,
  placeholder = "Choose",
  invalid,
  disabled = false,
  size = "md",
  className,
  ...aria
}: SelectProps<Value> & { radix: Radix }) {
  return (
    // The empty string, not undefined: the control stays controlled when a value is taken away.
    <radix.Root
      defaultOpen
      value={value ?? ""}
      onValueChange={(next) => onValueChange(next as Value)}
      disabled={disabled}
    >
      <radix.Trigger {...aria} aria-invalid={invalid || undefined} className={triggerClasses(size, className)}>
        <span className="min-w-0 truncate">
          <radix.Value placeholder={placeholder} />
        </span>
        <radix.Icon asChild>
          <ChevronDown aria-hidden className="size-3.5 shrink-0 text-ink-2" />
        </radix.Icon>
      </radix.Trigger>
      <radix.Portal>
        <radix.Content
          position="popper"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden rounded-pop border border-line-2 bg-surface shadow-pop data-[state=open]:animate-pop-in"
        >
          <radix.Viewport className="p-1">
            {options.map((option) => (
              <Option key={option.value} radix={radix} option={option} />
            ))}
          </radix.Viewport>
        </radix.Content>
      </radix.Portal>
    </radix.Root>
  );
}

function Option({ radix, option }: { radix: Radix; option: SelectOption }) {
  return (
    <radix.Item
      value={option.value}
      disabled={option.disabled ?? false}
      className="flex min-h-7 items-center gap-2 rounded-control px-2 py-1 text-sm outline-none select-none data-disabled:opacity-50 data-highlighted:bg-hover"
    >
      {option.icon}
      <span className="min-w-0 flex-1">
        <radix.ItemText>{option.label}</radix.ItemText>
        {option.description ? <span className="block text-xs text-ink-3">{option.description}</span> : null}
      </span>
      <radix.ItemIndicator>
        <Check aria-hidden className="size-3.5 text-signal" />
      </radix.ItemIndicator>
    </radix.Item>
  );
}
