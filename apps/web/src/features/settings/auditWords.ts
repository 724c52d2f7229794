interface AuditFacts {
  /** `scenario.created` */
  action: string;
  actorKind: "user" | "apiKey" | "system";
  actor: { name: string } | null;
  /** `scenario` */
  resourceType: string;
  /** What it is about was called this at the time. */
  resourceName: string | null;
  /** JSON text. */
  details: string | null;
}

/** An entry as a sentence: `Ada` `published version 3 of` `Orders`. */
export interface AuditSentence {
  actor: string;
  /** By what means, where not by hand: `, by API key,`. */
  means: string;
  /** What was done, up to what it was done to. */
  verb: string;
  /** Its name, else what it is; empty where the verb says that already. */
  subject: string;
  /** What follows the subject: `, once Invoices`. */
  rest: string;
}

type Details = Record<string, unknown>;
type Words = string | ((details: Details) => { verb: string; rest?: string });

const version = (number: unknown) => (typeof number === "number" ? `version ${number}` : "a version");
const renamed = (what: string): Words => {
  return ({ before }) => ({ verb: what, rest: typeof before === "string" ? `, before that ${before}` : "" });
};

/** What each action is called; the backend's list is in `convex/audit/model.ts`. */
const words: Record<string, Words> = {
  "organization.created": "created the organization",
  "organization.renamed": renamed("renamed the organization to"),
  "organization.paused": "paused all scenarios of",
  "organization.resumed": "resumed the scenarios of",
  "organization.drained": "refused new work for",
  "organization.opened": "took new work again for",
  "organization.limited": ({ maxConcurrentRuns: limit }) => ({
    verb: typeof limit === "number" ? "limited the runs of" : "lifted the limit of runs of",
    rest: typeof limit === "number" ? ` to ${limit} at a time` : "",
  }),
  "user.created": "created the account",
  "user.passwordReset": "set a new password for",
  "scenario.created": "created the scenario",
  "scenario.renamed": renamed("renamed a scenario to"),
  "scenario.updated": "changed the description of",
  "scenario.enabled": "switched on",
  "scenario.disabled": "switched off",
  "scenario.paused": "paused",
  "scenario.resumed": "resumed",
  "scenario.queueEmptied": "emptied the queue of",
  "scenario.cloned": ({ fromName }) => ({
    verb: typeof fromName === "string" ? `cloned ${fromName} to` : "made by cloning",
  }),
  "scenario.archived": "archived",
  "scenario.restored": "restored",
  "draft.discarded": "discarded the draft's changes in",
  "draft.versionLoaded": ({ version: number }) => ({ verb: `loaded ${version(number)} into the draft of` }),
  "draft.nodesUpgraded": ({ nodes }) => ({
    verb: nodes === 1 ? "upgraded a node in the draft of" : `upgraded ${String(nodes)} nodes in the draft of`,
  }),
  "version.published": ({ number, label }) => ({
    verb: `published ${version(number)} of`,
    rest: typeof label === "string" && label !== "" ? `: ${label}` : "",
  }),
  "version.rolledBack": ({ number, restoredFrom }) => ({
    verb: "rolled back",
    rest: ` to ${version(restoredFrom)}, as ${version(number)}`,
  }),
  "connection.created": "created the connection",
  "connection.renamed": renamed("renamed a connection to"),
  "connection.deleted": "deleted the connection",
  "connection.breakerReset": "let operations go on that waited for the connection",
  "connection.breakerSet": "changed the circuit breaker of the connection",
  "apiKey.created": "created the API key",
  "apiKey.revoked": "revoked the API key",
  "run.started": "started a run of",
  "run.dryRunStarted": "started a dry run of",
  "run.nodeStarted": "ran a single node of",
  "organization.retentionSet": "changed how long runs are kept in",
  "scenario.retentionSet": "changed how long runs are kept of",
  "run.kept": "kept, whatever its age, a run of",
  "run.letGo": "let go of a kept run of",
  "run.dataDeleted": "deleted the data of a run of",
  "run.cancelled": "stopped a run of",
  "run.retried": "retried a run of",
  "run.retriedEdited": "retried, with edited data, a run of",
  "run.resolved": "called an operation done in a run of",
  "run.restarted": "began anew a run of",
  "run.retriesStopped": "stopped the automatic retries of a run of",
  "run.bulkStarted": "decided about many runs of",
  "run.bulkCancelled": "stopped a decision about many runs of",
  "run.replayed": "replayed a run of",
  "webhook.listeningStarted": "listened to the webhook of",
  "scenario.stoppedPolling": ({ message }) => ({
    verb: "switched off",
    rest: typeof message === "string" && message !== "" ? `, as its polls kept failing: ${message}` : "",
  }),
  "webhook.secretSet": "set the webhook secret of",
  "webhook.secretRotated": "replaced the webhook secret of",
  "webhook.secretRemoved": "removed a webhook secret of",
};

/** `scenario.draft_saved` (of a newer server) becomes `scenario draft saved:`. */
function humanize(action: string): string {
  const phrase = action
    .replaceAll(/[._]/g, " ")
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return `${phrase.replaceAll(/\bapi\b/g, "API")}:`;
}

function readDetails(details: string | null): Details {
  if (details === null) return {};
  try {
    const value: unknown = JSON.parse(details);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Details) : {};
  } catch {
    // Details of a form that this page does not know are left out, not shown raw.
    return {};
  }
}

/** A run and a webhook go by their scenario's name. */
const nouns: Record<string, string> = { apiKey: "API key", run: "scenario", user: "account" };

function subjectOf({ resourceName, resourceType }: AuditFacts, verb: string): string {
  if (resourceName !== null) return resourceName;
  const noun = nouns[resourceType] ?? resourceType;
  return verb.endsWith(noun) ? "" : `the ${noun}`;
}

/** An audit entry in words. */
export function auditSentence(facts: AuditFacts): AuditSentence {
  const known = Object.hasOwn(words, facts.action) ? words[facts.action] : undefined;
  const details = readDetails(facts.details);
  const { verb, rest = "" } =
    typeof known === "function" ? known(details) : { verb: known ?? humanize(facts.action), rest: "" };
  return {
    actor: facts.actorKind === "system" ? "The operator" : (facts.actor?.name ?? "Somebody"),
    means: facts.actorKind === "apiKey" ? ", by API key," : "",
    verb,
    subject: subjectOf(facts, verb),
    rest,
  };
}
