import { SearchField } from "@patchbay/ui";
import { formatArgument, functionCatalog } from "@patchbay/core";
import type { FunctionCategory, FunctionDoc } from "@patchbay/core";
import { useDeferredValue, useMemo, useState } from "react";
import { findFunctions } from "./functionSearch.ts";

interface FunctionListProps {
  category: FunctionCategory;
  isEnabled: boolean;
  /** Takes `round()`. */
  onInsert: (formula: string) => void;
}

/** The functions of a category with what they do, or those of all categories that fit a search. */
export function FunctionList({ category, isEnabled, onInsert }: FunctionListProps) {
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search);
  const groups = useMemo(() => findFunctions(category, wanted), [category, wanted]);
  return (
    <>
      <div className="p-2">
        <SearchField value={search} onValueChange={setSearch} label={`Search ${functionCatalog.length} functions`} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto pb-2">
        {groups.length === 0 ? (
          <p className="px-3 py-6 text-center text-sm text-ink-2">No function is called so or does that.</p>
        ) : null}
        {groups.map(({ label, docs }) => (
          <section key={label} aria-label={label}>
            {wanted.trim() === "" ? null : (
              <h3 className="px-3 pt-2 pb-1 text-2xs font-semibold text-ink-3">{label}</h3>
            )}
            {docs.map((doc) => (
              <FunctionRow key={doc.name} doc={doc} isEnabled={isEnabled} onInsert={() => onInsert(`${doc.name}()`)} />
            ))}
          </section>
        ))}
      </div>
    </>
  );
}

/** Enough to see how it is written; the rest is a search away. */
const SHOWN_EXAMPLES = 2;

function FunctionRow({ doc, isEnabled, onInsert }: { doc: FunctionDoc; isEnabled: boolean; onInsert: () => void }) {
  return (
    <button
      type="button"
      data-value-row
      disabled={!isEnabled}
      // The formula box keeps the focus, and with it its cursor, when the mouse is used.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onInsert}
      className="flex w-full flex-col gap-0.5 px-3 py-1.5 text-left enabled:hover:bg-hover focus-visible:bg-hover focus-visible:-outline-offset-2"
    >
      <span className="font-mono text-xs text-ink">
        <strong className="font-semibold">{doc.name}</strong>({doc.args.map(formatArgument).join("; ")})
      </span>
      <span className="text-xs text-ink-2">{doc.description}</span>
      {doc.examples.slice(0, SHOWN_EXAMPLES).map(({ formula, result }) => (
        <span key={formula} className="truncate font-mono text-2xs text-ink-3">
          {formula} = {JSON.stringify(result) ?? "empty"}
        </span>
      ))}
    </button>
  );
}
