import {
  Blocks,
  Bolt,
  Braces,
  Calendar,
  CircleAlert,
  CircleCheck,
  CirclePause,
  CirclePlay,
  CircleSlash,
  CircleX,
  Clock,
  Cog,
  Combine,
  CornerDownLeft,
  CreditCard,
  Database,
  FileText,
  Filter,
  GitFork,
  GitMerge,
  Globe,
  Hourglass,
  Layers,
  List,
  ListChecks,
  Mail,
  MessageSquare,
  Newspaper,
  OctagonPause,
  Play,
  Repeat,
  Repeat2,
  Reply,
  RotateCcw,
  Send,
  Server,
  ShieldAlert,
  ShieldX,
  Sigma,
  SkipForward,
  Split,
  Square,
  Table2,
  Timer,
  TriangleAlert,
  Undo2,
  Variable,
  Webhook,
  Workflow,
  Wrench,
  Zap,
  type LucideIcon,
} from "lucide-react";
import { cx } from "../classNames.ts";

/** The app icon set: what a manifest's `icon` may name (lucide's names in kebab-case). */
const icons: Record<string, LucideIcon> = {
  blocks: Blocks,
  bolt: Bolt,
  braces: Braces,
  calendar: Calendar,
  "circle-alert": CircleAlert,
  "circle-check": CircleCheck,
  "circle-pause": CirclePause,
  "circle-play": CirclePlay,
  "circle-slash": CircleSlash,
  "circle-x": CircleX,
  clock: Clock,
  cog: Cog,
  combine: Combine,
  "corner-down-left": CornerDownLeft,
  "credit-card": CreditCard,
  database: Database,
  "file-text": FileText,
  filter: Filter,
  "git-fork": GitFork,
  "git-merge": GitMerge,
  globe: Globe,
  hourglass: Hourglass,
  layers: Layers,
  list: List,
  "list-checks": ListChecks,
  mail: Mail,
  "message-square": MessageSquare,
  newspaper: Newspaper,
  "octagon-pause": OctagonPause,
  play: Play,
  repeat: Repeat,
  "repeat-2": Repeat2,
  reply: Reply,
  "rotate-ccw": RotateCcw,
  send: Send,
  server: Server,
  "shield-alert": ShieldAlert,
  "shield-x": ShieldX,
  sigma: Sigma,
  "skip-forward": SkipForward,
  split: Split,
  square: Square,
  "table-2": Table2,
  timer: Timer,
  "triangle-alert": TriangleAlert,
  "undo-2": Undo2,
  variable: Variable,
  webhook: Webhook,
  workflow: Workflow,
  wrench: Wrench,
  zap: Zap,
};

/** Names that `AppIcon` knows, for the test that every manifest's icon is one of them. */
export const appIconNames: readonly string[] = Object.keys(icons);

/** `"RotateCcw"`, `"rotateCcw"` and `"rotate-ccw"` are one name. */
const toKebab = (name: string) => name.replace(/([a-z])([A-Z0-9])/g, "$1-$2").toLowerCase();

export interface AppGlyphProps {
  /** A name of the app icon set; unknown names show the generic block. */
  name: string | undefined;
  className?: string;
}

/** The bare glyph of an app or action, in the current colour. */
export function AppGlyph({ name, className }: AppGlyphProps) {
  const Icon = (name ? icons[toKebab(name)] : undefined) ?? Blocks;
  return <Icon aria-hidden className={className} />;
}

/** Diameter of the disc in pixels; the glyph takes about 45 % of it. */
export type AppIconSize = 16 | 20 | 24 | 28 | 32 | 40 | 72;

const discs: Record<AppIconSize, string> = {
  16: "size-4 [&_svg]:size-2.5",
  20: "size-5 [&_svg]:size-3",
  24: "size-6 [&_svg]:size-3.5",
  28: "size-7 [&_svg]:size-4",
  32: "size-8 [&_svg]:size-4.5",
  40: "size-10 [&_svg]:size-5",
  72: "size-18 [&_svg]:size-8",
};

export interface AppIconProps {
  icon: string | undefined;
  /** The integration's colour from its manifest (`"#0f62b5"`); built-in grey where absent. */
  color: string | undefined;
  size?: AppIconSize;
  /** Accessible name; without it the disc is decoration. */
  label?: string;
  className?: string;
}

/** An integration's round disc: its colour with a white glyph. */
export function AppIcon({ icon, color, size = 24, label, className }: AppIconProps) {
  return (
    <span
      role={label ? "img" : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
      className={cx(
        "inline-flex shrink-0 items-center justify-center rounded-full bg-tool text-on-app inset-ring inset-ring-app-ring",
        discs[size],
        className,
      )}
      style={color ? { backgroundColor: color } : undefined}
    >
      <AppGlyph name={icon} />
    </span>
  );
}
