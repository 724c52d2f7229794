/** What a webhook trigger's config asks of requests: read once, checked when publishing, applied to every request. */
import type { JsonValue } from "../definition/schema.ts";
import { compileBodySchema, type BodyCheck } from "./bodySchema.ts";
import { readScheme, type SignatureScheme } from "./signatureScheme.ts";

export type WebhookAuthentication =
  { kind: "none" } | { kind: "header"; header: string } | { kind: "signature"; scheme: SignatureScheme };

/** Where a request says something: a header's name, a query parameter's name, or a path into the body. */
export type RequestPlace =
  { kind: "header"; name: string } | { kind: "query"; name: string } | { kind: "body"; path: readonly string[] };

export interface WebhookSettings {
  /** Methods that start runs; absent means each of `webhookMethods`, as before there was a choice. */
  methods?: readonly string[];
  authentication: WebhookAuthentication;
  /** Addresses or networks (`10.0.0.0/8`) that may call; absent means anybody. */
  addresses?: readonly string[];
  checkBody?: BodyCheck;
  /** Where the provider's own id of the event stands, and for how long it is remembered. */
  eventId?: { place: RequestPlace; windowMs: number };
  rateLimit?: { perMinute: number; burst: number };
  /** Sent instead of `202 { runId }`. */
  answer?: { status: number; body: string; contentType: string };
  /** A request that carries it is answered with its value and starts nothing. */
  challenge?: RequestPlace;
}

export interface SettingsFault {
  /** The config's field. */
  field: string;
  message: string;
  fix: string;
}

export type ReadWebhookSettings = { ok: true; settings: WebhookSettings } | { ok: false; faults: SettingsFault[] };

export const webhookMethods = ["POST", "GET", "PUT", "PATCH", "DELETE"] as const;

const HOUR_MS = 3_600_000;
const headerName = /^[!#$%&'*+\-.^_`|~\w]{1,100}$/;

/** Reads the config of a webhook trigger. The faults name the config's fields. */
export function readWebhookSettings(config: Record<string, JsonValue>): ReadWebhookSettings {
  const faults: SettingsFault[] = [];
  const report = (field: string, message: string, fix: string): undefined => {
    faults.push({ field, message, fix });
  };
  const reader: Reader = { config, report };
  const methods = readMethods(reader);
  const authentication = readAuthentication(reader);
  const addresses = readAddresses(reader);
  const checkBody = readBodySchema(reader);
  const eventId = readEventId(reader);
  const rateLimit = readRateLimit(reader);
  const answer = readAnswer(reader);
  const challenge = readChallenge(reader);
  if (faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    settings: {
      authentication,
      ...(methods && { methods }),
      ...(addresses && { addresses }),
      ...(checkBody && { checkBody }),
      ...(eventId && { eventId }),
      ...(rateLimit && { rateLimit }),
      ...(answer && { answer }),
      ...(challenge && { challenge }),
    },
  };
}

/** Whether requests have to prove anything: only then does the webhook need a secret. */
export const needsSecret = ({ authentication }: WebhookSettings): boolean => authentication.kind !== "none";

interface Reader {
  config: Record<string, JsonValue>;
  report: (field: string, message: string, fix: string) => undefined;
}

const textOf = (value: JsonValue | undefined): string =>
  typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";

function readMethods({ config, report }: Reader): string[] | undefined {
  if (!Array.isArray(config.methods) || config.methods.length === 0) return undefined;
  const methods = [...new Set(config.methods.map((method) => textOf(method).toUpperCase()))];
  const unknown = methods.find((method) => !(webhookMethods as readonly string[]).includes(method));
  if (unknown === undefined) return methods;
  return report("methods", `A webhook cannot take the method "${unknown.slice(0, 20)}".`, "Choose one of the list.");
}

function readAuthentication({ config, report }: Reader): WebhookAuthentication {
  if (config.authentication === "header") {
    const header = textOf(config.secretHeader) || "X-Webhook-Secret";
    if (!headerName.test(header))
      report("secretHeader", `"${header}" is not a header name.`, "Write X-Webhook-Secret.");
    return { kind: "header", header };
  }
  if (config.authentication === "signature") return { kind: "signature", scheme: readScheme(config, report) };
  if (config.authentication !== undefined && config.authentication !== "none") {
    report("authentication", "There is no such way to check the sender.", "Choose one of the list.");
  }
  return { kind: "none" };
}

const network = /^[0-9a-f:.]{2,45}(\/\d{1,3})?$/i;

function readAddresses({ config, report }: Reader): string[] | undefined {
  const texts = (Array.isArray(config.allowedAddresses) ? config.allowedAddresses : []).map(textOf).filter(Boolean);
  const wrong = texts.find((text) => !network.test(text));
  if (wrong !== undefined) {
    return report(
      "allowedAddresses",
      `"${wrong.slice(0, 60)}" is not an address.`,
      "Write 203.0.113.7 or 203.0.113.0/24.",
    );
  }
  return texts.length > 0 ? texts : undefined;
}

const MAX_SCHEMA_CHARACTERS = 50_000;

function readBodySchema({ config, report }: Reader): BodyCheck | undefined {
  const given = config.bodySchema;
  if (given === undefined || given === null || given === "") return undefined;
  const fix = "Paste a JSON Schema, or make one from the last request.";
  const text = typeof given === "string" ? given : JSON.stringify(given);
  if (text.length > MAX_SCHEMA_CHARACTERS) {
    return report("bodySchema", `The schema has more than ${MAX_SCHEMA_CHARACTERS} characters.`, fix);
  }
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    return report("bodySchema", `The schema is not JSON: ${error instanceof Error ? error.message : "?"}`, fix);
  }
  const compiled = compileBodySchema(schema);
  return compiled.ok ? compiled.check : report("bodySchema", compiled.message, fix);
}

