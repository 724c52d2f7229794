import type { Operation, RunDetail } from "./runModel.ts";

/** So many errors are told at the top; the others stand with their operations. */
const MAX_TOLD = 3;

type NameOf = (nodeId: number) => string;
type Facts = Pick<RunDetail, "operations" | "definition">;

/** Which errors an error route or the catch-all route took, and what came of it. */
export function routeStories(run: Facts, nameOf: NameOf): string[] {
  const handled = run.operations.filter((operation) => operation.state === "handled");
  const told = handled.slice(-MAX_TOLD).map((operation) => routeStory(run, operation, nameOf));
  const rest = handled.length - told.length;
  return rest > 0 ? [...told, `${rest} more ${rest === 1 ? "error was" : "errors were"} handled before.`] : told;
}

/** What became of an operation's error that a route took. */
export function routeStory(run: Facts, operation: Operation, nameOf: NameOf): string {
  const hasOwnRoute = run.definition.edges.some((edge) => edge.kind === "error" && edge.from === operation.nodeId);
  const route = hasOwnRoute ? "its error route" : "the scenario's catch-all route";
  const error = operation.error ? ` with ${operation.error.code}` : "";
  return `“${nameOf(operation.nodeId)}” failed${error}; ${route} took it${directiveWords(run, operation)}`;
}

/** What each directive at the end of an error route does. */
const directives: Record<string, string> = {
  "error.resume": " and went on with substitute output (Resume).",
  "error.ignore": ", dropped the bundle and went on with the next one (Ignore).",
  "error.break": " and kept the run as incomplete (Break).",
  "error.commit": " and ended the run as succeeded (Commit).",
  "error.rollback": " and ended the run as failed (Rollback).",
};

function directiveWords({ operations, definition }: Facts, failed: Operation): string {
  const after = operations.slice(operations.indexOf(failed) + 1);
  for (const operation of after) {
    const type = definition.nodes.find((node) => node.id === operation.nodeId)?.type ?? "";
    if (directives[type]) return directives[type];
    // Another failure began before a directive came: that one is told by itself.
    if (operation.state === "handled" || operation.state === "failed") break;
  }
  return ".";
}
