import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const LIFETIME_MS = 60 * 60 * 1000;

/** The address that a token is sent to. `cloudUrl`: origin of the client API. */
export function uploadUrl(cloudUrl: string, token: string): string {
  return `${cloudUrl}/api/storage/upload?token=${encodeURIComponent(token)}`;
}

/** Upload URLs are capabilities: signed, and good for an hour, as on Convex. */
export class UploadTokens {
  readonly #secret: Buffer;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** `component`: whose `_storage` gets the file. */
  create(component: string, nowMs: number): string {
    const place = Buffer.from(component).toString("base64url");
    const content = `${Math.floor(nowMs + LIFETIME_MS)}.${randomBytes(12).toString("base64url")}.${place}`;
    return `${content}.${this.#sign(content).toString("base64url")}`;
  }

  /** The component that may store a file, or null for a token that is made up or has expired. */
  open(token: string, nowMs: number): { component: string } | null {
    const end = token.lastIndexOf(".");
    const content = token.slice(0, Math.max(end, 0));
    const expected = this.#sign(content);
    const actual = Buffer.from(token.slice(end + 1), "base64url");
    if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return null;
    const [expiresMs, , place = ""] = content.split(".");
    return Number(expiresMs) < nowMs ? null : { component: Buffer.from(place, "base64url").toString() };
  }

  #sign(content: string): Buffer {
    return createHmac("sha256", this.#secret).update(`upload ${content}`).digest();
  }
}
