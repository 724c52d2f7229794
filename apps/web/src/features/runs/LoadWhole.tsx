"use client";

import { api } from "@convex/api";
import { Button, useToast, type JsonLike } from "@patchbay/ui";
import { useAction } from "convex/react";
import { Download, FileDown } from "lucide-react";
import { useState } from "react";
import { useOrganization } from "@/features/shell/viewer";
import { useAct } from "@/lib/useAct";

/** Where a value of a run is kept whole. */
export interface ValuePlace {
  runId: string;
  operationId: string;
  field: "input" | "output";
}

interface LoadWholeProps {
  place: ValuePlace;
  characters: number;
  onLoad: (value: JsonLike) => void;
}

/** `3.4 MB`; characters of JSON are mostly one byte each. */
const sizeLabel = (characters: number): string =>
  characters < 1_000_000 ? `${Math.round(characters / 1_000)} KB` : `${(characters / 1_000_000).toFixed(1)} MB`;

/** Fetches a value that is too large to be sent with its run: to look at here, or as a file. */
export function LoadWhole({ place, characters, onLoad }: LoadWholeProps) {
  const organizationId = useOrganization().id;
  const loadValue = useAction(api.runs.values.loadValue);
  const act = useAct();
  const toast = useToast();
  const [pending, setPending] = useState<"show" | "save" | null>(null);
  const load = async (what: "show" | "save") => {
    setPending(what);
    const operationId = Number(place.operationId);
    const result = await act("The value was not loaded", () => loadValue({ organizationId, ...place, operationId }));
    setPending(null);
    if (!result.ok) return;
    if (result.value === null) {
      const description = "Only its beginning was kept: the run holds more large values than may be stored.";
      toast({ title: "There is no more of it", description, tone: "bad" });
    } else if (what === "show") onLoad(JSON.parse(result.value) as JsonLike);
    else saveFile(result.value, `run-${place.runId.slice(-6)}-${place.operationId}-${place.field}.json`);
  };
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      <Button size="sm" pending={pending === "show"} disabled={pending !== null} onClick={() => void load("show")}>
        <Download aria-hidden />
        Load all {sizeLabel(characters)}
      </Button>
      <Button
        size="sm"
        variant="quiet"
        pending={pending === "save"}
        disabled={pending !== null}
        onClick={() => void load("save")}
      >
        <FileDown aria-hidden />
        Download as a file
      </Button>
    </div>
  );
}

function saveFile(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
