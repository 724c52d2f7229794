import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";
import type { Plan } from "./plan.ts";

const IV_BYTES = 16;
/** The cursor behind the last page. */
export const END_CURSOR = "E";

/**
 * Pagination cursors hold index keys, that is contents of documents, and clients can read and change them: so they are
 * encrypted and authenticated. The initialisation vector is a MAC of the content (as in SIV), which keeps a cursor equal across
 * reruns of a live query and ties it to the query it came from.
 */
export class PageCursors {
  readonly #key: Buffer;

  /** `secret`: at least 32 random bytes of this deployment. */
  constructor(secret: Buffer) {
    this.#key = secret;
  }

  encode(plan: Plan, key: Uint8Array): string {
    const iv = this.#mac(plan, key);
    const cipher = createCipheriv("aes-128-ctr", this.#key.subarray(0, 16), iv);
    return Buffer.concat([iv, cipher.update(key), cipher.final()]).toString("base64url");
  }

  /** @throws an `InvalidCursor` error, on which clients start over, for a cursor of another query or one that was changed. */
  decode(plan: Plan, cursor: string): Buffer {
    const bytes = Buffer.from(cursor, "base64url");
    const iv = bytes.subarray(0, IV_BYTES);
    if (iv.length === IV_BYTES) {
      const decipher = createDecipheriv("aes-128-ctr", this.#key.subarray(0, 16), iv);
      const key = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES)), decipher.final()]);
      if (this.#mac(plan, key).equals(iv)) return key;
    }
    throw new Error(
      "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this query has changed.",
    );
  }

  #mac(plan: Plan, key: Uint8Array): Buffer {
    const mac = createHmac("sha256", this.#key.subarray(16));
    mac.update(`${plan.index} ${plan.order} ${plan.low.length} ${plan.high.length} `);
    mac.update(plan.low).update(plan.high).update(JSON.stringify(plan.operators));
    if (plan.search !== undefined) mac.update(JSON.stringify(plan.search.query));
    mac.update(key);
    return mac.digest().subarray(0, IV_BYTES);
  }
}
