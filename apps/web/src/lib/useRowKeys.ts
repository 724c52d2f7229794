"use client";

import { useCallback, useRef, type KeyboardEvent } from "react";

/** Marks the one link of a row that the arrow keys move between. */
export const ROW_LINK = "data-row-link";

/** Arrow keys, Home and End move between the rows' links of a list. `focusFirst` is for the search box above it. */
export function useRowKeys<List extends HTMLElement>() {
  const list = useRef<List>(null);
  const links = () => [...(list.current?.querySelectorAll<HTMLElement>(`[${ROW_LINK}]`) ?? [])];
  const focusFirst = useCallback(() => links()[0]?.focus(), []);
  const onKeyDown = useCallback((event: KeyboardEvent) => {
    const all = links();
    const index = all.indexOf(event.target as HTMLElement);
    if (index < 0) return;
    const target = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: all.length - 1 }[event.key];
    if (target === undefined || !all[target]) return;
    event.preventDefault();
    all[target].focus();
  }, []);
  return { list, onKeyDown, focusFirst };
}
