import { schemaOfSample, type DefinitionNode, type JsonValue } from "@patchbay/core";
import { Button, CopyButton, Notice, RelativeTime } from "@patchbay/ui";
import { KeyRound, ShieldX } from "lucide-react";
import { useState } from "react";
import { useAct } from "@/lib/useAct.ts";
import type { WebhookSecurityInfo } from "../backend/types.ts";
import { useEditorServices } from "../EditorContext.tsx";
import { curlExample } from "./curlExample.ts";

interface WebhookSecurityProps {
  node: DefinitionNode;
  onChange: (field: string, value: JsonValue | undefined) => void;
}

/** What stands below the fields of a webhook's security: its secret, a request to try it with, and what was kept out. */
export function WebhookSecurity({ node, onChange }: WebhookSecurityProps) {
  const { backend } = useEditorServices();
  const security = backend.useWebhookSecurity();
  const listening = backend.useListening();
  if (!security || !listening) return null;
  const checks = node.config.authentication === "header" || node.config.authentication === "signature";
  const example = curlExample(listening.url, node.config);
  const sample = listening.samples[0];
  return (
    <>
      {sample ? (
        <Button
          size="sm"
          className="self-start"
          onClick={() => onChange("bodySchema", schemaOfSample(bodyOfBundle(sample.bundle)))}
        >
          Make the schema from the last request
        </Button>
      ) : null}
      {checks || security.secrets.length > 0 ? <SecretControls security={security} /> : null}
      {example !== null ? (
        <div className="flex flex-col gap-1.5">
          <span className="flex items-center text-xs font-medium text-ink">
            A request to try it
            <span className="ml-auto">
              <CopyButton value={example} label="Copy the request" />
            </span>
          </span>
          <pre
            tabIndex={0}
            aria-label="A request to try it"
            className="max-h-40 overflow-auto rounded-control border border-line-2 bg-sunken p-2.5 font-mono text-xs text-ink"
          >
            {example}
          </pre>
        </div>
      ) : null}
      <Refusals security={security} />
    </>
  );
}

function bodyOfBundle(bundle: string): JsonValue {
  const value = JSON.parse(bundle) as { body?: JsonValue };
  return value.body ?? null;
}

function SecretControls({ security }: { security: WebhookSecurityInfo }) {
  const { backend } = useEditorServices();
  const act = useAct();
  const [shown, setShown] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [current, previous] = security.secrets;
  const replace = async () => {
    setBusy(true);
    await act("The secret was not made", async () => setShown((await backend.setWebhookSecret()).secret));
    setBusy(false);
  };
  const endPrevious = () => act("The old secret still counts", () => backend.endPreviousWebhookSecret());
  return (
    <section aria-label="Secret" className="flex flex-col gap-2">
      <h4 className="text-xs font-medium text-ink">Secret</h4>
      {shown !== null ? (
        <Notice tone="signal" icon={<KeyRound aria-hidden />} title="Copy the secret now: it is not shown again">
          <span className="flex items-center gap-1">
            <code className="min-w-0 font-mono text-xs break-all">{shown}</code>
            <CopyButton value={shown} label="Copy the secret" />
          </span>
        </Notice>
      ) : null}
      <p className="text-sm text-ink-2">
        {current ? (
          <>
            In use, set <RelativeTime value={current.createdAt} />.
          </>
        ) : (
          "There is none yet. Without one, a trigger that checks who sends cannot be published."
        )}
      </p>
      {previous?.validUntil ? (
        <p className="flex items-center gap-2 text-sm text-ink-2">
          <span>
            The one before counts until <time>{new Date(previous.validUntil).toLocaleString()}</time>.
          </span>
          <Button size="sm" variant="quiet" onClick={() => void endPrevious()}>
            End it now
          </Button>
        </p>
      ) : null}
      <Button size="sm" className="self-start" pending={isBusy} onClick={() => void replace()}>
        <KeyRound aria-hidden />
        {current ? "Replace the secret" : "Make a secret"}
      </Button>
    </section>
  );
}

const reasons: Record<string, string> = {
  method: "Method not allowed",
  address: "Address not allowed",
  secret: "Secret does not match",
  signature: "Signature does not match",
  timestamp: "Too old, or from the future",
  malformed: "Body cannot be read",
  too_large: "Body too large",
  schema: "Body does not fit the schema",
  rate_limit: "Too many requests",
};

/** `3 refused in 24 hours`, for the heading of the group; nothing where nothing was. */
export function RefusedCount() {
  const { backend } = useEditorServices();
  const security = backend.useWebhookSecurity();
  const count = Object.values(security?.refusals.countsLastDay ?? {}).reduce((sum, each) => sum + each, 0);
  return count === 0 ? null : `${count} refused in 24 hours`;
}

function Refusals({ security }: { security: WebhookSecurityInfo }) {
  const { countsLastDay, latest } = security.refusals;
  if (latest.length === 0) return null;
  return (
    <section aria-label="Refused requests" className="flex flex-col gap-2">
      <h4 className="flex items-center gap-1.5 text-xs font-medium text-ink">
        <ShieldX aria-hidden className="size-3.5 text-bad" />
        Refused in the last 24 hours
      </h4>
      <ul className="flex flex-wrap gap-x-3 text-sm text-ink-2">
        {Object.entries(countsLastDay).map(([reason, count]) => (
          <li key={reason}>
            {reasons[reason] ?? reason}: <span className="tabular-nums">{count}</span>
          </li>
        ))}
      </ul>
      <ol className="flex flex-col rounded-control border border-line-2 text-xs">
        {latest.map((refusal, place) => (
          <li key={`${refusal.at}-${place}`} className="flex gap-2 border-b border-line px-2.5 py-1.5 last:border-b-0">
            <span className="shrink-0 text-ink-3">
              <RelativeTime value={refusal.at} />
            </span>
            <span className="min-w-0 break-words text-ink">
              {refusal.method ? `${refusal.method}: ` : ""}
              {refusal.detail}
              {refusal.address ? <span className="text-ink-3"> from {refusal.address}</span> : null}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
