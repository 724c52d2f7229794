import { AppIcon } from "@patchbay/ui";

/** The signature drawing: a webhook, patched through a router into two apps. Decoration. */
export function CableArt() {
  return (
    <div aria-hidden className="relative h-40 w-90 max-w-full">
      <svg viewBox="0 0 360 160" fill="none" className="absolute inset-0 size-full">
        <g className="stroke-edge" strokeWidth="2">
          <path d="M70 80H124" />
          <path d="M186 64C226 40 236 34 284 34" />
          <path d="M186 96C226 120 236 126 284 126" />
        </g>
        <g className="fill-edge">
          <rect x="64" y="76" width="10" height="8" rx="1.5" />
          <rect x="118" y="76" width="10" height="8" rx="1.5" />
          <rect x="278" y="30" width="10" height="8" rx="1.5" />
          <rect x="278" y="122" width="10" height="8" rx="1.5" />
          <rect x="-5" y="-4" width="10" height="8" rx="1.5" transform="translate(184 65) rotate(-32)" />
          <rect x="-5" y="-4" width="10" height="8" rx="1.5" transform="translate(184 95) rotate(32)" />
        </g>
      </svg>
      <AppIcon icon="webhook" color="#b22f5b" size={40} className="absolute top-15 left-4 shadow-node" />
      <AppIcon icon="split" color={undefined} size={40} className="absolute top-15 left-34 shadow-node" />
      <AppIcon icon="globe" color="#0f62b5" size={40} className="absolute top-3.5 left-76 shadow-node" />
      <AppIcon icon="layers" color={undefined} size={40} className="absolute top-26.5 left-76 shadow-node" />
    </div>
  );
}