function readEventId({ config, report }: Reader): WebhookSettings["eventId"] {
  if (config.eventIdIn === undefined || config.eventIdIn === "none") return undefined;
  const hours = Number(config.eventIdHours ?? 24);
  if (!(hours > 0 && hours <= 720)) {
    report("eventIdHours", "Event ids are remembered for up to 720 hours.", "Enter 24, say.");
  }
  const windowMs = hours * HOUR_MS;
  if (config.eventIdIn === "header") {
    const name = textOf(config.eventIdHeader);
    if (headerName.test(name)) return { place: { kind: "header", name: name.toLowerCase() }, windowMs };
    return report("eventIdHeader", "The header with the event’s id is missing.", "Write its name: X-Event-Id, say.");
  }
  const path = readPath(config.eventIdPath);
  if (path) return { place: { kind: "body", path }, windowMs };
  return report("eventIdPath", "The path of the event’s id is missing.", "Write where it stands: body.id, say.");
}

/** `body.data.id`, with or without the `body` in front; list items by number, from 0. */
function readPath(value: JsonValue | undefined): string[] | null {
  const parts = textOf(value)
    .split(".")
    .map((part) => part.trim());
  if (parts[0] === "body") parts.shift();
  return parts.length > 0 && parts.every((part) => part !== "") ? parts : null;
}

const MAX_PER_MINUTE = 1_000_000;

function readRateLimit({ config, report }: Reader): WebhookSettings["rateLimit"] {
  if (config.rateLimit === undefined || config.rateLimit === null || config.rateLimit === "") return undefined;
  const perMinute = Number(config.rateLimit);
  if (!Number.isInteger(perMinute) || perMinute < 1 || perMinute > MAX_PER_MINUTE) {
    return report("rateLimit", "The limit must be a whole number of requests per minute.", "Enter 60, say.");
  }
  const burst = Number(config.rateBurst ?? perMinute);
  if (Number.isInteger(burst) && burst >= 1 && burst <= MAX_PER_MINUTE) return { perMinute, burst };
  return report("rateBurst", "The burst must be a whole number of requests.", "Enter how many may come at once.");
}

function readAnswer({ config, report }: Reader): WebhookSettings["answer"] {
  if (config.answer !== "custom") return undefined;
  const status = Number(config.answerStatus ?? 200);
  if (!Number.isInteger(status) || status < 200 || status > 299) {
    return report("answerStatus", "The answer’s status must be from 200 to 299.", "Enter 200.");
  }
  const contentType = textOf(config.answerType) || "text/plain; charset=utf-8";
  if (!/^[\w.+-]+\/[\w.+-]+(\s*;[\x20-\x7e]*)?$/.test(contentType)) {
    return report("answerType", "That is not a content type.", "Write text/plain or application/json.");
  }
  const body = config.answerBody === undefined ? "ok" : bodyText(config.answerBody);
  return { status, body, contentType };
}

const bodyText = (value: JsonValue): string => (typeof value === "string" ? value : JSON.stringify(value));

function readChallenge({ config, report }: Reader): RequestPlace | undefined {
  if (config.challengeIn === "query") {
    const name = textOf(config.challengeParameter) || "hub.challenge";
    return { kind: "query", name };
  }
  if (config.challengeIn !== "body") return undefined;
  const path = readPath(config.challengePath ?? "body.challenge");
  if (path) return { kind: "body", path };
  return report("challengePath", "The path of the challenge is missing.", "Write body.challenge.");
}
