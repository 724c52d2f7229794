/** The callers of the crash test: real clients, which write down what they were told. */
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { WebSocket } from "ws";
import { count, record, type Then } from "./crashFunctions.ts";
import type { Chance } from "./crashRandom.ts";

const MAX_PAUSE_MS = 25;
const RETRY_MS = 25;

/** What the callers sent, and what became of it as far as they know. */
export class Ledger {
  /** Token to client. */
  readonly sent = new Map<string, string>();
  readonly acknowledged = new Set<string>();
  /** Sent over WebSocket: the client sends these again until there is an answer, so all of them must end up applied. */
  readonly certain = new Set<string>();
  readonly then = new Map<string, Then>();
  /** What callers saw that must not be. */
  readonly violations: string[] = [];
  /** Calls without an answer so far. */
  waiting = 0;

  async track(client: string, then: Then, call: (token: string) => Promise<string>): Promise<void> {
    const token = `${client}-${this.sent.size}`;
    this.sent.set(token, client);
    this.then.set(token, then);
    this.waiting += 1;
    try {
      const answer = await call(token);
      if (answer !== token) this.violations.push(`${token} was answered with ${answer}`);
      this.acknowledged.add(token);
    } finally {
      this.waiting -= 1;
    }
  }
}

/**
 * Tells the clients that the network is back, as browsers do: they reconnect at once and not after seconds. Restores the
 * global on `dispose`.
 */
export class Network {
  readonly #target = new EventTarget();

  constructor() {
    setMaxListeners(0, this.#target);
    Object.defineProperty(globalThis, "window", { value: this.#target, configurable: true });
  }

  isBack(): void {
    this.#target.dispatchEvent(new Event("online"));
  }

  dispose(): void {
    Reflect.deleteProperty(globalThis, "window");
  }
}

/** One caller that can be stopped. */
export interface Caller {
  /** Resolves when its last call is settled. */
  stop(): Promise<void>;
}

const THEN: readonly Then[] = [null, null, null, "mutation", "mutation", "action"];

/** A ConvexClient that writes, one mutation after another, and watches its own count. */
export function startSocketCaller(url: string, name: string, chance: Chance, ledger: Ledger): Caller {
  const webSocketConstructor = WebSocket as unknown as typeof globalThis.WebSocket;
  const client = new ConvexClient(url, { logger: false, webSocketConstructor, unsavedChangesWarning: false });
  let seen = 0;
  let acknowledged = 0;
  client.onUpdate(count, { client: name }, (value) => {
    if (value < seen) ledger.violations.push(`the live count of ${name} went back from ${seen} to ${value}`);
    seen = value;
  });
  let isStopped = false;
  const running = (async () => {
    while (!isStopped) {
      const then = chance.pick(THEN);
      await ledger.track(name, then, (token) => {
        ledger.certain.add(token);
        return client.mutation(record, { client: name, token, then });
      });
      acknowledged += 1;
      if (seen < acknowledged) ledger.violations.push(`${name} saw ${seen} after ${acknowledged} answers`);
      await sleep(chance.integer(0, MAX_PAUSE_MS));
    }
  })().catch((error: unknown) => ledger.violations.push(`${name} was refused: ${String(error)}`));
  return {
    async stop() {
      isStopped = true;
      await running;
      if (seen !== acknowledged) ledger.violations.push(`${name} ends with a count of ${seen}, not ${acknowledged}`);
      await client.close();
    },
  };
}

/** Calls over HTTP, each made once: what gets no answer may have been applied, or not. */
export function startHttpCaller(url: string, name: string, chance: Chance, ledger: Ledger): Caller {
  const http = new ConvexHttpClient(url, { logger: false });
  let isStopped = false;
  const running = (async () => {
    while (!isStopped) {
      const then = chance.pick(THEN);
      try {
        await ledger.track(name, then, (token) => http.mutation(record, { client: name, token, then }));
      } catch {
        // The connection broke, or nothing listens at the moment.
        await sleep(RETRY_MS);
      }
      await sleep(chance.integer(0, MAX_PAUSE_MS));
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await running;
    },
  };
}
