import { remedyOf } from "@patchbay/core";
import { incompleteStory } from "./incomplete.ts";
import type { Operation, RunDetail } from "./runModel.ts";
import { routeStories } from "./routeStories.ts";

/** Why a run stands as it does, for a person who sees nothing but this page. */
export interface RunStory {
  tone: "info" | "warn" | "bad" | "ok";
  title: string;
  /** Plain sentences, the most telling first. */
  lines: string[];
  /** When it goes on or is tried again, in milliseconds since 1970. */
  until: number | null;
  /** Said before `until`: `It goes on`. */
  untilWords: string;
}

type NameOf = (nodeId: number) => string;

/** Tells how the run stands. `nameOf`: what a node is called. */
export function runStory(run: RunDetail, nameOf: NameOf): RunStory {
  // Why an incomplete run was kept is told by itself.
  const routes = run.state === "incomplete" ? [] : routeStories(run, nameOf);
  const story = storyOf(run, nameOf);
  return { ...story, lines: [...story.lines, ...routes] };
}

const plain = { until: null, untilWords: "It goes on", lines: [] as string[] };

function storyOf(run: RunDetail, nameOf: NameOf): RunStory {
  switch (run.state) {
    case "queued":
      return queuedStory(run);
    case "running":
      return runningStory(run, nameOf);
    case "waiting":
      return waitingStory(run, nameOf);
    case "incomplete": {
      const { title, what, retryAt, retry, discard } = incompleteStory(run, nameOf) ?? fallbackStory;
      const remedy = remedyLine(run);
      const lines = [what, ...remedy, `${retry} ${discard}`];
      return { ...plain, tone: "warn", title, lines, until: retryAt, untilWords: automaticWords(run) };
    }
    case "failed":
      return failedStory(run, nameOf);
    case "cancelled":
      return { ...plain, tone: "info", title: "This run was stopped", lines: [stoppedLine(run)] };
    default:
      return { ...plain, tone: "ok", title: "This run did all it had to do", lines: [] };
  }
}

/** Which of its own retries comes next, and of how many. */
function automaticWords(run: RunDetail): string {
  const isBreak = (operation: Operation) =>
    run.definition.nodes.some((node) => node.id === operation.nodeId && node.type === "error.break");
  const directive = run.operations.findLast(isBreak)?.input as { attempts?: unknown } | null | undefined;
  const limit = Number(directive?.attempts ?? 0);
  const next = run.stopped?.breaks ?? 0;
  return limit > 0 && next > 0 ? `Automatic retry ${next} of ${limit} comes` : "It is tried again by itself";
}

const fallbackStory = { title: "This run is incomplete", what: "", retry: "", discard: "", retryAt: null };

function queuedStory(run: RunDetail): RunStory {
  const base = { ...plain, tone: "info" as const };
  switch (run.waitReason) {
    case "turn": {
      const before = run.ahead
        ? ` ${run.ahead} ${run.ahead === 1 ? "run waits" : "runs wait"} before it.`
        : " It is the next one.";
      const why =
        "Its scenario limits how many runs are under way at the same time. It begins as soon as one of them has ended.";
      return { ...base, title: "This run waits for its turn", lines: [why + before] };
    }
    case "paused":
      return {
        ...base,
        title: "Its scenario is paused",
        lines: ["The event is kept. The run begins when somebody resumes the scenario."],
      };
    case "organization":
      return {
        ...base,
        title: "This run waits for others of the organization",
        lines: [
          "The organization limits how many runs are under way at the same time. It begins when one of them has ended.",
        ],
      };
    default:
      return {
        ...base,
        title: "This run is about to begin",
        lines: ["The event is stored. Nothing is lost if the server restarts now."],
      };
  }
}

function runningStory(run: RunDetail, nameOf: NameOf): RunStory {
  const current = run.operations.filter((operation) => operation.state === "running");
  const last = current.at(-1);
  if (!last) return { ...plain, tone: "info", title: "This run is under way", lines: besides(run) };
  if (current.length > 1) return severalStory(run, current, nameOf);
  const attempt = last.attempts.length + 1;
  const again = attempt > 1 ? [`This is attempt ${attempt}; the one before ended with: ${lastError(last)}`] : [];
  const title = `“${nameOf(last.nodeId)}” is being performed`;
  return { ...plain, tone: "info", title, lines: [...again, ...besides(run)] };
}

/** Several bundles of an iterator are processed at the same time. */
function severalStory(run: RunDetail, current: readonly Operation[], nameOf: NameOf): RunStory {
  const counts = new Map<number, number>();
  for (const { nodeId } of current) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
  const names = [...counts].map(([nodeId, count]) => `“${nameOf(nodeId)}”${count > 1 ? ` ${count} times` : ""}`);
  const title = `${current.length} operations are being performed at the same time`;
  return { ...plain, tone: "info", title, lines: [`${names.join(", ")}.`, ...besides(run)] };
}

