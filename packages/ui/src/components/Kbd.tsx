import type { ReactNode } from "react";
import { cx } from "../classNames.ts";

/** One key of a shortcut. */
export function Kbd({ children, tone = "normal" }: { children: ReactNode; tone?: "normal" | "inverse" | "signal" }) {
  return (
    <kbd
      className={cx(
        "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-tag border px-1 text-2xs leading-none font-medium",
        tone === "normal" && "border-line-2 text-ink-3",
        tone === "inverse" && "border-on-ink/30 text-on-ink/80",
        tone === "signal" && "border-on-signal/50 text-on-signal",
      )}
    >
      {children}
    </kbd>
  );
}
