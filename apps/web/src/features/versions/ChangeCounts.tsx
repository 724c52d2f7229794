import { cx } from "@patchbay/ui";
import type { ChangeKind } from "./compare.ts";

const marks: readonly { kind: ChangeKind; sign: string; className: string }[] = [
  { kind: "added", sign: "+", className: "text-ok" },
  { kind: "removed", sign: "−", className: "text-bad" },
  { kind: "changed", sign: "~", className: "text-warn" },
  { kind: "moved", sign: "↔", className: "text-move" },
];

type Counts = Record<ChangeKind, number>;

export function describeCounts(counts: Counts): string {
  const parts = marks.filter(({ kind }) => counts[kind] > 0).map(({ kind }) => `${counts[kind]} ${kind}`);
  return parts.length > 0 ? parts.join(", ") : "no changes";
}

/** `+2 ~1`: how much a version changed. */
export function ChangeCounts({ counts }: { counts: Counts }) {
  return (
    <span
      role="img"
      aria-label={describeCounts(counts)}
      title={describeCounts(counts)}
      className="inline-flex gap-1.5 font-mono text-xs"
    >
      {marks.map(({ kind, sign, className }) =>
        counts[kind] > 0 ? (
          <span key={kind} className={cx(className)}>
            {sign}
            {counts[kind]}
          </span>
        ) : null,
      )}
    </span>
  );
}
