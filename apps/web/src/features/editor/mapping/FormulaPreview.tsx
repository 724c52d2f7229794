import { compileTemplate, evaluateTemplate, hasRegexEngine, loadRegexEngine } from "@patchbay/core";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import { sampleText } from "./completion.ts";
import { useMappingScope } from "./MappingContext.tsx";

/** What a text with formulas comes to with the samples at hand, or why it comes to nothing. */
export function FormulaPreview({ text: typed, isInvalid }: { text: string; isInvalid: boolean }) {
  // A moment behind, so that a key shows at once however much there is to evaluate.
  const text = useDeferredValue(typed);
  const { sources } = useMappingScope();
  const hasPatterns = useRegexEngine(/\b(?:match|replace|test)\s*\(/.test(text));
  const preview = useMemo(() => {
    if (!text.includes("{{")) return null;
    const template = compileTemplate(text);
    if (template.issues.length > 0) return { tone: "bad", text: template.issues[0]!.message };
    const known = new Map(sources.map((source) => [source.id, source.sample]));
    const result = evaluateTemplate(template, {
      getBundle: (nodeId) => known.get(nodeId),
      nowMs: Date.now(),
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
    if (!result.ok) return hasPatterns ? { tone: "bad", text: result.error.message } : null;
    const missing = result.missing[0];
    if (missing && known.get(Number.parseInt(missing.reference, 10)) === undefined)
      return { tone: "quiet", text: "Run once to see a preview with real values." };
    if (missing) return { tone: "warn", text: `Empty: ${missing.reason}` };
    return { tone: "quiet", text: sampleText(result.value) };
  }, [text, sources, hasPatterns]);
  // What is wrong is said by the field itself.
  if (!preview || (preview.tone === "bad" && isInvalid)) return null;
  const color = preview.tone === "bad" ? "text-bad" : preview.tone === "warn" ? "text-warn" : "text-ink-2";
  return (
    <p className="mt-1 flex gap-2 text-xs">
      <span className="text-ink-3">Preview</span>
      <output className={`min-w-0 flex-1 truncate ${color}`} title={preview.text}>
        {preview.text}
      </output>
    </p>
  );
}

/** Fetches the engine for patterns when a formula may need it; true once it is there, or while nobody asks for it. */
function useRegexEngine(isNeeded: boolean): boolean {
  const [isLoaded, setLoaded] = useState(hasRegexEngine);
  useEffect(() => {
    if (!isNeeded || isLoaded) return;
    let isGone = false;
    // Without the engine there is no preview; the next formula that needs it asks again.
    loadRegexEngine().then(
      () => !isGone && setLoaded(true),
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [isNeeded, isLoaded]);
  return isLoaded || !isNeeded;
}
