"use client";

import { Search, X } from "lucide-react";
import { useEffect, useRef, type KeyboardEvent } from "react";
import { cx } from "../classNames.ts";
import { fieldClasses } from "./Input.tsx";
import { Kbd } from "./Kbd.tsx";

export interface SearchFieldProps {
  value: string;
  onValueChange: (value: string) => void;
  /** Accessible name and placeholder. */
  label: string;
  /** `/` anywhere on the page (outside of text boxes) puts the cursor here. One per page. */
  slashFocuses?: boolean;
  /** Arrow down: on to the results. */
  onArrowDown?: () => void;
  autoFocus?: boolean;
  className?: string;
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** A search box with its icon; Escape empties it. */
export function SearchField({
  value,
  onValueChange,
  label,
  slashFocuses = false,
  onArrowDown,
  autoFocus,
  className,
}: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!slashFocuses) return;
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [slashFocuses]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && value !== "") {
      event.preventDefault();
      event.stopPropagation();
      onValueChange("");
    }
    if (event.key === "ArrowDown" && onArrowDown) {
      event.preventDefault();
      onArrowDown();
    }
  };
  return (
    <div className={cx("relative", className)}>
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-ink-2" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        autoFocus={autoFocus}
        onChange={(event) => onValueChange(event.target.value)}
        onKeyDown={onKeyDown}
        className={cx(fieldClasses, "h-8 pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden")}
      />
      <span className="absolute inset-y-0 right-1.5 flex items-center">
        {value !== "" ? (
          <button
            type="button"
            aria-label="Clear search"
            onClick={() => {
              onValueChange("");
              input.current?.focus();
            }}
            className="inline-flex size-6 items-center justify-center rounded-control text-ink-3 hover:bg-hover hover:text-ink"
          >
            <X aria-hidden className="size-3.5" />
          </button>
        ) : slashFocuses ? (
          <span className="max-sm:hidden">
            <Kbd>/</Kbd>
          </span>
        ) : null}
      </span>
    </div>
  );
}
