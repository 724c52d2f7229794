import { Activity, CircleAlert, Layers, Plug, Settings, Workflow, type LucideIcon } from "lucide-react";

export interface Destination {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Whether a page belongs to it. */
  owns: (pathname: string) => boolean;
  /** What is counted beside it. */
  counts?: "incomplete";
}

const under = (prefix: string) => (pathname: string) => pathname === prefix || pathname.startsWith(`${prefix}/`);

export const destinations: readonly Destination[] = [
  { href: "/", label: "Scenarios", icon: Workflow, owns: (path) => path === "/" || under("/scenarios")(path) },
  { href: "/runs", label: "Runs", icon: Activity, owns: under("/runs") },
  { href: "/incomplete", label: "Incomplete", icon: CircleAlert, owns: under("/incomplete"), counts: "incomplete" },
  { href: "/queue", label: "Queue", icon: Layers, owns: under("/queue") },
  { href: "/connections", label: "Connections", icon: Plug, owns: under("/connections") },
];

export const settingsDestination: Destination = {
  href: "/settings",
  label: "Settings",
  icon: Settings,
  owns: under("/settings"),
};

/** One scenario's pages give their width to the scenario: the navigation folds to a rail. */
export const usesRail = (pathname: string): boolean => pathname.startsWith("/scenarios/");
