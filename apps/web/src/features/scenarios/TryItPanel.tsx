"use client";

import { api } from "@convex/api";
import { Button, CopyButton, useToast } from "@patchbay/ui";
import { useQuery } from "convex/react";
import { Send } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useOrganization } from "@/features/shell/viewer";
import { sendTestRequest } from "./sendTestRequest.ts";

/** For a first visitor: the sample's webhook URL, and one button that sends something to it and shows the run. */
export function TryItPanel({ scenarioId }: { scenarioId: string }) {
  const organizationId = useOrganization().id;
  const router = useRouter();
  const toast = useToast();
  const [pending, setPending] = useState(false);
  const scenario = useQuery(api.scenarios.queries.getScenario, { organizationId, scenarioId });
  if (!scenario?.webhookUrl || !scenario.enabled || scenario.publishedTrigger !== "webhook") return null;
  const send = async () => {
    setPending(true);
    const result = await sendTestRequest({ organizationId, scenarioId });
    setPending(false);
    if (result.kind === "ok") router.push(`/scenarios/${scenarioId}/runs${result.runId ? `/${result.runId}` : ""}`);
    else toast({ title: "The test request was not accepted", description: result.message, tone: "bad" });
  };
  return (
    <section aria-label="Try it" className="shrink-0 border-b border-line bg-sunken px-5 py-4">
      <div className="flex flex-wrap items-end gap-x-8 gap-y-3">
        <div className="min-w-0 flex-1 basis-90">
          <h2 className="text-base font-semibold">{scenario.name} is live and waits for a request</h2>
          <p className="mt-0.5 text-sm text-ink-2">
            Post any JSON to its webhook, from a terminal or another app, and watch the run arrive.
          </p>
          <div className="mt-2.5 flex h-8 max-w-160 items-center gap-1 rounded-control border border-line-2 bg-surface pr-1 pl-2.5">
            <code className="min-w-0 flex-1 truncate text-xs [word-spacing:normal]" title={scenario.webhookUrl}>
              {scenario.webhookUrl}
            </code>
            <CopyButton value={scenario.webhookUrl} label="Copy URL" />
          </div>
        </div>
        <div className="flex flex-wrap gap-2">
          <CopyButton
            labelled
            size="md"
            label="Copy as curl"
            value={`curl -X POST ${scenario.webhookUrl} -H 'content-type: application/json' -d '{"name":"Ada"}'`}
          />
          <Button variant="run" pending={pending} onClick={() => void send()}>
            {pending ? null : <Send aria-hidden />}
            Send a test request
          </Button>
        </div>
      </div>
    </section>
  );
}
