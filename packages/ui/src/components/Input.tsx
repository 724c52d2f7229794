import type { ComponentProps, ReactNode } from "react";
import { cx } from "../classNames.ts";

/** Looks of every box that takes text; also for boxes that are not `<input>` (the formula editor, say). */
export const fieldClasses =
  "w-full rounded-control border border-control bg-surface text-sm text-ink transition-colors placeholder:text-ink-3 " +
  "focus-visible:border-signal focus-visible:outline-1 focus-visible:outline-offset-0 focus-visible:outline-signal " +
  "aria-invalid:border-bad-mark aria-invalid:focus-visible:outline-bad-mark disabled:cursor-not-allowed disabled:opacity-60 [&:is(input,textarea):read-only]:bg-sunken";

export interface InputProps extends ComponentProps<"input"> {
  invalid?: boolean | undefined;
}

/** A one-line text box, 32 px high. */
export function Input({ invalid, className, ...props }: InputProps) {
  return <input aria-invalid={invalid || undefined} className={cx(fieldClasses, "h-8 px-2.5", className)} {...props} />;
}

export interface TextareaProps extends ComponentProps<"textarea"> {
  invalid?: boolean | undefined;
  mono?: boolean;
}

/** A text box of several lines; `mono` for payloads and code. */
export function Textarea({ invalid, mono = false, className, ...props }: TextareaProps) {
  return (
    <textarea
      aria-invalid={invalid || undefined}
      className={cx(
        fieldClasses,
        "min-h-20 px-2.5 py-1.5",
        mono && "font-mono text-xs [word-spacing:normal]",
        className,
      )}
      {...props}
    />
  );
}

export interface FieldProps {
  label: ReactNode;
  /** `id` of the control inside. */
  htmlFor: string;
  hint?: ReactNode;
  /** What is wrong with the value, in words. Replaces the hint. */
  error?: string | undefined;
  required?: boolean;
  /** Right of the label: a switch or a link. */
  aside?: ReactNode;
  children: ReactNode;
}

/** Label, control, and a line below it for a hint or an error. The control should name `${htmlFor}-note` in `aria-describedby`. */
export function Field({ label, htmlFor, hint, error, required = false, aside, children }: FieldProps) {
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={htmlFor} className="text-xs font-medium text-ink">
          {label}
          {required ? <span className="ml-1.5 font-normal text-bad">Required</span> : null}
        </label>
        {aside}
      </div>
      {children}
      {error || hint ? (
        <p
          id={`${htmlFor}-note`}
          className={cx("text-xs", error ? "text-bad" : "text-ink-3")}
          role={error ? "alert" : undefined}
        >
          {error ?? hint}
        </p>
      ) : null}
    </div>
  );
}
