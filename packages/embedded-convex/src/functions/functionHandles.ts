import { createHmac, timingSafeEqual } from "node:crypto";

/** A function of a component, by its canonical path (`messages:list`). */
export interface FunctionTarget {
  component: string;
  path: string;
}

const MAC_BYTES = 16;
const HANDLE = /^function:\/\/([A-Za-z0-9_-]+);([^;]*);(.+)$/;

/**
 * Handles by which a function is passed to another component, stored, and called later. They are capabilities: a component can
 * only call what it was given, so a handle carries a MAC of this deployment and cannot be made up.
 */
export class FunctionHandles {
  readonly #secret: Buffer;

  /** `secret`: at least 32 random bytes of this deployment. */
  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** The same for the same function, also after a push. */
  create({ component, path }: FunctionTarget): string {
    const content = `${component};${path}`;
    return `function://${this.#mac(content).toString("base64url")};${content}`;
  }

  /** @throws for a text that is not a handle of this deployment. */
  open(handle: string): FunctionTarget {
    const parts = HANDLE.exec(handle);
    if (parts !== null) {
      const [, mac, component, path] = parts as unknown as [string, string, string, string];
      const actual = Buffer.from(mac, "base64url");
      if (actual.length === MAC_BYTES && timingSafeEqual(actual, this.#mac(`${component};${path}`)))
        return { component, path };
    }
    throw new Error(`Invalid function handle: ${handle}`);
  }

  #mac(content: string): Buffer {
    return createHmac("sha256", this.#secret).update(`function handle ${content}`).digest().subarray(0, MAC_BYTES);
  }
}
