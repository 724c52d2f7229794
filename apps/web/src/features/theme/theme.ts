/** What a person chose; `system` follows the operating system. */
export type ThemeChoice = "system" | "light" | "dark";

export const THEME_COOKIE = "patchbay-theme";

export function parseTheme(value: string | undefined): ThemeChoice {
  return value === "light" || value === "dark" ? value : "system";
}
