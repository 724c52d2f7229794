import { cx } from "../classNames.ts";

/** At most two capitals: `"Mara Klein"` is `MK`, `"mara@acme.dev"` is `M`. */
export function initialsOf(name: string): string {
  const words = name
    .split("@")[0]!
    .trim()
    .split(/[\s._-]+/u)
    .filter(Boolean);
  const picked = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return picked.map((word) => [...word][0]!.toUpperCase()).join("") || "?";
}

/** A person's initials. Decoration: the name stands beside it or in a tooltip. */
export function Avatar({ name, className }: { name: string; className?: string }) {
  return (
    <span
      aria-hidden
      className={cx(
        "inline-flex size-6 shrink-0 items-center justify-center rounded-full bg-pressed text-2xs font-semibold text-ink-2",
        // Drawn by the style sheet: as text it would count as part of the name that labels what it stands in.
        "before:content-[attr(data-initials)]",
        className,
      )}
      data-initials={initialsOf(name)}
    />
  );
}
