import { clsx, type ClassValue } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

/** Our theme's own scales; without them `text-2xs` and `text-ink` would count as the same kind of class. */
const merge = extendTailwindMerge({
  extend: {
    theme: {
      text: ["2xs", "xs", "sm", "base", "lg", "xl"],
      radius: ["tag", "control", "pop"],
      shadow: ["pop", "node"],
    },
  },
});

/** Joins class names; of two classes that set the same property the later one wins. */
export function cx(...values: ClassValue[]): string {
  return merge(clsx(values));
}
