import type { ComponentProps } from "react";
import { cx } from "../classNames.ts";

/** A table with hairlines; heads stick to the top of the scrolling region. Rows are 56 px, `dense` ones 36 px. */
export function Table({ className, ...props }: ComponentProps<"table">) {
  return <table className={cx("w-full border-separate border-spacing-0 text-left text-sm", className)} {...props} />;
}

export function TableHead({ className, ...props }: ComponentProps<"thead">) {
  return <thead className={cx("sticky top-0 z-10", className)} {...props} />;
}

export function HeadCell({ className, ...props }: ComponentProps<"th">) {
  return (
    <th
      scope="col"
      className={cx(
        "h-8 border-b border-line bg-sunken px-2 text-xs font-medium whitespace-nowrap text-ink-2 first:pl-5 last:pr-5",
        className,
      )}
      {...props}
    />
  );
}

export interface RowProps extends ComponentProps<"tr"> {
  selected?: boolean;
}

export function Row({ selected = false, className, ...props }: RowProps) {
  return (
    <tr
      data-selected={selected || undefined}
      className={cx("group/row transition-colors hover:bg-sunken data-selected:bg-hover", className)}
      {...props}
    />
  );
}

export interface CellProps extends ComponentProps<"td"> {
  dense?: boolean;
}

export function Cell({ dense = false, className, ...props }: CellProps) {
  return (
    <td
      className={cx("border-b border-line px-2 align-middle first:pl-5 last:pr-5", dense ? "h-9" : "h-14", className)}
      {...props}
    />
  );
}
