import type { ReactNode } from "react";

interface SectionProps {
  title: string;
  text?: string;
  action?: ReactNode;
  children: ReactNode;
}

/** One concern of the settings page: its heading, and a framed surface below. */
export function Section({ title, text, action, children }: SectionProps) {
  return (
    <section aria-label={title}>
      <div className="mb-2.5 flex items-end justify-between gap-4">
        <div>
          <h2 className="text-base font-semibold">{title}</h2>
          {text ? <p className="mt-0.5 text-sm text-ink-2">{text}</p> : null}
        </div>
        {action}
      </div>
      <div className="overflow-hidden rounded-pop border border-line-2 bg-surface [&_tr:last-child>td]:border-b-0">
        {children}
      </div>
    </section>
  );
}
