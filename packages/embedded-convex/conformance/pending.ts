/** Operations of `listOperations` without a case; `*` stands for any part of a name. */

/** Still to be covered, and what has to land first. Must be empty in the end. */
export const PENDING: Readonly<Record<string, string>> = {};

/** What no function of an application can use, and why. */
export const OUT_OF_REACH: Readonly<Record<string, string>> = {
  "GenericTableInfo.*": "a type parameter of queries",
  "GenericSearchIndexConfig.*": "a type parameter of queries",
  "GenericVectorIndexConfig.*": "a type parameter of queries",
  "convex/server.currentSystemUdfInComponent": "names functions of Convex's own dashboard",
  "ValidatedFunction.*": "the deprecated type of a function definition",
};
