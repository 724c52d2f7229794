"use client";

export interface SwitchProps {
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
  /** Accessible name, where no `<label htmlFor>` gives one. */
  label?: string;
  id?: string;
  disabled?: boolean | undefined;
}

/** On or off, taking effect at once. 28 x 16 px in a hit area of 28 x 24. */
export function Switch({ checked, onCheckedChange, label, id, disabled = false }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      id={id}
      aria-checked={checked}
      aria-label={label}
      data-state={checked ? "checked" : "unchecked"}
      disabled={disabled}
      onClick={() => onCheckedChange(!checked)}
      className="group relative inline-flex h-6 w-7 shrink-0 items-center rounded-full disabled:cursor-not-allowed disabled:opacity-50"
    >
      <span
        aria-hidden
        className="h-4 w-7 rounded-full bg-control transition-colors group-data-[state=checked]:bg-signal"
      />
      <span
        aria-hidden
        className="absolute left-0.5 size-3 rounded-full bg-surface transition-transform duration-160 group-data-[state=checked]:translate-x-3 group-data-[state=checked]:bg-on-signal"
      />
    </button>
  );
}
