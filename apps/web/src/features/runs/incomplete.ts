import type { Operation, RunDetail } from "./runModel.ts";

/** Why a run is incomplete, and what its two ways on would do. */
export interface IncompleteStory {
  title: string;
  /** What happened, and what may have happened. */
  what: string;
  retry: string;
  discard: string;
  /** When it is tried again by itself, in milliseconds since 1970; null where it waits for a person. */
  retryAt: number | null;
}

type Facts = Pick<RunDetail, "state" | "error" | "failure" | "operations" | "waitReason" | "waitingUntil"> &
  Partial<Pick<RunDetail, "stopped">>;

/** Null for a run that is not incomplete. `nameOf`: what a node is called. */
export function incompleteStory(run: Facts, nameOf: (nodeId: number) => string): IncompleteStory | null {
  if (run.state !== "incomplete") return null;
  const story = storyOf(run, nameOf);
  const others = run.stopped?.others ?? 0;
  if (others === 0) return story;
  const bundles = others === 1 ? "1 other bundle" : `${others} other bundles`;
  const also = `It has stopped at ${bundles} as well, which were processed at the same time.`;
  const all = "Retry goes on with all of them; edited data or an output of your own are for the first.";
  return { ...story, what: `${story.what} ${also}`, retry: `${story.retry} ${all}` };
}

function storyOf(run: Facts, nameOf: (nodeId: number) => string): IncompleteStory {
  const unknown =
    run.stopped?.reason === "broken"
      ? undefined
      : run.operations.findLast((operation) => operation.state === "unknown");
  if (unknown) return unknownStory(unknown, nameOf(unknown.nodeId));
  const nodeId = run.failure?.nodeId;
  const name = nodeId === undefined ? "An operation" : `“${nameOf(nodeId)}”`;
  return {
    title: `${name} failed, and the run is kept`,
    what: `${sentence(run.error ?? "No reason was recorded")} Everything before it is done and stays done.`,
    retry: "Retry goes on with this operation.",
    discard: "Discard ends the run here.",
    retryAt: run.waitReason === "break" ? run.waitingUntil : null,
  };
}

function unknownStory(operation: Operation, name: string): IncompleteStory {
  const reason = operation.error ? ` ${sentence(operation.error.message)}` : "";
  return {
    title: `Nobody knows whether “${name}” was carried out`,
    what: `The request was sent, and no answer came back.${reason} The other side may have acted on it, or may not: look there first.`,
    retry: "Retry sends it again; if the first one arrived, it happens twice.",
    discard: "Discard ends the run and leaves it as it is.",
    retryAt: null,
  };
}

/** With a full stop, whoever wrote it. */
const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
