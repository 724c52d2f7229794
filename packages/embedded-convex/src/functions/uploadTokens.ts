import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const LIFETIME_MS = 60 * 60 * 1000;

/** Upload URLs are capabilities: signed, and good for an hour, as on Convex. */
export class UploadTokens {
  readonly #secret: Buffer;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  create(nowMs: number): string {
    const content = `${Math.floor(nowMs + LIFETIME_MS)}.${randomBytes(12).toString("base64url")}`;
    return `${content}.${this.#sign(content).toString("base64url")}`;
  }

  isValid(token: string, nowMs: number): boolean {
    const end = token.lastIndexOf(".");
    const content = token.slice(0, Math.max(end, 0));
    const expected = this.#sign(content);
    const actual = Buffer.from(token.slice(end + 1), "base64url");
    return (
      actual.length === expected.length && timingSafeEqual(actual, expected) && Number(content.split(".")[0]) >= nowMs
    );
  }

  #sign(content: string): Buffer {
    return createHmac("sha256", this.#secret).update(`upload ${content}`).digest();
  }
}
