import { cx } from "@patchbay/ui";
import { Minus, Move, Pencil, Plus } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import type { DiffMark } from "./diffMarks.ts";
import { DISC } from "./geometry.ts";

const VIEW = DISC + 16;

const looks: Record<DiffMark, { icon: LucideIcon; label: string; ring: string; glyph: string; isDashed: boolean }> = {
  added: { icon: Plus, label: "Added", ring: "stroke-ok-mark", glyph: "bg-ok", isDashed: false },
  removed: { icon: Minus, label: "Removed", ring: "stroke-bad-mark", glyph: "bg-bad", isDashed: true },
  changed: { icon: Pencil, label: "Changed", ring: "stroke-warn-mark", glyph: "bg-warn", isDashed: false },
  moved: { icon: Move, label: "Moved", ring: "stroke-move-mark", glyph: "bg-move", isDashed: true },
};

/** Around a disc in a comparison: a ring in the kind's colour, and a square glyph that says the same without colour. */
export function DiffRing({ mark }: { mark: DiffMark }) {
  const { icon: Icon, label, ring, glyph, isDashed } = looks[mark];
  return (
    <>
      <svg aria-hidden width={VIEW} height={VIEW} className="pointer-events-none absolute -top-2 -left-2">
        <circle
          cx={VIEW / 2}
          cy={VIEW / 2}
          r={DISC / 2 + 5}
          fill="none"
          strokeWidth={2.5}
          strokeDasharray={isDashed ? "4 4" : undefined}
          className={ring}
        />
      </svg>
      <span
        role="img"
        aria-label={label}
        title={label}
        className={cx(
          "absolute -top-2 -right-2 flex size-5.5 items-center justify-center rounded-tag text-surface shadow-[0_0_0_2px_var(--color-canvas)]",
          glyph,
        )}
      >
        <Icon aria-hidden className="size-3.5" strokeWidth={2.5} />
      </span>
    </>
  );
}
