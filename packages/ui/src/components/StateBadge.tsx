import {
  Activity,
  Ban,
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  Clock,
  SkipForward,
  TriangleAlert,
  type LucideIcon,
} from "lucide-react";
import { cx } from "../classNames.ts";
import { stateFacts, type ExecutionState } from "../stateFacts.ts";
import { Badge, type Tone } from "./Badge.tsx";

const icons: Record<ExecutionState, LucideIcon> = {
  queued: CircleDashed,
  running: Activity,
  waiting: Clock,
  incomplete: TriangleAlert,
  succeeded: CircleCheck,
  failed: CircleAlert,
  cancelled: Ban,
  unknown: CircleHelp,
  skipped: SkipForward,
  handled: TriangleAlert,
};

const iconOf = (state: string) => (Object.hasOwn(icons, state) ? icons[state as ExecutionState] : CircleDashed);

const textTones: Record<Tone, string> = {
  neutral: "text-ink-2",
  outline: "text-ink",
  signal: "text-signal",
  ok: "text-ok",
  warn: "text-warn",
  bad: "text-bad",
  move: "text-move",
};

export interface StateProps {
  /** A run's or an operation's state. */
  state: string;
  className?: string;
}

/** The bare icon of a state in its colour; the text must stand beside it. */
export function StateIcon({ state, className }: StateProps) {
  const Icon = iconOf(state);
  return (
    <Icon
      aria-hidden
      className={cx(
        "size-3.5 shrink-0",
        textTones[stateFacts(state).tone],
        state === "running" && "animate-breathe",
        className,
      )}
    />
  );
}

/** A state as a filled badge with icon and words. */
export function StateBadge({ state, className }: StateProps) {
  const { label, tone } = stateFacts(state);
  return (
    <Badge tone={tone} icon={<StateIcon state={state} />} {...(className ? { className } : {})}>
      {label}
    </Badge>
  );
}

/** A state as icon and words without a box, for table cells. Success is plain ink: only what needs attention has colour. */
export function StateLabel({ state, className }: StateProps) {
  const { label, tone } = stateFacts(state);
  return (
    <span
      className={cx(
        "inline-flex items-center gap-1.5 align-middle font-medium",
        tone === "ok" ? "text-ink" : textTones[tone],
        className,
      )}
    >
      <StateIcon state={state} />
      {label}
    </span>
  );
}
