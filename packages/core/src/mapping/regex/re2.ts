import { RE2JS } from "re2js";
import type { CompilePattern, PatternMatch } from "./engine.ts";

/** Characters read between two reports. */
const BLOCK = 256;

/**
 * A text that counts how often it is looked at. Matching is linear for one search, but a search may read far beyond its match, and
 * every instruction of the pattern may look at every character: only counting tells what a pattern really takes.
 */
class CountingText extends String {
  private readonly text: string;
  private readonly spend: (characters: number) => void;
  private left = BLOCK;

  constructor(text: string, spend: (characters: number) => void) {
    super(text);
    this.text = text;
    this.spend = spend;
  }

  override charCodeAt(index: number): number {
    if (--this.left === 0) {
      this.left = BLOCK;
      this.spend(BLOCK);
    }
    return this.text.charCodeAt(index);
  }
}

/** Patterns by RE2, whose matching time is linear in the text whatever the pattern is. */
export const compileRe2: CompilePattern = (source, { ignoreCase, multiline, dotAll }) => {
  const flags =
    (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0) | (dotAll ? RE2JS.DOTALL : 0);
  const pattern = RE2JS.compile(source, flags);
  return {
    size: pattern.programSize(),
    read(text, spend) {
      // The engine takes objects that are texts, and reads them by `charCodeAt`; a test makes sure that this stays so.
      const counting = new CountingText(text, spend) as unknown as string;
      const matcher = pattern.matcher(counting);
      return {
        test: () => pattern.test(counting),
        find(start): PatternMatch | null {
          if (!matcher.find(start)) return null;
          const groups: (string | null)[] = [];
          for (let group = 0; group <= matcher.groupCount(); group++) groups.push(matcher.group(group));
          return { start: matcher.start(), end: matcher.end(), groups };
        },
      };
    },
  };
};
