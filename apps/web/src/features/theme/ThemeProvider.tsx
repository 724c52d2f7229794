"use client";

import { createContext, useContext, useMemo, useState, type ReactNode } from "react";
import { THEME_COOKIE, type ThemeChoice } from "./theme.ts";

interface Theme {
  choice: ThemeChoice;
  choose: (choice: ThemeChoice) => void;
}

const ThemeContext = createContext<Theme | null>(null);

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * The choice lives in a cookie: the server renders `data-theme` with it, so that a page never flashes in the other theme
 * and needs no inline script.
 */
export function ThemeProvider({ initial, children }: { initial: ThemeChoice; children: ReactNode }) {
  const [choice, setChoice] = useState(initial);
  const theme = useMemo<Theme>(
    () => ({
      choice,
      choose: (next) => {
        setChoice(next);
        document.cookie = `${THEME_COOKIE}=${next}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
        if (next === "system") delete document.documentElement.dataset.theme;
        else document.documentElement.dataset.theme = next;
      },
    }),
    [choice],
  );
  return <ThemeContext.Provider value={theme}>{children}</ThemeContext.Provider>;
}

export function useTheme(): Theme {
  const theme = useContext(ThemeContext);
  if (!theme) throw new Error("useTheme needs a ThemeProvider above it.");
  return theme;
}
