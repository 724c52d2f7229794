/** What stands between a request and its run: the webhook's settings, read and opened once, applied to each request. */
import { readWebhookSettings, type JsonValue, type RequestPlace, type WebhookSettings } from "@patchbay/core";
import { sha256Hex, type Bytes } from "../lib/bytes.ts";
import { open } from "../lib/crypto.ts";
import { readKeyring } from "../lib/keyring.ts";
import { isAllowedAddress } from "./addresses.ts";
import type { Refusal } from "./refusals.ts";
import { secretPlace } from "./secrets.ts";
import type { StoredGuard } from "./settings.ts";
import { checkSharedSecret, checkSignature } from "./signature.ts";

export interface Guard {
  version: number;
  settings: WebhookSettings;
  secrets: readonly { text: string; validUntil: number | null }[];
}

/** A webhook that asks nothing of requests. */
export const openGuard: Guard = { version: 0, settings: { authentication: { kind: "none" } }, secrets: [] };

/** Reads settings and opens secrets. Throws where they cannot be: a webhook that cannot check lets nothing through. */
export async function loadGuard(stored: StoredGuard): Promise<Guard> {
  const config = stored.config === null ? {} : (JSON.parse(stored.config) as Record<string, JsonValue>);
  const read = readWebhookSettings(config);
  if (!read.ok) throw new Error(`A published webhook's settings cannot be read: ${read.faults[0]?.message}`);
  const keyring = readKeyring();
  const secrets = await Promise.all(
    stored.secrets.map(async ({ envelope, validUntil }) => ({
      text: await open(keyring, secretPlace(stored), envelope),
      validUntil: validUntil ?? null,
    })),
  );
  return { version: stored.version, settings: read.settings, secrets };
}

/** A request as it came, before its body is looked into. */
export interface ArrivedRequest {
  method: string;
  url: URL;
  headers: Headers;
  bytes: Bytes;
  address: string | null;
  receivedAtMs: number;
}

/** Why a request goes no further. `unproven` and `forbidden` are told to nobody but the webhook's owner. */
export type Verdict = Pick<Refusal, "reason" | "detail"> | null;

/** Everything that can be said before the body is parsed: what a stranger sends is parsed as late as possible. */
export async function checkSender(guard: Guard, request: ArrivedRequest): Promise<Verdict> {
  const { methods, addresses, authentication } = guard.settings;
  const isAllowed = methods === undefined || methods.includes(request.method);
  if (!isAllowed) return { reason: "method", detail: `${request.method} is not among the allowed methods` };
  if (addresses && !isAllowedAddress(request.address, addresses)) {
    return { reason: "address", detail: `it came from ${request.address ?? "an unknown address"}` };
  }
  if (authentication.kind === "none") return null;
  const nowMs = request.receivedAtMs;
  const secrets = guard.secrets
    .filter(({ validUntil }) => validUntil === null || validUntil > nowMs)
    .map(({ text }) => text);
  if (secrets.length === 0) return { reason: "secret", detail: "the webhook has no secret" };
  if (authentication.kind === "header") {
    return await checkSharedSecret(request, { header: authentication.header, secrets });
  }
  return await checkSignature(request, { scheme: authentication.scheme, secrets, nowMs });
}

/** Whether the body fits the schema, where there is one. */
export function checkBody(guard: Guard, bodyJson: string): (Verdict & { field: string }) | null {
  const fault = guard.settings.checkBody?.(JSON.parse(bodyJson) as JsonValue);
  return fault ? { reason: "schema", detail: `${fault.field} ${fault.message}`, field: fault.field } : null;
}

/** What a service wants sent back instead of a run; null where the request is no such question. */
export function challengeOf(guard: Guard, request: ArrivedRequest, bodyJson: string | null): string | null {
  const place = guard.settings.challenge;
  if (place === undefined || (place.kind === "body" && bodyJson === null)) return null;
  return valueAt(place, request, bodyJson ?? "null");
}

const MAX_KEY_CHARACTERS = 200;
/** No header can hold a line feed, so that a sender's own `Idempotency-Key` is never taken for an event's id. */
const EVENT_KEY = "event\n";
const SIGNATURE_KEY = "signature\n";

/**
 * What a request is remembered by, and for how long: the provider's id of the event, else a signature that holds for some
 * minutes only, which nobody sends twice but who has overheard it. Null where neither is there.
 */
export async function eventOf(
  guard: Guard,
  request: ArrivedRequest,
  bodyJson: string,
): Promise<{ key: string; windowMs: number } | null> {
  const { eventId, authentication } = guard.settings;
  const id = eventId === undefined ? null : valueAt(eventId.place, request, bodyJson);
  if (eventId && id !== null) {
    const key = id.length > MAX_KEY_CHARACTERS ? await sha256Hex(id) : id;
    return { key: EVENT_KEY + key, windowMs: eventId.windowMs };
  }
  if (authentication.kind !== "signature" || !authentication.scheme.timestamp) return null;
  const { header, toleranceMs } = authentication.scheme;
  const key = SIGNATURE_KEY + (await sha256Hex(request.headers.get(header) ?? ""));
  return { key, windowMs: 2 * toleranceMs };
}

/** A text or number at a place of the request; null where there is none. */
function valueAt(place: RequestPlace, request: ArrivedRequest, bodyJson: string): string | null {
  if (place.kind === "header") return request.headers.get(place.name) || null;
  if (place.kind === "query") return request.url.searchParams.get(place.name) || null;
  let value: unknown = JSON.parse(bodyJson);
  for (const key of place.path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return null;
    value = (value as Record<string, unknown>)[key];
  }
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}
