import { RE2JS } from "re2js";
import type { CompilePattern } from "./engine.ts";

/** Patterns by RE2, whose matching time is linear in the text whatever the pattern is. */
export const compileRe2: CompilePattern = (source, { ignoreCase, multiline, dotAll }) => {
  const flags =
    (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0) | (dotAll ? RE2JS.DOTALL : 0);
  const pattern = RE2JS.compile(source, flags);
  return {
    test: (text) => pattern.test(text),
    find(text, start) {
      const matcher = pattern.matcher(text);
      if (!matcher.find(start)) return null;
      const groups: (string | null)[] = [];
      for (let group = 0; group <= matcher.groupCount(); group++) groups.push(matcher.group(group));
      return { start: matcher.start(), end: matcher.end(), groups };
    },
  };
};
