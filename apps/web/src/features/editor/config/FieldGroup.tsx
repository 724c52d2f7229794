import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { ReactNode } from "react";

interface FieldGroupProps {
  title: string;
  badge?: ReactNode;
  isOpenAtFirst: boolean;
  children: ReactNode;
}

/** Fields that belong together, folded under their heading. */
export function FieldGroup({ title, badge, isOpenAtFirst, children }: FieldGroupProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  return (
    <section aria-label={title} className="-mx-4 border-t border-line px-4 pt-3">
      <h3>
        <button
          type="button"
          aria-expanded={isOpen}
          className="flex w-full items-center gap-1.5 rounded-control text-left text-sm font-medium text-ink hover:text-signal"
          onClick={() => setOpen(!isOpen)}
        >
          <ChevronRight aria-hidden className={`size-4 text-ink-3 transition-transform ${isOpen ? "rotate-90" : ""}`} />
          {title}
          <span className="ml-auto text-xs font-normal text-ink-2">{badge}</span>
        </button>
      </h3>
      {isOpen ? <div className="flex flex-col gap-4 pt-3 pb-1">{children}</div> : null}
    </section>
  );
}