/** What does not go on while other bundles do. */
function besides({ operations }: RunDetail): string[] {
  const count = (state: Operation["state"]) => operations.filter((operation) => operation.state === state).length;
  const waiting = count("waiting");
  const stopped = operations.some(({ state }) => state === "running") ? count("unknown") : 0;
  return [
    ...(waiting > 0 ? [`${waiting === 1 ? "Another one waits" : `${waiting} others wait`} meanwhile.`] : []),
    ...(stopped > 0
      ? [
          `Of ${stopped} nobody knows whether ${stopped === 1 ? "it was" : "they were"} carried out: the run asks when the others are done.`,
        ]
      : []),
  ];
}

function waitingStory(run: RunDetail, nameOf: NameOf): RunStory {
  const current = run.operations.findLast((operation) => operation.state === "waiting");
  const name = current ? `“${nameOf(current.nodeId)}”` : "An operation";
  const base = { ...plain, tone: "info" as const, until: run.waitingUntil };
  switch (run.waitReason) {
    case "delay":
      return {
        ...base,
        title: `${name} waits as it was told to`,
        lines: ["Nothing is lost while it waits, also across restarts."],
      };
    case "retry": {
      const made = current?.attempts.length ?? 0;
      const lines = [`${current ? lastError(current) : ""} Attempt ${made + 1} follows after a pause.`.trim()];
      return {
        ...base,
        tone: "warn",
        title: `${name} failed for now and is tried again`,
        lines,
        untilWords: "The next attempt comes",
      };
    }
    case "breaker":
      return breakerStory(run, name);
    case "call":
      return {
        ...base,
        until: null,
        title: `${name} waits for the scenario that it called`,
        lines: ["It goes on as soon as that run has ended."],
      };
    case "event":
      return {
        ...base,
        title: `${name} waits for an event`,
        lines: ["It goes on when its address is called."],
        untilWords: "It waits at most until",
      };
    case "approval":
      return {
        ...base,
        title: `${name} waits for an answer`,
        lines: ["It goes on when somebody answers."],
        untilWords: "It waits at most until",
      };
    case "paused":
      return {
        ...base,
        until: null,
        title: "Its scenario is paused",
        lines: ["The run goes on when somebody resumes the scenario."],
      };
    case "organization":
      return {
        ...base,
        until: null,
        title: "This run waits for others of the organization",
        lines: ["It goes on when one of them has ended."],
      };
    default:
      return { ...base, title: "This run waits", lines: ["It goes on by itself."] };
  }
}

function breakerStory(run: RunDetail, name: string): RunStory {
  const { breaker } = run;
  const base = { ...plain, tone: "warn" as const };
  if (!breaker) return { ...base, title: `${name} waits for its connection`, lines: ["It goes on in a moment."] };
  const why = `“${breaker.connectionName}” failed ${breaker.failures} times in a row, so its service is left alone for a while. The last time: ${sentence(breaker.message)}`;
  const how =
    breaker.nextTryAt === null
      ? "One operation is trying now; when it succeeds, all that wait go on."
      : "When the pause is over one operation tries; when it succeeds, all that wait go on. The connections page can let them go on at once.";
  return {
    ...base,
    title: `${name} waits because its connection is in trouble`,
    lines: [why, how],
    until: breaker.nextTryAt,
    untilWords: "The next try comes",
  };
}

function failedStory(run: RunDetail, nameOf: NameOf): RunStory {
  const nodeId = run.failure?.nodeId;
  const title = nodeId === undefined ? "This run failed" : `“${nameOf(nodeId)}” failed, and with it the run`;
  const lines = [sentence(run.error ?? "No reason was recorded"), ...remedyLine(run)];
  return { ...plain, tone: "bad", title, lines };
}

function remedyLine(run: RunDetail): string[] {
  const remedy = run.failure && remedyOf(run.failure.code);
  return remedy ? [remedy] : [];
}

function stoppedLine(run: RunDetail): string {
  const anew = run.links.to.find((link) => link.kind === "restarted");
  if (anew) return `${anew.by.name} began it anew: this run was discarded in favour of the new one.`;
  const unknown = run.operations.filter((operation) => operation.state === "unknown").length;
  const several = ` ${unknown} operations were under way: nobody knows whether they were carried out.`;
  const one = " One operation was under way: nobody knows whether it was carried out.";
  const rest = unknown === 0 ? "" : unknown === 1 ? one : several;
  return `Somebody stopped it. What it had done is done.${rest}`;
}

function lastError(operation: Operation): string {
  const { error } = operation.attempts.at(-1) ?? {};
  return error ? sentence(error.message) : "";
}

/** With a full stop, whoever wrote it. */
const sentence = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
