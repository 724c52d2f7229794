/** A compiled pattern of a linear-time engine. Positions are UTF-16 code units. */
export interface CompiledPattern {
  /** How many instructions the pattern has: what reading one character may cost at most. */
  readonly size: number;
  /** Reads a text, which `spend` is told of while that goes on, in characters; what it throws ends the search. */
  readonly read: (text: string, spend: (characters: number) => void) => PatternReader;
}

export interface PatternReader {
  test: () => boolean;
  /** The first match at or after `start`. */
  find: (start: number) => PatternMatch | null;
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
