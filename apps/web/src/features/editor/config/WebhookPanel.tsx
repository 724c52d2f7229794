import { Button, CopyButton, JsonTree, Notice, RelativeTime, useNow } from "@patchbay/ui";
import type { JsonLike } from "@patchbay/ui";
import { Radio } from "lucide-react";
import { useState } from "react";
import { useAct } from "@/lib/useAct.ts";
import { useEditorServices } from "../EditorContext.tsx";

/** A webhook's address, waiting for a request to learn its fields, and the last request that came. */
export function WebhookPanel() {
  const { backend } = useEditorServices();
  const listening = backend.useListening();
  const now = useNow();
  const act = useAct();
  const [isStarting, setStarting] = useState(false);
  if (!listening) return <p className="text-sm text-ink-2">The address appears as soon as the scenario is saved.</p>;
  const isListening = listening.listeningUntil !== null && listening.listeningUntil > now;
  const sample = listening.samples[0];
  const listen = async () => {
    setStarting(true);
    await act("Could not wait for a request", () => (isListening ? backend.stopListening() : backend.startListening()));
    setStarting(false);
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-col gap-1.5">
        <span className="text-xs font-medium text-ink">Address</span>
        <div className="flex items-center gap-1 rounded-control border border-line-2 bg-sunken pr-1 pl-2.5">
          <code className="min-w-0 flex-1 py-1.5 font-mono text-xs break-all text-ink">{listening.url}</code>
          <CopyButton value={listening.url} label="Copy URL" />
        </div>
      </div>
      {isListening ? (
        <Notice
          tone="signal"
          icon={<Radio aria-hidden className="animate-breathe" />}
          title="Waiting for a request"
          action={
            <Button size="sm" pending={isStarting} onClick={() => void listen()}>
              Stop
            </Button>
          }
        >
          Send something to the address. Its fields can then be mapped. Nothing is run by it.
        </Notice>
      ) : (
        <Button className="self-start" pending={isStarting} onClick={() => void listen()}>
          <Radio aria-hidden />
          {sample ? "Wait for another request" : "Wait for a request"}
        </Button>
      )}
      {sample ? (
        <div className="overflow-hidden rounded-control border border-line-2">
          <p className="border-b border-line bg-sunken px-3 py-1.5 text-xs text-ink-2">
            Last request, <RelativeTime value={sample.receivedAt} />
          </p>
          <div className="max-h-72 overflow-y-auto py-1">
            <JsonTree value={parseBundle(sample.bundle)} label="Last request" rootPath="1" openDepth={2} />
          </div>
        </div>
      ) : null}
    </div>
  );
}

/** The request with its body first: that is what people look for. */
function parseBundle(text: string): JsonLike {
  try {
    const bundle = JSON.parse(text) as JsonLike;
    if (typeof bundle !== "object" || bundle === null || !("body" in bundle)) return bundle;
    const { body, ...rest } = bundle;
    return { body, ...rest };
  } catch {
    return text;
  }
}
