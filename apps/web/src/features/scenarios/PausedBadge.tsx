import { Badge } from "@patchbay/ui";
import { CirclePause } from "lucide-react";

/** Marks a paused scenario: events are kept, its runs wait. */
export function PausedBadge({ by }: { by: "scenario" | "organization" }) {
  return (
    <Badge tone="warn" icon={<CirclePause aria-hidden />}>
      {by === "scenario" ? "Paused" : "Paused with the organization"}
    </Badge>
  );
}
