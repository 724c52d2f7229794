import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What the receiver has taken, by the id in each request's body. */
export interface ReceiverCounts {
  /** Different ids. */
  distinct: number;
  /** Requests beyond the first for an id. */
  duplicates: number;
  /** Requests that were answered 503 on purpose. */
  refused: number;
}

/** The demo's own server: takes `POST` with `{ id }` and counts how often each id came. */
export class Receiver {
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #taken = new Map<string, number>();
  readonly #refusing = new Set<string>();
  #refused = 0;

  /** Listens on a free loopback port. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", resolve);
    });
  }

  /** `127.0.0.1:40123`. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get counts(): ReceiverCounts {
    const times = [...this.#taken.values()];
    return {
      distinct: times.length,
      duplicates: times.reduce((sum, count) => sum + count - 1, 0),
      refused: this.#refused,
    };
  }

  has(id: string): boolean {
    return this.#taken.has(id);
  }

  /** Answers 503 to this id until `accept`. */
  refuse(id: string): void {
    this.#refusing.add(id);
  }

  accept(id: string): void {
    this.#refusing.delete(id);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = readId(await text(request).catch(() => ""));
    if (request.method !== "POST" || id === null) return this.#send(response, 400, { error: "POST { id } to me" });
    if (this.#refusing.has(id)) {
      this.#refused++;
      return this.#send(response, 503, { error: "not now" });
    }
    const count = (this.#taken.get(id) ?? 0) + 1;
    this.#taken.set(id, count);
    this.#send(response, 201, { id, count });
  }

  #send(response: ServerResponse, status: number, body: object): void {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }
}

function readId(body: string): string | null {
  try {
    const id: unknown = (JSON.parse(body) as { id?: unknown } | null)?.id;
    return typeof id === "string" ? id : null;
  } catch {
    return null;
  }
}
