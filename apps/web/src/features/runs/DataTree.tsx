"use client";

import { JsonTree, type JsonLike } from "@patchbay/ui";
import { useState } from "react";
import { LoadWhole, type ValuePlace } from "./LoadWhole.tsx";
import { readCut } from "./runModel.ts";

interface DataTreeProps {
  label: string;
  value: JsonLike;
  /** The node's id, for an output: copied paths are then what a mapping further down would say. */
  rootPath?: string;
  /** Where the whole of it is, if it is shown cut. */
  place?: ValuePlace;
}

/** A run's value as a tree; of one that is too large, how large it is and how it begins. */
export function DataTree({ label, value: shown, rootPath, place }: DataTreeProps) {
  const [whole, setWhole] = useState<JsonLike | undefined>(undefined);
  const value = whole === undefined ? shown : whole;
  const cut = whole === undefined ? readCut(shown) : null;
  if (!cut)
    return (
      <JsonTree
        label={label}
        value={value}
        closedKeys={["headers"]}
        {...(rootPath === undefined ? {} : { rootPath })}
      />
    );
  return (
    <div className="px-4 pb-3">
      <p className="text-sm text-ink-2">
        Too large to show: {cut.characters.toLocaleString("en-GB")} characters. It was passed on whole. It begins with
      </p>
      <pre className="mt-2 max-h-72 overflow-auto rounded-control border border-line bg-sunken p-3 font-mono text-xs break-all whitespace-pre-wrap">
        {cut.start}
      </pre>
      {place ? <LoadWhole place={place} characters={cut.characters} onLoad={setWhole} /> : null}
    </div>
  );
}
