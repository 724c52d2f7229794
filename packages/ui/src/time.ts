const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const pad = (value: number) => String(value).padStart(2, "0");

/**
 * A length of time for people: `<1 ms`, `84 ms`, `4.2 s`, `44 s`, `4 min 12 s`, `2 h 05 min`, `3 d 4 h`. `ms` below 0 counts as 0.
 */
export function formatDuration(ms: number): string {
  const value = Math.max(0, ms);
  if (value < 0.5) return "<1 ms";
  if (value < SECOND) return `${Math.round(value)} ms`;
  // Rounded first, so that 9.97 s does not become "10.0 s" nor 59.6 s "60 s".
  const tenths = Math.round(value / 100) / 10;
  if (tenths < 10) return `${tenths.toFixed(1)} s`;
  const seconds = Math.round(value / SECOND);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
  const minutes = Math.round(value / MINUTE);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(value / HOUR);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** An instant relative to `nowMs`, coarse: `just now`, `5 min ago`, `in 2 h`, `yesterday`, `3 Nov`, `3 Nov 2025`. */
export function formatRelative(ms: number, nowMs: number, locale?: string): string {
  const delta = nowMs - ms;
  const distance = Math.abs(delta);
  const phrase = (text: string) => (delta >= 0 ? `${text} ago` : `in ${text}`);
  if (distance < 10 * SECOND) return "just now";
  if (distance < MINUTE) return phrase(`${Math.floor(distance / SECOND)} s`);
  if (distance < HOUR) return phrase(`${Math.floor(distance / MINUTE)} min`);
  if (distance < 12 * HOUR) return phrase(`${Math.floor(distance / HOUR)} h`);
  const date = new Date(ms);
  const today = new Date(nowMs);
  const days = Math.round((startOfDay(today) - startOfDay(date)) / DAY);
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  if (days === 0) return `today ${time}`;
  if (days === 1) return `yesterday ${time}`;
  if (days === -1) return `tomorrow ${time}`;
  const sameYear = date.getFullYear() === today.getFullYear();
  return new Intl.DateTimeFormat(locale ?? "en-GB", {
    day: "numeric",
    month: "short",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(date);
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** An instant to the second with its time zone: `20 Nov 2026, 12:04:51 CET`. */
export function formatExact(ms: number, locale?: string): string {
  return new Intl.DateTimeFormat(locale ?? "en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
  }).format(new Date(ms));
}

/** The clock only: `12:04:51`. */
export function formatClock(ms: number): string {
  const date = new Date(ms);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}
