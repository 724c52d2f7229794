import { AppIcon } from "@patchbay/ui";
import { nodeFace } from "@/lib/nodeFaces";

const SHOWN = 5;

/** A scenario's node types as small discs on a cable. */
export function PathDiscs({ nodeTypes }: { nodeTypes: readonly string[] }) {
  if (nodeTypes.length === 0) return <span className="text-xs text-ink-3">Empty</span>;
  const faces = nodeTypes.map(nodeFace);
  const rest = faces.length - SHOWN;
  return (
    <span
      role="img"
      aria-label={faces.map((face) => `${face.app}, ${face.action}`).join("; ")}
      title={faces.map((face) => `${face.app}: ${face.action}`).join("\n")}
      className="inline-flex items-center"
    >
      {faces.slice(0, SHOWN).map((face, index) => (
        <span key={index} className="inline-flex items-center">
          {index > 0 ? <span className="h-px w-2.5 bg-edge" /> : null}
          <AppIcon icon={face.icon} color={face.color} size={20} />
        </span>
      ))}
      {rest > 0 ? <span className="ml-1.5 text-xs text-ink-3 tabular-nums">+{rest}</span> : null}
    </span>
  );
}
