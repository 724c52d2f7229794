/** A compiled pattern of a linear-time engine. Positions are UTF-16 code units. */
export interface CompiledPattern {
  readonly test: (text: string) => boolean;
  /** The first match at or after `start`. */
  readonly find: (text: string, start: number) => PatternMatch | null;
}

export interface PatternMatch {
  start: number;
  end: number;
  /** The whole match and then the groups; `null` for a group that took no part. */
  groups: (string | null)[];
}

/** Throws an `Error` with a message for people when the pattern is malformed. */
export type CompilePattern = (
  source: string,
  flags: { ignoreCase: boolean; multiline: boolean; dotAll: boolean },
) => CompiledPattern;
