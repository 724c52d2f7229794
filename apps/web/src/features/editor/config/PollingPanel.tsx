import { Button, JsonTree, Notice, RelativeTime } from "@patchbay/ui";
import type { JsonLike } from "@patchbay/ui";
import { CircleAlert, Eye, RefreshCw } from "lucide-react";
import { useState } from "react";
import { useAct } from "@/lib/useAct.ts";
import type { PollingInfo } from "../backend/types.ts";
import { useEditorServices } from "../EditorContext.tsx";

/** A polling trigger: a look at what is there, and how the published one's polls stand. */
export function PollingPanel() {
  const { backend, saver } = useEditorServices();
  const polling = backend.usePolling();
  const listening = backend.useListening();
  const act = useAct();
  const [isLooking, setLooking] = useState(false);
  const [looked, setLooked] = useState<string | null>(null);
  const sample = listening?.samples[0];
  const look = async () => {
    setLooking(true);
    await act("Could not look", async () => {
      await saver.flush();
      const result = await backend.lookForItems();
      setLooked(result.kind === "ok" ? foundLabel(result.found) : result.message);
    });
    setLooking(false);
  };
  return (
    <div className="flex flex-col gap-3">
      {polling ? <PollingState polling={polling} /> : null}
      <Button className="self-start" pending={isLooking} onClick={() => void look()}>
        <Eye aria-hidden />
        Look at what is there
      </Button>
      <p role="status" className="text-sm text-ink-2">
        {looked ?? "Fetches some items to map from. Nothing is run by it."}
      </p>
      {sample ? (
        <div className="overflow-hidden rounded-control border border-line-2">
          <p className="border-b border-line bg-sunken px-3 py-1.5 text-xs text-ink-2">
            Newest item, <RelativeTime value={sample.receivedAt} />
          </p>
          <div className="max-h-60 overflow-y-auto py-1">
            <JsonTree value={readJson(sample.bundle)} label="Newest item" rootPath="1" openDepth={2} />
          </div>
        </div>
      ) : null}
    </div>
  );
}

const foundLabel = (found: number): string =>
  found === 0 ? "There is nothing at the moment." : `${found} ${found === 1 ? "item is" : "items are"} there.`;

function readJson(text: string): JsonLike {
  try {
    return JSON.parse(text) as JsonLike;
  } catch {
    return text;
  }
}

const titles: Record<PollingInfo["state"], string> = {
  waiting: "Polled regularly",
  polling: "A poll is under way",
  failing: "The last poll failed",
  off: "Not polled: the scenario is off",
  stopped: "Switched off: its polls failed for too long",
};

function PollingState({ polling }: { polling: PollingInfo }) {
  const { backend } = useEditorServices();
  const act = useAct();
  const isBad = polling.state === "failing" || polling.state === "stopped";
  const isOn = polling.nextPollAt !== null;
  const pollNow = () => act("Not polled", () => backend.pollNow());
  const startAnew = () => act("The place is kept", () => backend.startPollingAnew());
  return (
    <section aria-label="Polls" className="flex flex-col gap-2">
      {isBad ? (
        <Notice
          tone={polling.state === "stopped" ? "bad" : "warn"}
          icon={<CircleAlert aria-hidden />}
          title={titles[polling.state]}
        >
          {polling.lastError ? (
            <>
              <RelativeTime value={polling.lastError.at} />: {polling.lastError.message}
              {polling.failures > 1 ? ` (${polling.failures} times in a row)` : ""}
            </>
          ) : null}
        </Notice>
      ) : (
        <h4 className="text-xs font-medium text-ink">{titles[polling.state]}</h4>
      )}
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 text-sm text-ink-2">
        <PollTime label="Last poll" at={polling.lastPolledAt} />
        <PollTime label="Next poll" at={polling.nextPollAt} />
        <PollTime
          label="Last found"
          at={polling.lastFoundAt}
          more={polling.lastFoundCount === null ? "" : `, ${polling.lastFoundCount} new`}
        />
      </dl>
      {isOn ? (
        <div className="flex gap-2">
          <Button size="sm" onClick={() => void pollNow()}>
            <RefreshCw aria-hidden />
            Poll now
          </Button>
          <Button size="sm" variant="quiet" onClick={() => void startAnew()}>
            Begin anew
          </Button>
        </div>
      ) : null}
    </section>
  );
}

function PollTime({ label, at, more = "" }: { label: string; at: number | null; more?: string }) {
  if (at === null) return null;
  return (
    <>
      <dt className="text-ink-3">{label}</dt>
      <dd>
        <RelativeTime value={at} />
        {more}
      </dd>
    </>
  );
}
