/** Operations of `listOperations` without a case; `*` stands for any part of a name. */

/** Still to be covered, and what has to land first. Must be empty in the end. */
export const PENDING: Readonly<Record<string, string>> = {};

/** What only the type checker sees, and why no function can tell whether it is there. */
export const NOT_AT_RUN_TIME: Readonly<Record<string, string>> = {
  "GenericTableInfo.*": "a type parameter of queries",
  "GenericSearchIndexConfig.*": "a type parameter of queries",
  "GenericVectorIndexConfig.*": "a type parameter of queries",
  "ValidatedFunction.*": "the deprecated type of a function definition",
};
