/** Patchbay's mark: two sockets and the cable between them, on ink. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden className="shrink-0">
      <rect width="24" height="24" rx="6" className="fill-ink-solid" />
      <g className="stroke-on-ink" strokeWidth="1.8" strokeLinecap="round">
        <circle cx="7.5" cy="8" r="2.4" />
        <circle cx="16.5" cy="16" r="2.4" />
        <path d="M9.9 8h2.6a2.6 2.6 0 0 1 0 4h-1a2.6 2.6 0 0 0 0 4h2.6" />
      </g>
    </svg>
  );
}
