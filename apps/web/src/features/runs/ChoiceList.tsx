"use client";

import { cx } from "@patchbay/ui";
import { useId } from "react";

export interface Choice<Value extends string> {
  value: Value;
  label: string;
  description: string;
}

interface ChoiceListProps<Value extends string> {
  label: string;
  choices: readonly Choice<Value>[];
  value: Value | null;
  onChange: (value: Value) => void;
}

/** One of several ways, each with what it does. */
export function ChoiceList<Value extends string>({ label, choices, value, onChange }: ChoiceListProps<Value>) {
  const name = useId();
  return (
    <fieldset className="overflow-hidden rounded-control border border-line-2">
      <legend className="sr-only">{label}</legend>
      {choices.map((choice) => (
        <label
          key={choice.value}
          className={cx(
            "flex cursor-pointer items-start gap-3 border-b border-line px-3 py-2.5 last:border-b-0 hover:bg-hover",
            choice.value === value && "bg-signal-tint hover:bg-signal-tint",
          )}
        >
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
            className="mt-0.75 size-4 shrink-0 accent-signal"
          />
          <span className="min-w-0">
            <span className="block text-sm font-medium">{choice.label}</span>
            <span className="block text-xs text-pretty text-ink-2">{choice.description}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
